"""One operation of one provider on the port: read the call, answer it, write it down."""

import asyncio
from dataclasses import dataclass, field, replace

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.exchange import Exchange
from holdfast.simulator.faults import respond
from holdfast.simulator.journal import Journal
from holdfast.simulator.provider import AnyOperation, Operation, Provider
from holdfast.simulator.switchboard import Switchboard
from holdfast.simulator.wire import Answer, Call, ClientLeft, Line

LARGEST_BODY_BYTES = 4_000_000
SPREAD = 0.35
"""Sigma of the log-normal distribution around an operation's typical latency."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What all endpoints of one simulator share. *pace* 1.0: as slow as the real providers."""

    board: Switchboard
    journal: Journal
    seed: int
    pace: float = 0.0
    clock: Clock = SYSTEM_CLOCK
    closing: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI application for one *operation* of *provider*."""

    stage: Stage
    provider: Provider
    operation: Operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and record it however it ends."""
        started = self.stage.clock.monotonic()
        line = Line(receive, send, self.stage.closing, self.stage.pace)
        call = call_of(self.stage, self.provider, self.operation.name, scope)
        exchange = Exchange(self.provider, self.operation, call, line)
        try:
            exchange.answer = await self._answer(exchange)
            await line.answer(exchange.answer, self.provider.headers(exchange.call))
            exchange.outcome = "cut" if exchange.answer.cut else "answered"
        except ClientLeft:
            exchange.outcome = "client_gone"
        finally:
            seconds = self.stage.clock.monotonic() - started
            self.stage.journal.write(exchange, self.stage.clock.wall(), seconds)

    async def _answer(self, exchange: Exchange) -> Answer:
        body = await exchange.line.read(LARGEST_BODY_BYTES)
        if body is None:
            return self.provider.error(exchange.call, 413)
        exchange.call = replace(exchange.call, body=body)
        await exchange.line.stay(natural_seconds(self.stage, self.operation, exchange.call))
        return await respond(exchange, self.operation, self.stage.board)


def natural_seconds(stage: Stage, operation: AnyOperation, call: Call) -> float:
    """How long the real provider would take, at the stage's pace."""
    swing = call.dice("latency").lognormvariate(0.0, SPREAD)
    return stage.pace * operation.typical_ms / 1000 * swing


def call_of(stage: Stage, provider: Provider, operation: str, scope: Scope) -> Call:
    """The call that *scope* is the head of; it gets its number."""
    return Call(
        provider=provider.name,
        operation=operation,
        number=stage.board.next_number(provider.name),
        seed=stage.seed,
        method=scope.get("method", "GET"),
        path=scope["path"].removeprefix(f"/{provider.name}"),
        parameters=scope["path_params"],
        query=dict(QueryParams(scope["query_string"])),
        headers=dict(Headers(scope=scope)),
    )
