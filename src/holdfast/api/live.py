"""The live socket: a snapshot, then what changed, to everyone who watches.

One delta is made and serialised per beat, whoever watches; a client that cannot keep up is
closed with 1013 and comes back for a fresh snapshot.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from holdfast.api.services import Services
from holdfast.api.shapes.card import card
from holdfast.api.shapes.overview import changing, overview
from holdfast.api.shapes.session import LISTED_STEPS
from holdfast.api.shapes.session import session as shaped
from holdfast.clock import iso

router = APIRouter()

PROTOCOL = "holdfast.v1"
"""The subprotocol a client offers when it brings a token."""

BEAT_SECONDS = 0.25
_REFRESH_BEATS = 8
_HEARTBEAT_BEATS = 60
_MOST_WAITING = 32
_SNAPSHOT_SESSIONS = 20
_SEND_SECONDS = 10.0
"""How long one frame may take to leave."""

Frames = asyncio.Queue[str | None]
"""What one client is to be sent; None: it was too slow, and is closed."""


class Broadcast:
    """Beats while anyone watches; *slow_clients* counts those that were closed."""

    def __init__(self, services: Services) -> None:
        self.slow_clients = 0
        self._services = services
        self._watching: set[Frames] = set()
        self._sequence = 0

    @contextlib.contextmanager
    def watching(self) -> Iterator[Frames]:
        """The frames of one client, for as long as it watches."""
        queue: Frames = asyncio.Queue(_MOST_WAITING)
        self._watching.add(queue)
        try:
            yield queue
        finally:
            self._watching.discard(queue)

    async def fresh_snapshot(self) -> str:
        """`snapshot`, after looking at what the other workers published."""
        await self._services.refresh()
        return self.snapshot()

    def snapshot(self) -> str:
        """Everything, at the present sequence number."""
        latest = self._services.sessions.latest(_SNAPSHOT_SESSIONS)
        sessions = [shaped(one, LISTED_STEPS) for one in latest]
        data = {"metrics": overview(self._services), "sessions": sessions}
        return self._frame("snapshot", data)

    async def run(self) -> None:
        """Beat until cancelled."""
        beats = 0
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            beats += 1
            changed = self._services.changes.take()
            if not self._watching:
                continue
            if changed.anything or beats % _REFRESH_BEATS == 0:
                await self._services.refresh()
            if beats % _REFRESH_BEATS == 0:
                names = frozenset(self._services.integrations())
                self._tell(self._delta(names, changed.sessions))
            elif changed.anything:
                self._tell(self._delta(changed.integrations, changed.sessions))
            if beats % _HEARTBEAT_BEATS == 0:
                self._tell(self._frame("heartbeat", None))

    def _delta(self, integrations: frozenset[str], sessions: frozenset[str]) -> str:
        self._sequence += 1
        services = self._services
        found = (services.sessions.find(one) for one in sessions)
        data = {
            **changing(services),
            "integrations": [card(services, name) for name in sorted(integrations)],
            "sessions": [shaped(one, LISTED_STEPS) for one in found if one is not None],
        }
        return self._frame("delta", data)

    def _frame(self, kind: str, data: Any) -> str:
        frame = {"type": kind, "seq": self._sequence, "at": iso(self._services.clock.wall())}
        return json.dumps(frame if data is None else {**frame, "data": data})

    def _tell(self, frame: str) -> None:
        for queue in tuple(self._watching):
            if queue.full():
                self._watching.discard(queue)
                self.slow_clients += 1
                _empty(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(frame)


def _empty(queue: Frames) -> None:
    while not queue.empty():
        queue.get_nowait()


@router.websocket("/monitoring/ws")
@router.websocket("/api/monitoring/ws")
async def watch(socket: WebSocket) -> None:
    """Frames as the API reference describes them; ``{"type": "snapshot"}`` asks for a fresh one."""
    broadcast: Broadcast = socket.app.state.broadcast
    # The token rides beside our protocol as another one: it is never echoed.
    await socket.accept(PROTOCOL if PROTOCOL in socket.scope.get("subprotocols", ()) else None)
    with broadcast.watching() as queue:
        queue.put_nowait(await broadcast.fresh_snapshot())
        both = (
            asyncio.create_task(_send(socket, queue)),
            asyncio.create_task(_listen(socket, queue, broadcast)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.wait(both)
    for task in both:
        if not task.cancelled():
            task.result()


async def _send(socket: WebSocket, queue: Frames) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it left, or was closed
        with contextlib.suppress(TimeoutError):
            while (frame := await queue.get()) is not None:
                async with asyncio.timeout(_SEND_SECONDS):
                    await socket.send_text(frame)
        await socket.close(1013, "too slow")


async def _listen(socket: WebSocket, queue: Frames, broadcast: Broadcast) -> None:
    while (message := await socket.receive())["type"] == "websocket.receive":
        if _asks_for_snapshot(message.get("text") or "") and not queue.full():
            queue.put_nowait(await broadcast.fresh_snapshot())
            await asyncio.sleep(BEAT_SECONDS)  # nobody needs them faster than changes come


def _asks_for_snapshot(message: str) -> bool:
    try:
        return bool(json.loads(message)["type"] == "snapshot")
    except (ValueError, KeyError, TypeError):
        return False
