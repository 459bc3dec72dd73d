"""Where the workers of a deployment publish what they counted: the port, and what passes it.

A worker writes only what is its own: a *head*, replaced as a whole, and *slices* of its window,
each once. What a dead worker counted is added to the *departed* total exactly once, by whichever
worker leads. A deployment lives as long as one of its workers: who joins an empty board begins
anew.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from holdfast.errors import HoldfastError


class BoardFailed(HoldfastError):
    """The board is out of reach; the text is redacted. Never raised into a call."""


class Posted(NamedTuple):
    """What one worker published last. *token* changes with it; *head* is None for a known token.

    A worker that is *folded* has its totals in the departed ones; its slices still count.
    """

    token: str
    is_alive: bool
    is_folded: bool
    head: bytes | None


class Departed(NamedTuple):
    """What the dead counted; *version* grows with each that is added, 0: none was."""

    version: int
    body: bytes


class Seen(NamedTuple):
    """The board at one moment: nobody's totals are missing, and nobody's are there twice."""

    members: Mapping[str, Posted]
    departed: Departed


class Board(Protocol):
    """One worker's way to the board.

    Every method may block for a moment (*is_local*: not for the network) and may raise
    `BoardFailed` or OSError; none is called by two threads at once.
    """

    is_local: bool

    def join(self, member: str) -> None:
        """Be *member* from now on, and alive until this process dies or leaves."""

    def publish(self, head: bytes | None, slices: Mapping[int, bytes], oldest: int) -> bool:
        """Replace what this worker published by *head* (None: it stands), and add *slices*.

        Slices below the number *oldest* are dropped. False: it was taken for dead and folded, and
        nothing was published; who goes on must join as somebody else.
        """

    def look(self, known: Mapping[str, str]) -> Seen:
        """What is published, all that was before this was asked; heads of unknown tokens only."""

    def slices(self, member: str, numbers: Collection[int]) -> Mapping[int, bytes]:
        """Those of *member*'s slices that are there."""

    def fold(self, member: str, token: str, departed: Departed) -> bool:
        """Put *departed* in the place of the version before it, with *member* in it for good.

        False: somebody else was faster, or *member* is alive or not at *token*; nothing changed.
        """

    def remove(self, member: str) -> None:
        """Drop what is left of a folded one."""

    def lead(self) -> bool:
        """Whether this worker decides what must be decided once. Asked every beat."""

    def leave(self) -> None:
        """Be dead from now on, which others need not find out by waiting. Never raises."""
