"""The demonstration in a real browser: numbers move, an outage is seen, contained, and ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import open_page
from tests.end_to_end.process import free_port, get, running, stop

pytestmark = pytest.mark.real_time


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demonstration."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("-m", "holdfast.cli", "demo", "--port", str(port), "--journeys-per-minute", "120")
    ready = f"{url}/health/live"
    with running(arguments, folder=tmp_path_factory.mktemp("demo"), ready=ready) as process:
        yield url
        assert stop(process) == 0


def number(page: Page, test_id: str) -> int:
    """The first whole number that is shown."""
    text = page.get_by_test_id(test_id).first.inner_text()
    digits = "".join(letter for letter in text.split("\n")[0] if letter.isdigit())
    return int(digits or 0)


def test_numbers_move_without_an_error_on_the_page(demo: str) -> None:
    """The page shows every integration's card, and its figures grow while one looks."""
    with open_page(f"{demo}/monitoring/dashboard", width=1440, height=1000) as (page, errors):
        for integration in ("openai", "prokerala", "elevenlabs"):
            expect(page.get_by_test_id(f"state-{integration}")).to_contain_text(
                "Healthy", timeout=20_000
            )
            expect(
                page.get_by_test_id(f"sparkline-{integration}").locator("canvas")
            ).to_be_visible()
        before = number(page, "total-openai")
        page.wait_for_function(
            "before => parseInt(document.querySelector('[data-testid=\"total-openai\"]')"
            ".textContent.replace(/\\D/g, '')) > before",
            arg=before,
        )
        expect(page.get_by_test_id("session-row").first).to_be_visible()
        assert errors == []


def test_a_silent_failure_opens_the_breaker_and_its_end_closes_it(demo: str) -> None:
    """OpenAI answers 200 with nothing in it: the card says so, refuses, probes and recovers."""
    with open_page(f"{demo}/monitoring/dashboard", width=1440, height=1000) as (page, errors):
        breaker = page.get_by_test_id("breaker-openai-chat").first
        page.get_by_test_id("outage-openai-empty_success").click()
        expect(breaker).to_contain_text("Open", timeout=20_000)
        expect(page.get_by_test_id("state-openai").first).to_contain_text("Unhealthy")
        expect(page.get_by_test_id("card-openai").first).to_contain_text("empty")
        statuses = {one["status"] for one in requests_of(demo, "openai")}
        assert statuses == {200}
        page.get_by_test_id("end-outage-openai").click()
        expect(breaker).to_contain_text("Closed", timeout=30_000)
        assert errors == []


def requests_of(demo: str, provider: str) -> list[dict[str, int]]:
    """What the simulator answered, as it recorded it."""
    configuration = get(f"{demo}/health/configuration").json()["configuration"]["holdfast"]
    simulator = configuration["simulator_url"]
    found: list[dict[str, int]] = get(
        f"{simulator}/_requests", params={"provider": provider, "limit": 500}
    ).json()["requests"]
    return found


def test_a_hanging_provider_leaves_the_host_answering(demo: str) -> None:
    """While a provider never answers, requests that do not need it are as quick as before."""
    with open_page(f"{demo}/monitoring/dashboard", width=1440, height=1000) as (page, _):
        page.get_by_test_id("outage-prokerala-hang").click()
        expect(page.get_by_test_id("breaker-prokerala-birth-details").first).to_contain_text(
            "Open", timeout=40_000
        )
        assert get(f"{demo}/health/live").elapsed.total_seconds() < 1
        page.get_by_test_id("end-outage-prokerala").click()


def test_the_session_shows_its_steps(demo: str) -> None:
    """A click on a session opens its steps."""
    with open_page(f"{demo}/monitoring/dashboard", width=1440, height=1000) as (page, errors):
        page.get_by_test_id("session-row").first.click()
        expect(page.get_by_text("prokerala").first).to_be_visible()
        assert errors == []


def test_record_keeps_what_the_page_shows(demo: str, tmp_path: Path) -> None:
    """What was shown is in the database: sessions are answered from the record."""
    document = get(f"{demo}/monitoring/api/sessions").json()
    assert document["source"] == "record"
    assert document["sessions"]
    assert get(f"{demo}/monitoring/api/metrics").json()["record"]["written"] > 0
