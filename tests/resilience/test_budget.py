"""Retries are a share of the calls: an outage is not made worse by those who try again."""

from fractions import Fraction

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.errors import InvalidRequest, RateLimited, Unavailable
from holdfast.events import AttemptFailed, Event
from holdfast.resilience.budget import BudgetOptions, RetryBudget
from holdfast.resilience.retry import Retry, RetryOptions
from tests.guard.stage import Provider, caught
from tests.resilience.lone import call, through


class BudgetMachine(RuleBasedStateMachine):
    """Calls and retries of many operations in any order, beside an exact account."""

    @initialize(share=st.sampled_from([0, 1, 2, 4, 8]), most=st.integers(1, 4))
    def start(self, share: int, most: int) -> None:
        """Deposits of eighths, which floats hold exactly."""
        self.share, self.most = Fraction(share, 8), most
        self.budget = RetryBudget(BudgetOptions(deposit=share / 8, most=most))
        self.account, self.calls, self.retries, self.refused = Fraction(most), 0, 0, 0

    @rule(count=st.integers(1, 5))
    def begin_calls(self, count: int) -> None:
        """Each call pays in; what is more than the most is lost."""
        for _ in range(count):
            self.budget.deposit()
            self.account = min(self.account + self.share, Fraction(self.most))
            self.calls += 1

    @rule()
    def retry(self) -> None:
        """A retry takes one, or is refused and takes nothing."""
        if self.budget.withdraw():
            self.account -= 1
            self.retries += 1
        else:
            assert self.account < 1
            self.refused += 1

    @invariant()
    def keeps_the_account(self) -> None:
        """Never more retries than the first store and the calls' share; refusals are counted."""
        assert 0 <= self.budget.left == self.account <= self.most
        assert self.budget.refused == self.refused
        assert self.retries <= self.most + self.share * self.calls


TestBudget = BudgetMachine.TestCase


async def test_an_empty_budget_ends_the_call_with_its_failure() -> None:
    """No pause, no further attempt: the failure is told as the last one, and the lack counted."""
    budget = RetryBudget(BudgetOptions(deposit=0.0, most=3))
    options = RetryOptions(retries=2, first_wait_seconds=0.0)
    shine, glow = Retry(options, budget=budget), Retry(options, budget=budget)
    sun = Provider(Unavailable("down"), after=0.0)
    events: list[Event] = []
    for retry in (shine, glow, shine):
        await caught(through(retry, call(events=events), sun))
    assert (sun.asked, budget.left, budget.refused) == (3 + 2 + 1, 0.0, 2)
    waits = [event.retry_in_seconds is None for event in events if isinstance(event, AttemptFailed)]
    assert waits == [False, False, True, False, True, True]


@pytest.mark.parametrize(
    "error", [InvalidRequest("bad"), RateLimited("later", retry_after_seconds=99.0)]
)
async def test_what_is_not_repeated_costs_nothing(error: Exception) -> None:
    """Neither the caller's own mistake, nor a wait that is longer than the longest."""
    budget = RetryBudget(BudgetOptions(most=3))
    await caught(through(Retry(RetryOptions(), budget=budget), call(), Provider(error)))
    assert (budget.left, budget.refused) == (3, 0)


async def test_successes_fill_it_again() -> None:
    """After ten good calls at a tenth each one retry may be made again."""
    budget = RetryBudget(BudgetOptions(deposit=0.125, most=1))
    retry = Retry(RetryOptions(retries=1, first_wait_seconds=0.0), budget=budget)
    assert budget.withdraw()
    for _ in range(7):
        await through(retry, call(), Provider("light"))
    sun = Provider(Unavailable("down"), "light", after=0.0)
    assert await through(retry, call(), sun) == "light"
    assert sun.asked == 2


def test_none_means_no_budget() -> None:
    """Whoever wants retries without a bound on all of them together may have that."""
    assert Retry(RetryOptions(budget=None)).budget is None


@pytest.mark.parametrize("wrong", [{"deposit": -0.1}, {"deposit": 1.5}, {"most": 0.5}])
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, float]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"retry budget needs .* got .*{name}={value}"):
        BudgetOptions(**wrong)
