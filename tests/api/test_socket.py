"""The live socket on a real port."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.websockets import WebSocket
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed, InvalidStatus

from holdfast.api import live
from holdfast.api.gate import SUBPROTOCOL
from tests.api.host import call, mounted, until
from tests.api.serving import serving, watching

pytestmark = pytest.mark.real_time

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("path", ["/monitoring/ws", "/api/monitoring/ws"])
async def test_a_page_starts_with_a_snapshot_and_follows(tmp_path: Path, path: str) -> None:
    """Everything, then what changes, each with the next number."""
    app, monitoring = mounted(tmp_path)
    async with serving(app) as where, watching(where, path) as page:
        snapshot = await page.frame()
        call(monitoring)
        delta = await page.frame()
        assert monitoring.connections.websockets == 0, "our own sockets are not the host's"
    assert (snapshot["type"], delta["type"], delta["seq"]) == (
        "snapshot", "delta", snapshot["seq"] + 1
    )  # fmt: skip
    assert snapshot["data"].keys() == {"metrics", "sessions"}
    assert delta["data"]["integrations"][0]["window"]["total"] == 1


async def test_a_page_that_lost_something_asks_for_a_snapshot(tmp_path: Path) -> None:
    """Whatever else it sends is ignored, text or bytes."""
    app, _ = mounted(tmp_path)
    async with serving(app) as where, watching(where) as page:
        first = await page.frame()
        for nonsense in ("", "{", "[]", '"snapshot"', '{"type": "other"}', b"\x00", "null"):
            await page.connection.send(nonsense)
        await page.connection.send('{"type": "snapshot"}')
        fresh = await page.frame_of("snapshot")
    assert fresh["seq"] >= first["seq"]


async def test_asking_in_a_loop_is_answered_at_the_pace_of_changes(tmp_path: Path) -> None:
    """Nobody can keep us busy with snapshots."""
    app, _ = mounted(tmp_path)
    async with serving(app) as where, watching(where) as page:
        await page.frame()
        for _ in range(200):
            await page.connection.send('{"type": "snapshot"}')
        came = 0
        async with asyncio.timeout(None) as patience:
            patience.reschedule(asyncio.get_running_loop().time() + 0.9)
            try:
                while True:
                    came += json.loads(await page.connection.recv())["type"] == "snapshot"
            except asyncio.CancelledError:
                pass
        # Its 200 questions stand before a polite goodbye, which would be answered in turn.
        page.connection.transport.abort()
    assert 1 <= came <= 4


@pytest.mark.parametrize(
    "options",
    [
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"additional_headers": {"X-Forwarded-For": "192.0.2.1"}},
        {"additional_headers": {"Authorization": "Bearer x"}},
        {"subprotocols": [f"{SUBPROTOCOL}x"]},
    ],
)
async def test_who_is_not_let_in_gets_no_socket(tmp_path: Path, options: dict[str, Any]) -> None:
    """403 before anything is opened."""
    app, _ = mounted(tmp_path)
    async with serving(app) as where:
        with pytest.raises(InvalidStatus) as refused:
            async with watching(where, **options):
                pass
    assert refused.value.response.status_code == 403


async def test_a_token_opens_it_from_anywhere(tmp_path: Path) -> None:
    """As a subprotocol beside ours: ours is answered, as browsers demand, and never the token."""
    app, _ = mounted(tmp_path, ENVIRONMENT="production", JWT_SECRET=SECRET)
    token = jwt.encode({"exp": time.time() + 60}, SECRET, algorithm="HS256")
    offered = [live.PROTOCOL, f"{SUBPROTOCOL}{token}"]
    async with serving(app) as where, watching(where, subprotocols=offered) as page:
        assert page.connection.subprotocol == live.PROTOCOL
        assert (await page.frame())["type"] == "snapshot"


async def test_pages_that_leave_leave_nothing_behind(tmp_path: Path) -> None:
    """Closed or cut, no task and no queue stays."""
    app, monitoring = mounted(tmp_path)
    async with serving(app) as where:
        await until(lambda: monitoring.record.status().status == "ok")
        for cut in (False, True):
            async with watching(where) as page:
                await page.frame()
                if cut:
                    page.connection.transport.abort()
        await until(lambda: not _socket_tasks())


def _socket_tasks() -> list[str]:
    names = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in names if name in ("_send", "_listen")]


async def test_who_does_not_read_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that does not leave in time closes the socket with 1013: come back later."""
    monkeypatch.setattr(live, "_SEND_SECONDS", 0.05)
    sent: list[str] = []
    send_text = WebSocket.send_text

    async def stuck(self: WebSocket, data: str) -> None:
        if sent:
            await asyncio.Event().wait()
        sent.append(data)
        await send_text(self, data)

    monkeypatch.setattr(WebSocket, "send_text", stuck)
    app, monitoring = mounted(tmp_path)
    async with serving(app) as where, watching(where) as page:
        await page.frame()
        call(monitoring)
        with pytest.raises(ConnectionClosed) as closed:
            await page.frame()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "too slow")


async def test_a_fault_while_watching_closes_the_socket(tmp_path: Path) -> None:
    """The page comes back; the server goes on, and the log knows."""
    app, monitoring = mounted(tmp_path)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    with capture_logs() as logs:
        async with serving(app) as where, watching(where) as page:
            await page.frame()
            monitoring.sessions.latest = broken  # type: ignore[method-assign,assignment]
            await page.connection.send('{"type": "snapshot"}')
            with pytest.raises(ConnectionClosed):
                await page.frame_of("nothing of this kind")
    assert [log["error"] for log in logs if log["event"] == "own_route_failed"] == [
        "RuntimeError: broken"
    ]
