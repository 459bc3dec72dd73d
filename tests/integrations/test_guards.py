"""One guard for each operation, all within one rate."""

import pytest

from holdfast.errors import InputRefused, LimitReached
from holdfast.events import CallFinished, Event, Usage
from holdfast.guard.controls import Controls, circuit_of, policy_of, rate_of
from holdfast.guard.options import GuardOptions
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.guards import guards_of
from holdfast.integrations.metering import added
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.prokerala import PROKERALA
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.resilience.fault import Faults
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import Retry
from tests.jumping_time import jumping_clock


def test_every_operation_has_a_guard_under_control() -> None:
    """Known operations and "other" are guarded, each with its own breaker and the same rate."""
    controls = Controls()
    guards = guards_of(OPENAI, GuardOptions(), controls=controls)
    assert set(guards) == {"chat", "embeddings", "models", "model", "other"}
    assert controls["openai", "chat"] is guards["chat"]
    assert len({id(circuit_of(guard)) for guard in guards.values()}) == 5
    assert len({id(rate_of(guard)) for guard in guards.values()}) == 1


def test_seats_and_faults_are_one_for_all_operations() -> None:
    """A slow provider takes only its seats; faults are ordered by integration and operation."""
    faults = Faults()
    options = GuardOptions(bulkhead=BulkheadOptions())
    guards = guards_of(OPENAI, options, controls=Controls(), faults=faults)
    seats = {id(policy_of(guard, Bulkhead)) for guard in guards.values()}
    assert len(seats) == 1
    assert all(policy_of(guard, Faults) is faults for guard in guards.values())


def test_unknown_operations_are_not_safe_to_repeat() -> None:
    """Who knows what a second request would do."""
    guards = guards_of(OPENAI, GuardOptions(), controls=Controls())
    safe = {
        name: policy.options.safe
        for name, guard in guards.items()
        for policy in guard.policies
        if isinstance(policy, Retry)
    }
    assert safe == {
        "chat": True,
        "embeddings": True,
        "models": True,
        "model": True,
        "other": False,
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"messages": [{"role": "user", "content": "abcdef"}]}', "at most 5 characters, got 6"),
        (b'{"messages": [{"role": "user", "content": ""}]}', "needs a text, got ''"),
        (
            b'{"messages": [{"role": "user", "content": [{"type": "text", "text": "abcdef"}]}]}',
            "at most 5 characters, got 6",
        ),
    ],
)
async def test_text_is_checked_before_anything_is_spent(body: bytes, words: str) -> None:
    """What the user says must be there, and short enough."""
    facts: list[Event] = []
    guards = guards_of(
        OPENAI, GuardOptions(), controls=Controls(), sink=facts.append,
        clock=jumping_clock(), max_text_length=5,
    )  # fmt: skip

    async def never(asked: Asked) -> Exchange:
        raise AssertionError(f"{asked} was sent")

    with pytest.raises(InputRefused, match=words):
        await guards["chat"].call(never, Asked("POST", "/chat/completions", {}, body))
    (fact,) = facts
    assert isinstance(fact, CallFinished)
    assert (fact.outcome, fact.attempts) == ("refused", 0)


async def test_operations_share_one_rate_and_one_numbering() -> None:
    """The provider's limit is one, whichever operation uses it up; call ids never collide."""
    options = GuardOptions(
        limiter=LimiterOptions(calls=1, per_seconds=60, burst=1, max_wait_seconds=0)
    )
    facts: list[Event] = []
    guards = guards_of(
        PROKERALA, options, controls=Controls(), sink=facts.append, clock=jumping_clock()
    )

    async def send(asked: Asked) -> Exchange:
        return Exchange(asked, 200, {}, b'{"access_token": "t", "expires_in": 3600}')

    await guards["token"].call(send, Asked("POST", "/token"))
    with pytest.raises(LimitReached):
        await guards["birth-details"].call(send, Asked("GET", "/v2/astrology/birth-details"))
    ids = [fact.origin.call_id for fact in facts if isinstance(fact, CallFinished)]
    assert ids == [1, 2]


@pytest.mark.parametrize(
    ("before", "more", "sum_"),
    [
        (None, None, None),
        (None, Usage("tokens", 3), Usage("tokens", 3)),
        (Usage("tokens", 3), None, Usage("tokens", 3)),
        (Usage("tokens", 3), Usage("tokens", 4), Usage("tokens", 7)),
        (Usage("credits", 1, 9), Usage("credits", 1, 8), Usage("credits", 2, 8)),
        (Usage("credits", 1, 9), Usage("credits", 1), Usage("credits", 2, 9)),
        (Usage("credits", 1), Usage("tokens", 2), Usage("tokens", 2)),
    ],
)
def test_every_attempt_was_paid_for(
    before: Usage | None, more: Usage | None, sum_: Usage | None
) -> None:
    """Costs of one unit add up; what remains is the newest that was told."""
    assert added(before, more) == sum_
