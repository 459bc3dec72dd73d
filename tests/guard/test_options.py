"""A guard as data: which policies stand, and in which order."""

import math

import pytest

from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.timeout import Timeout

OFF = GuardOptions(
    deadline_seconds=None, retry=None, breaker=None, limiter=None, timeout_seconds=None
)


def standing(options: GuardOptions, **more: object) -> list[str]:
    """The names of the policies, outermost first."""
    guard = build("sun", "shine", options, **more)  # type: ignore[arg-type]
    return [type(policy).__name__ for policy in guard.policies]


def test_all_policies_stand_in_the_documented_order() -> None:
    """Outermost first, as the table of one call has them."""
    order = ["InputCheck", "Deadline", "Retry", "Breaker", "Limiter", "Timeout", "Validate"]
    options = GuardOptions(limiter=LimiterOptions())
    assert standing(options, checks=[print], validators=[print]) == order


def test_nobody_invents_a_limit() -> None:
    """What a provider that we do not know allows is not known either."""
    assert "Limiter" not in standing(GuardOptions())


def test_none_switches_a_policy_off() -> None:
    """What is off is not there at all; a shared limiter stands by itself."""
    assert standing(OFF) == []
    assert standing(OFF, limiter=Limiter()) == ["Limiter"]


def test_a_deadline_alone_still_ends_attempts() -> None:
    """Somebody must stop waiting: an unbounded timeout is what the deadline shortens."""
    guard = build("sun", "shine", GuardOptions(timeout_seconds=None))
    assert [one.seconds for one in guard.policies if isinstance(one, Timeout)] == [math.inf]


@pytest.mark.parametrize("wrong", [{"deadline_seconds": 0.0}, {"timeout_seconds": -1.0}])
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, float]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"guard needs times > 0 .* got .*{name}={value}"):
        GuardOptions(**wrong)  # type: ignore[arg-type]
