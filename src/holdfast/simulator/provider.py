"""The shape of a simulated provider: its operations, its error bodies, its usual headers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from holdfast.simulator.talk import OpenTalk, TalkTwist
from holdfast.simulator.wire import Answer, Call

SERVER_ERRORS: Final = range(500, 600)
"""The statuses that blame the provider."""

Respond = Callable[[Call], Answer]
"""Answer a call as the healthy provider would; raise `Refused` where it would say no."""

Twist = Callable[[Call, Answer], Answer]
"""A good answer made bad; the answer itself, unchanged, where the fault does not apply."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint. *twists*: how faults of content look here, by the fault's kind."""

    name: str
    method: str
    path: str
    respond: Respond
    twists: Mapping[str, Twist] = field(default_factory=dict)
    typical_ms: float = 50.0


@dataclass(frozen=True, slots=True)
class SocketOperation:
    """One WebSocket. *twists*: how faults of content sound here, by the fault's kind.

    *pause_seconds* is between two frames at full pace.
    """

    name: str
    path: str
    open: OpenTalk
    twists: Mapping[str, TalkTwist] = field(default_factory=dict)
    typical_ms: float = 50.0
    pause_seconds: float = 0.0


AnyOperation = Operation | SocketOperation


class Provider(ABC):
    """One provider behind its own prefix. Subclasses can be made without arguments."""

    name: ClassVar[str]
    operations: tuple[Operation, ...]
    sockets: tuple[SocketOperation, ...] = ()

    @property
    def everything(self) -> tuple[AnyOperation, ...]:
        """Its endpoints and its sockets."""
        return (*self.operations, *self.sockets)

    @abstractmethod
    def error(self, call: Call, status: int, code: str | None = None, /) -> Answer:
        """The documented error body for *status*; *code* picks among several."""

    @abstractmethod
    def codes(self, status: int) -> tuple[str, ...]:
        """The documented error codes that `error` knows for *status*."""

    @abstractmethod
    def unknown_path(self, call: Call, /) -> Answer:
        """What the provider says on a path or method it does not have."""

    def headers(self, _call: Call, /) -> Mapping[str, str]:
        """Headers that every answer carries."""
        return {}
