"""Outages are switched from the page, through us, where a simulator is configured."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from holdfast.simulator.server import running
from tests.api.host import asking, mounted
from tests.integrations.loopback import Received, Reply, loopback

pytestmark = pytest.mark.real_time

PATH = "/monitoring/api/simulator/scenarios"


async def _ask(folder: Path, url: str, method: str, path: str = "", **more: Any) -> Response:
    app, _ = mounted(folder, **({"HOLDFAST_SIMULATOR_URL": url} if url else {}))
    async with asking(app) as client:
        return await client.request(method, PATH + path, **more)


async def test_a_scenario_is_switched_on_and_off(tmp_path: Path) -> None:
    """What the simulator stores and says is passed on."""
    async with running() as url:
        stored = await _ask(tmp_path, url, "PUT", "/openai", json={"kind": "error", "status": 503})
        shown = (await _ask(tmp_path, url, "GET")).json()
        one_off = await _ask(tmp_path, url, "DELETE", "/openai")
        after = (await _ask(tmp_path, f"{url}/", "GET")).json()
        all_off = await _ask(tmp_path, url, "DELETE")
    assert (stored.status_code, stored.json()["kind"]) == (200, "error")
    assert shown["providers"]["openai"]["scenario"]["status"] == 503
    assert (one_off.status_code, one_off.content, all_off.status_code) == (204, b"", 204)
    assert after["providers"]["openai"]["scenario"] is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_without_a_simulator_the_line_to_add_is_named(tmp_path: Path, method: str) -> None:
    """404: there is nothing to switch."""
    answer = await _ask(tmp_path, "", method)
    assert answer.status_code == 404
    assert "HOLDFAST_SIMULATOR_URL" in answer.json()["detail"]


async def test_what_the_simulator_does_not_take_is_its_problem_passed_on(tmp_path: Path) -> None:
    """Its status and its words."""
    async with running() as url:
        answer = await _ask(tmp_path, url, "PUT", "/openai", json={"kind": "nonsense"})
    assert answer.status_code == 422
    assert "nonsense" in answer.json()["detail"]


@pytest.mark.parametrize("provider", ["..%2f_requests", "a b", "X", "x" * 41])
async def test_a_providers_name_leads_nowhere_else(tmp_path: Path, provider: str) -> None:
    """Only plain names are passed on."""
    answer = await _ask(tmp_path, "http://127.0.0.1:9", "DELETE", f"/{provider}")
    assert answer.status_code in (404, 422)


@pytest.mark.parametrize("body", ["[]", "1", "nonsense", ""])
async def test_a_scenario_is_an_object(tmp_path: Path, body: str) -> None:
    """Anything else is refused here."""
    headers = {"content-type": "application/json"}
    answer = await _ask(tmp_path, "http://127.0.0.1:9", "PUT", "/x", content=body, headers=headers)
    assert answer.status_code == 422


async def test_a_simulator_that_is_away_is_a_bad_gateway(tmp_path: Path) -> None:
    """502 with what happened."""
    answer = await _ask(tmp_path, "http://127.0.0.1:9", "GET")
    assert answer.status_code == 502
    assert answer.json()["detail"] == "the simulator does not answer (ConnectError)"


@pytest.mark.parametrize(
    ("body", "detail"),
    [(b'{"detail": "no"}', "no"), (b"oops", "the simulator answered 500"),
     (b"[]", "the simulator answered 500")],
)  # fmt: skip
async def test_something_else_on_that_port_is_told_apart(
    tmp_path: Path, body: bytes, detail: str
) -> None:
    """Its status is passed on; its words only where they are a problem's."""

    async def script(received: Received, reply: Reply) -> None:
        await reply.whole(500, body)

    async with loopback(script) as (url, _):
        answer = await _ask(tmp_path, url, "GET")
    assert (answer.status_code, answer.json()["detail"]) == (500, detail)


async def test_an_answer_that_is_no_json_is_a_bad_gateway(tmp_path: Path) -> None:
    """Another server on that port may answer 200 to everything."""

    async def script(received: Received, reply: Reply) -> None:
        await reply.whole(200, b"<html>", "text/html")

    async with loopback(script) as (url, _):
        answer = await _ask(tmp_path, url, "GET")
    assert (answer.status_code, answer.json()["detail"]) == (
        502, "the simulator answered something else: is it really one?"
    )  # fmt: skip
