"""Boundaries between flows wait for the record, in bounded number and for a bounded time."""

import pytest

from holdfast.events import Scope, StepTaken
from holdfast.seen import ContextSeen
from holdfast.sessions.boundary import Boundaries
from holdfast.sessions.context_flow import StepSeen


def taken(
    at: float, *, opening: bool = True, begun: bool = False, session: str | None = "s"
) -> StepTaken:
    """A step that needs a chart."""
    seen = ContextSeen(opening, True, (), {}, {}, (), (), ("chart",), "", 0, 0, begun)
    return StepTaken(Scope(session, step="voice"), at, "succeeded", 0.0, None, None, seen)


async def _nothing(session_id: str) -> list[StepSeen]:
    return []


async def test_only_the_first_step_of_a_flow_that_goes_on_is_judged() -> None:
    """The others were judged on the spot; a step outside of sessions is nobody's."""
    boundaries = Boundaries()
    for event in (
        taken(0.0, opening=False), taken(0.0, begun=True), taken(0.0, session=None),
        StepTaken(Scope("s", step="voice"), 0.0, "succeeded", 0.0),
    ):  # fmt: skip
        boundaries(event)
    assert await boundaries.judge(9.0, _nothing) == []
    boundaries(taken(0.0))
    assert await boundaries.judge(2.0, _nothing) == []  # too early: others may still be writing
    [lost] = await boundaries.judge(9.0, _nothing)
    assert (lost.step, lost.field, lost.kind, lost.last_step) == ("voice", "chart", "missing", None)


async def test_a_record_that_is_away_is_asked_again_for_two_minutes() -> None:
    """Then the boundary is counted as unjudged, and given up."""
    boundaries = Boundaries()

    async def away(session_id: str) -> list[StepSeen]:
        raise OSError(session_id)

    boundaries(taken(0.0))
    for now in (5.0, 60.0):
        with pytest.raises(OSError, match="s"):
            await boundaries.judge(now, away)
    assert await boundaries.judge(121.0, away) == []
    assert boundaries.unjudged == 1


async def test_the_oldest_give_way() -> None:
    """A thousand sessions a second must not fill the memory."""
    boundaries = Boundaries(most=2)
    for number in range(5):
        boundaries(taken(float(number)))
    assert (boundaries.unjudged, len(await boundaries.judge(99.0, _nothing))) == (3, 2)
