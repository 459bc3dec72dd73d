"""One call and one policy, without a guard around them."""

from collections.abc import Awaitable, Callable
from typing import Any

from holdfast.events import Event, Origin, Scope
from holdfast.resilience.policy import Call, Policy, compose
from tests.jumping_time import jumping_clock


async def nothing(*args: Any) -> None:
    """A function that is never reached."""


def call(
    *arguments: object, call_id: int = 1, deadline: float | None = None,
    events: list[Event] | None = None,
) -> Call:  # fmt: skip
    """A call of ``sun shine`` at the loop's present time."""
    told = [] if events is None else events
    origin = Origin("sun", "shine", call_id, Scope())
    return Call(origin, nothing, arguments, told.append, jumping_clock(), deadline)


async def through(policy: Policy, one: Call, function: Callable[[], Awaitable[object]]) -> object:
    """The answer of *function* as *policy* lets it through; attempts are counted as in a guard."""

    async def go_out(one: Call) -> object:
        one.attempts += 1
        return await function()

    return await compose([policy], go_out)(one)
