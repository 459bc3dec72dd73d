"""A conversation over a WebSocket, as one side of it: what is heard in, what is said out.

A talk is plain state without a clock or a socket, so that providers stay functions of their calls.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from holdfast.simulator.wire import Call

Message = str | bytes
"""One WebSocket message: text or binary."""


class Close(NamedTuple):
    """A goodbye (RFC 6455, 7.4.1). Nothing is said after it."""

    code: int = 1000
    reason: str = ""


LOST: Final = Close(1006, "connection lost")
"""No goodbye at all: the connection is dropped."""

Frame = Message | Close


class Talk(ABC):
    """The provider's side of one conversation.

    After *quiet_seconds* without a message from the client, `quiet` is asked.
    """

    quiet_seconds: float = math.inf

    def begin(self) -> Iterable[Frame]:
        """What is said before anything is heard."""
        return ()

    @abstractmethod
    def hear(self, message: Message, /) -> Iterable[Frame]:
        """What is said to *message*."""

    def quiet(self) -> Iterable[Frame]:
        """What is said to a client that says nothing."""
        return ()


OpenTalk = Callable[[Call], Talk]
"""Begin the conversation of a call; raise `Refused` where the provider would not open it."""

TalkTwist = Callable[[Call, Talk], Talk]
"""A good conversation made bad."""


class Framewise(Talk):
    """*inner*, with every batch of frames changed by `change`."""

    def __init__(self, inner: Talk) -> None:
        self.inner = inner
        self.quiet_seconds = inner.quiet_seconds

    def begin(self) -> Iterable[Frame]:
        """The inner talk's, changed."""
        return self.change(list(self.inner.begin()))

    def hear(self, message: Message, /) -> Iterable[Frame]:
        """The inner talk's, changed."""
        return self.change(list(self.inner.hear(message)))

    def quiet(self) -> Iterable[Frame]:
        """The inner talk's, changed."""
        return self.change(list(self.inner.quiet()))

    @abstractmethod
    def change(self, frames: list[Frame]) -> list[Frame]:
        """What is said in place of *frames*."""


class Deaf(Talk):
    """Opens, and never says anything."""

    def hear(self, _message: Message, /) -> Iterable[Frame]:
        """Nothing."""
        return ()


class Lost(Framewise):
    """Half of the first answer, and then no connection."""

    def begin(self) -> Iterable[Frame]:
        """Nothing is wrong yet."""
        return self.inner.begin()

    def change(self, frames: list[Frame]) -> list[Frame]:
        """Drop the connection in the middle of what is said."""
        return [*frames[: len(frames) // 2], LOST] if frames else []


class Garbled(Framewise):
    """Every text is broken JSON."""

    def change(self, frames: list[Frame]) -> list[Frame]:
        """Cut each text in half."""
        return [f[: len(f) // 2] if isinstance(f, str) else f for f in frames]


class CutShort(Framewise):
    """A polite goodbye where the closing message should be."""

    def __init__(self, inner: Talk, is_end: Callable[[Frame], bool]) -> None:
        super().__init__(inner)
        self._is_end = is_end

    def change(self, frames: list[Frame]) -> list[Frame]:
        """Leave out the end marker and what follows."""
        for at, frame in enumerate(frames):
            if self._is_end(frame):
                return [*frames[:at], Close()]
        return frames


class Mapped(Framewise):
    """Each frame is changed by *replace*; None leaves it out."""

    def __init__(self, inner: Talk, replace: Callable[[Frame], Frame | None]) -> None:
        super().__init__(inner)
        self._replace = replace

    def change(self, frames: list[Frame]) -> list[Frame]:
        """What is left of them."""
        return [new for new in map(self._replace, frames) if new is not None]
