"""A real browser for tests: `open_page` shows an address in Chromium and keeps what went wrong."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

FOUND = Path(__file__).parents[1] / ".browser" / "env"
"""What ./scripts/browser found: NAME=value lines."""

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


class Opened(NamedTuple):
    """A page on show; *errors* grows with each error of its scripts and its console."""

    page: Page
    errors: list[str]


@contextmanager
def open_page(
    url: str,
    *,
    width: int = 1280,
    height: int = 800,
    colours: Literal["light", "dark"] = "light",
) -> Iterator[Opened]:
    """Show *url* to a visitor from a known place: American English, UTC, *width* x *height* pixels.

    Only for plain `def` tests (Playwright's blocking API refuses a running event loop), with
    what is visited in another process or thread. Fails the test where there is no browser.
    """
    executable = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            opened = Opened(_new_page(browser, width, height, colours), [])
            _collect_errors(opened)
            opened.page.goto(url)
            yield opened
        finally:
            browser.close()


def _chromium() -> str:
    if FOUND.exists():
        for line in FOUND.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            os.environ.setdefault(name, value)
    executable = os.environ.get("E2E_CHROMIUM", "")
    if not os.access(executable, os.X_OK):
        pytest.fail(f"no browser at E2E_CHROMIUM={executable!r}: run ./scripts/browser")
    return executable


def _new_page(browser: Browser, width: int, height: int, colours: Literal["light", "dark"]) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,
        locale="en-US",
        timezone_id="UTC",
    )
    return context.new_page()


def _collect_errors(opened: Opened) -> None:
    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            opened.errors.append(message.text)

    opened.page.on("console", heard)
    opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
