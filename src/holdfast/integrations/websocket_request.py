"""How a guarded WebSocket is opened, bounded and understood, as data."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.errors import InputRefused
from holdfast.guard.stream import Watch
from holdfast.integrations.websocket_errors import ReadClose, ReadError, ReadMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketOptions:
    """The bounds of one socket: times in seconds (`math.inf`: none), sizes in bytes.

    A ping goes out each *ping_seconds* and is answered within *pong_seconds*, or the connection
    counts as lost. *idle_seconds* bounds the wait for a message while somebody waits for one.
    With *greets* the server speaks first: until its first message has come the socket is not
    open, and may be tried again.
    """

    open_seconds: float = 10.0
    close_seconds: float = 3.0
    ping_seconds: float = 20.0
    pong_seconds: float = 20.0
    idle_seconds: float = math.inf
    max_message_bytes: int = 1024 * 1024
    greets: bool = False

    def __post_init__(self) -> None:
        times = (self.open_seconds, self.close_seconds, self.ping_seconds, self.pong_seconds)
        if min(*times, self.idle_seconds, self.max_message_bytes) <= 0:
            raise ValueError(f"a socket needs bounds > 0, got {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketRequest:
    """How to open a socket, and how to understand it. What may be secret is not in the repr.

    *watch* makes what judges each conversation (its end may raise `ProtocolError` when the
    closing message is missing, and whose ``usage()``, if it has one, tells what it cost);
    *read_error*, *read_close* and *read_message* are the provider's own tables.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    subprotocols: Sequence[str] = field(default=(), repr=False)
    watch: Callable[[], Watch] | None = None
    read_error: ReadError | None = None
    read_close: ReadClose | None = None
    read_message: ReadMessage | None = None
    options: SocketOptions = SocketOptions()

    def __post_init__(self) -> None:
        for name, value in self.headers.items():
            if not ((name + value).isascii() and (name + value).isprintable()):
                raise InputRefused("a header of the socket holds a line break or is not ASCII")
