"""A small WebSocket server on a real port, and a guarded socket to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from holdfast.events import BreakerName, CallFinished, Event
from holdfast.guard.controls import circuit_of
from holdfast.guard.options import GuardOptions, build
from holdfast.integrations.websocket import GuardedSocket, websocket
from holdfast.integrations.websocket_request import SocketOptions, SocketRequest
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from tests.integrations.guarded import QUICK

Talk = Callable[[ServerConnection], Awaitable[None]]
"""What the server does with an open socket; it says goodbye when it returns."""

Answer = Callable[[ServerConnection, Request], Response | None]
"""What the server answers to a handshake; None: it opens the socket."""

SHORT = SocketOptions(open_seconds=1.0, close_seconds=0.2)


def welcome(connection: ServerConnection, request: Request) -> None:
    """Open every socket."""


@dataclass
class Line:
    """A guarded way to a server: the *facts* it told, the *handshakes* that arrived."""

    url: str
    options: GuardOptions = QUICK
    facts: list[Event] = field(default_factory=list)
    handshakes: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        seats = replace(self.options, bulkhead=BulkheadOptions(seats=1, max_waiting=0))
        self.guard = build("ear", "listen", seats, sink=self.facts.append)

    @asynccontextmanager
    async def open(
        self, request: SocketRequest | None = None, url: str = "/listen"
    ) -> AsyncIterator[GuardedSocket]:
        """A socket with short bounds."""
        async with websocket(
            self.guard, self.url, url, request or SocketRequest(options=SHORT)
        ) as socket:
            yield socket

    @property
    def calls(self) -> list[CallFinished]:
        """Every finished call, in order."""
        return [fact for fact in self.facts if isinstance(fact, CallFinished)]

    @property
    def call(self) -> CallFinished:
        """The only call that was finished."""
        (call,) = self.calls
        return call

    @property
    def failures(self) -> int:
        """How many failures in a row the breaker has counted."""
        circuit = circuit_of(self.guard)
        assert circuit is not None
        return circuit.consecutive_failures

    @property
    def breaker(self) -> BreakerName:
        """The state of the breaker."""
        circuit = circuit_of(self.guard)
        assert circuit is not None
        return circuit.name

    @property
    def seats_taken(self) -> int:
        """How many calls are out."""
        (bulkhead,) = (one for one in self.guard.policies if isinstance(one, Bulkhead))
        return bulkhead.taken


@asynccontextmanager
async def listening(
    talk: Talk, answer: Answer = welcome, options: GuardOptions = QUICK
) -> AsyncIterator[Line]:
    """A line to a server that does *talk* on each socket that *answer* lets open."""
    line = Line("", options)

    def answered(connection: ServerConnection, request: Request) -> Response | None:
        line.handshakes.append(request)
        return answer(connection, request)

    async with serve(
        talk, "127.0.0.1", 0, process_request=answered, ping_interval=None, close_timeout=0.2,
        compression=None,
    ) as server:  # fmt: skip
        line.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
        yield line
