"""Who takes part in a race, and what each of them calls."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

Call = Callable[[], Awaitable[object]]
"""One call as a user would write it, ready to be awaited again and again."""

Make = Callable[[], Awaitable[Call]]
"""Sets a contestant up, inside the event loop in which it will run."""

Role = Literal["floor", "scale", "ours", "peer", "lesser peer"]
"""*floor*: the bare call, subtracted from all. *scale*: something well known to compare with.
*lesser peer*: it lacks what the others of its race have."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One line of a table. *does*: what one call of it includes, or what it lacks."""

    name: str
    make: Make
    does: str = ""
    role: Role = "peer"


async def answer() -> int:
    """The provider: there, right and immediate."""
    return 42


async def bare() -> Call:
    """The provider itself."""
    return answer


FLOOR = Contestant("bare await", bare, role="floor")
