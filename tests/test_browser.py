"""The browser that the page's tests look through."""

import pytest

from tests.browser import open_page

pytestmark = pytest.mark.real_time


def _page(body: str) -> str:
    return f"data:text/html,<!doctype html><title>Seen</title>{body}"


def test_a_page_is_really_rendered_for_an_american_reader_in_utc() -> None:
    """What a test sees does not depend on the language and time zone of the machine."""
    script = "document.title = navigator.language + ' ' + new Date(0).toLocaleTimeString()"
    with open_page(_page(f"<script>{script}</script>")) as (page, errors):
        assert page.title().replace("\u202f", " ") == "en-US 12:00:00 AM"
        assert errors == []


def test_errors_of_the_page_are_kept() -> None:
    """An uncaught exception and a console error are both seen, in their order."""
    script = "console.error('first'); throw new Error('second')"
    with open_page(_page(f"<script>{script}</script>")) as (_, errors):
        assert errors == ["first", "second"]


def test_a_missing_browser_fails_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that needs a browser is never skipped."""
    monkeypatch.setenv("E2E_CHROMIUM", "/nowhere/chromium")
    with (
        pytest.raises(pytest.fail.Exception, match=r"run \./scripts/browser"),
        open_page(_page("")),
    ):
        pytest.fail("opened a page without a browser")
