"""One conversation of one provider on the port: open it, hold it, write it down."""

import asyncio
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from holdfast.simulator.endpoint import Stage, call_of, natural_seconds
from holdfast.simulator.exchange import Exchange
from holdfast.simulator.faults import refusal
from holdfast.simulator.provider import Provider, SocketOperation
from holdfast.simulator.scenario import Scenario
from holdfast.simulator.talk import LOST, Close, Deaf, Frame, Garbled, Lost, Message, Talk
from holdfast.simulator.wire import Answer, ClientLeft, Line, Refused

SWITCHED = Answer(101)


@dataclass(frozen=True, slots=True)
class SocketEndpoint:
    """An ASGI application for one WebSocket *operation* of *provider*."""

    stage: Stage
    provider: Provider
    operation: SocketOperation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have one conversation, and record it however it ends."""
        started = self.stage.clock.monotonic()
        call = call_of(self.stage, self.provider, self.operation.name, scope)
        line = Line(receive, send, self.stage.closing, self.stage.pace)
        exchange = Exchange(self.provider, self.operation, call, line)
        try:
            exchange.outcome = await self._held(exchange)
        except ClientLeft:
            exchange.outcome = "client_gone"
        finally:
            seconds = self.stage.clock.monotonic() - started
            self.stage.journal.write(exchange, self.stage.clock.wall(), seconds)

    async def _held(self, exchange: Exchange) -> str:
        wire = Wire(exchange.line)
        await wire.opened()
        await exchange.line.rest(natural_seconds(self.stage, self.operation, exchange.call))
        try:
            talk, slow_seconds = await self._talk(exchange)
        except Refused as no:
            exchange.answer = no.answer
            await wire.deny(no.answer, self.provider.headers(exchange.call))
            return "answered"
        exchange.answer = SWITCHED
        offered = exchange.call.headers.get("sec-websocket-protocol", "")
        await wire.accept(offered.partition(",")[0].strip() or None)
        pause = slow_seconds or self.operation.pause_seconds * self.stage.pace
        return await _converse(talk, wire, pause)

    async def _talk(self, exchange: Exchange) -> tuple[Talk, float]:
        """The conversation under the scenario that is on, and how slow its frames are."""
        board = self.stage.board
        scenario = board.fault_for(self.operation, exchange.call)
        answer = refusal(exchange, scenario) if scenario is not None else None
        talk = self.operation.open(exchange.call) if answer is None else None
        if scenario is not None:
            exchange.fault = scenario.kind
            board.spend(self.provider.name)
        if talk is None:
            raise Refused(answer or Answer(500))
        if scenario is None:
            return talk, 0.0
        if scenario.kind == "latency":
            return talk, scenario.number("delay_seconds")
        return self._disturbed(exchange, talk, scenario), 0.0

    def _disturbed(self, exchange: Exchange, talk: Talk, scenario: Scenario) -> Talk:
        twist = self.operation.twists.get(scenario.kind)
        if twist is not None:
            return twist(exchange.call, talk)
        match scenario.kind:
            case "hang":
                return Deaf()
            case "early_close":
                return Lost(talk)
            case "malformed":
                return Garbled(talk)
        return talk


class Wire:
    """The messages of ASGI's WebSocket protocol over a *line*."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def opened(self) -> None:
        """Take the handshake in."""
        await self._line.receive()

    async def accept(self, subprotocol: str | None) -> None:
        """Open the socket."""
        await self._line.send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def deny(self, answer: Answer, headers: Mapping[str, str]) -> None:
        """Answer the handshake with an HTTP error."""
        fields = {"content-type": answer.media_type, **headers, **answer.headers}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
        begin = {"type": "websocket.http.response.start", "status": answer.status, "headers": raw}
        await self._line.send(begin)
        body = b"".join(answer.body())
        await self._line.send({"type": "websocket.http.response.body", "body": body})

    async def hear(self, seconds: float) -> Message | None:
        """The client's next message; None after *seconds* without one."""
        try:
            async with asyncio.timeout(None if math.isinf(seconds) else seconds):
                message = await self._line.receive()
        except TimeoutError:
            return None
        if message["type"] == "websocket.disconnect":
            raise ClientLeft
        text: str | None = message.get("text")
        binary: bytes | None = message.get("bytes")
        return text if text is not None else binary or b""

    async def say(self, frame: Frame) -> bool:
        """Send *frame*; False when it was the last."""
        if isinstance(frame, Close):
            if frame is not LOST:
                goodbye = {"type": "websocket.close", "code": frame.code, "reason": frame.reason}
                await self._line.send(goodbye)
            return False
        kind = "text" if isinstance(frame, str) else "bytes"
        await self._line.send({"type": "websocket.send", kind: frame})
        self._line.sent_bytes += len(frame.encode() if isinstance(frame, str) else frame)
        return True

    async def say_all(self, frames: Iterable[Frame], pause: float) -> Close | None:
        """Send them *pause* seconds apart; the goodbye, when there was one."""
        for frame in frames:
            await self._line.rest(pause)
            if not await self.say(frame) and isinstance(frame, Close):
                return frame
        return None


async def _converse(talk: Talk, wire: Wire, pause: float) -> str:
    goodbye = await wire.say_all(talk.begin(), pause)
    while goodbye is None:
        message = await wire.hear(talk.quiet_seconds)
        frames = talk.quiet() if message is None else talk.hear(message)
        goodbye = await wire.say_all(frames, pause)
    return "cut" if goodbye is LOST else "answered"
