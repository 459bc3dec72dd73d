"""Business facts are kept whatever the rules say, and never in the way of business."""

from decimal import Decimal
from typing import Any

import pytest

from holdfast import context
from holdfast.clock import Clock
from holdfast.events import BusinessFact, Event, IssueFound, Scope
from holdfast.trends.business import Business, BusinessRule


class Shop:
    """A business at 7 s, and what it told."""

    def __init__(self, *rules: BusinessRule) -> None:
        self.events: list[Event] = []
        self.business = Business(self.events.append, Clock(lambda: 0.0, lambda: 7.0))
        for rule in rules:
            self.business.add_rule(rule)

    def issues(self) -> list[str]:
        """What is wrong, in words."""
        return [one.description for one in self.events if isinstance(one, IssueFound)]


async def test_a_fact_belongs_to_the_current_session_and_user() -> None:
    """Unless it says otherwise; money may be a Decimal, dimensions anything that prints."""
    shop = Shop()
    context.scope.set(Scope("s-1", "u-1"))
    shop.business.track("report", Decimal("4.50"), kind="revenue", unit="USD", dimensions={"n": 1})
    shop.business.track("signup", user_id="u-2", session_id="s-2")
    assert shop.events == [
        BusinessFact(Scope("s-1", "u-1"), 7.0, "report", "revenue", 4.5, "USD", {"n": "1"}),
        BusinessFact(Scope("s-2", "u-2"), 7.0, "signup", "count", 1.0, "1", {}),
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "7", None, 10**400])
def test_what_cannot_be_added_up_is_an_issue_and_no_fact(value: Any) -> None:
    """Nothing is raised into the code that sold something."""
    shop = Shop()
    shop.business.track("report", value)
    assert [type(event) for event in shop.events] == [IssueFound]
    assert "is not a number that can be added up" in shop.issues()[0]


def test_a_broken_rule_is_an_issue_beside_the_fact() -> None:
    """All that is wrong in one line, with what it means to the user."""
    rule = BusinessRule(
        name="report", minimum=1, maximum=100, units=["USD"], requires=["plan"],
        severity="critical", user_impact="charged wrongly",
    )  # fmt: skip
    shop = Shop(rule)
    shop.business.track("report", 500, unit="EUR", kind="revenue")
    shop.business.track("report", 0, unit="USD", dimensions={"plan": "gold"})
    shop.business.track("report", 5, unit="USD", dimensions={"plan": "gold"})
    shop.business.track("other", 500)
    assert shop.issues() == [
        "report: 500 is above 100; unit 'EUR' is none of USD; plan is not said",
        "report: 0 is below 1",
    ]
    first = next(one for one in shop.events if isinstance(one, IssueFound))
    assert (first.issue_type, first.severity, first.user_impact) == (
        "business_rule", "critical", "charged wrongly",
    )  # fmt: skip
    assert sum(isinstance(one, BusinessFact) for one in shop.events) == 4


def test_the_applications_own_check_may_fail() -> None:
    """Its reason is the issue; that it broke is one too."""

    def odd(fact: BusinessFact) -> str | None:
        return "odd" if fact.value % 2 else None

    def broken(fact: BusinessFact) -> str | None:
        raise KeyError(fact.name)

    shop = Shop(BusinessRule(name="a", check=odd), BusinessRule(name="b", check=broken))
    for name, value in (("a", 1), ("a", 2), ("b", 1)):
        shop.business.track(name, value)
    assert shop.issues() == ["a: odd", "b: its check failed: KeyError: 'b'"]


def test_facts_are_bounded_and_redacted() -> None:
    """Ten dimensions, short texts, nothing personal."""
    shop = Shop()
    many = {f"d{number}": "x" * 500 for number in range(30)}
    shop.business.track("sold to ann@example.com", dimensions=many)
    [fact] = shop.events
    assert isinstance(fact, BusinessFact)
    assert (fact.name, len(fact.dimensions), len(fact.dimensions["d0"])) == (
        "sold to [email]", 10, 100,
    )  # fmt: skip
