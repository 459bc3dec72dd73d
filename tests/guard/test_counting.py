"""What counts as what: the notes of the policy table, one test each, whole lists of facts."""

import asyncio
from dataclasses import replace

from holdfast.errors import (
    BreakerOpen,
    DeadlineExceeded,
    InvalidRequest,
    LimitReached,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.guard.controls import rate_of
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions
from holdfast.telemetry.calls import CallMetrics
from holdfast.validation.verdict import failed
from tests.guard.stage import (
    FRAGILE,
    OPTIONS,
    Provider,
    Stage,
    attempt_failed,
    breaker_name,
    cancelled_after,
    caught,
    circuit,
    down,
    ended,
    moved,
    open_breaker,
)
from tests.jumping_time import jumping_clock


async def test_an_open_breaker_costs_no_token() -> None:
    """A call refused by the breaker leaves the rate limit untouched, and waits for nothing."""
    stage = Stage(FRAGILE)
    await open_breaker(stage)
    rate = rate_of(stage.guard)
    assert rate is not None
    used, sun = rate.used.total, Provider("light")
    for _ in range(5):
        assert isinstance(await caught(stage.guard.call(sun)), BreakerOpen)
    assert (rate.used.total, sun.asked) == (used, 0)
    reason = "breaker of sun shine refuses calls for 16.0 s"
    assert stage.events[3:] == [
        ended(0.5, "refused", None, call_id=n, attempts=0, error="BreakerOpen", reason=reason)
        for n in range(3, 8)
    ]


async def test_one_users_retries_cannot_open_a_breaker() -> None:
    """All attempts of one call are one witness; the second call's failure opens it."""
    stage = Stage(replace(OPTIONS, retry=RetryOptions(retries=9, first_wait_seconds=0.0)))
    assert isinstance(await caught(stage.guard.call(Provider(down()))), Unavailable)
    assert (circuit(stage.guard).consecutive_failures, breaker_name(stage.guard)) == (10, "closed")
    second = Provider(down())
    assert isinstance(await caught(stage.guard.call(second)), Unavailable)
    assert (second.asked, breaker_name(stage.guard)) == (1, "open")


async def test_the_callers_cancellation_is_neutral_and_gives_the_permit_back() -> None:
    """A caller that leaves is no evidence, and its probe goes to the next one."""
    stage = Stage(FRAGILE)
    for _ in range(5):
        gone = await cancelled_after(1.0, stage.guard.call(Provider("late", after=4.0)))
        assert isinstance(gone, asyncio.CancelledError)
    assert breaker_name(stage.guard) == "closed"
    assert stage.outcomes() == ["cancelled"] * 5
    await open_breaker(stage)
    await asyncio.sleep(16.0)
    stage.events.clear()
    await cancelled_after(1.0, stage.guard.call(Provider("late", after=4.0)))
    assert circuit(stage.guard).probes_in_flight == 0
    await stage.guard.call(Provider("light"))
    assert stage.events == [
        moved(21.5, "open", "half_open", "time to probe"),
        ended(22.5, "cancelled", 1000.0, call_id=8, error="CancelledError"),
        moved(22.75, "half_open", "closed", "1 probe(s) succeeded"),
        ended(22.75, "succeeded", 250.0, call_id=9),
    ]


async def test_our_own_timeout_is_a_failure() -> None:
    """No answer in time is evidence: it is retried, and it opens the breaker."""
    stage = Stage(FRAGILE)
    for _ in range(2):
        assert isinstance(await caught(stage.guard.call(Provider("late", after=99.0))), TimedOut)
    reason = "no answer within 8 s"
    assert stage.events == [
        ended(8.0, "failed", 8000.0, error="TimedOut", reason=reason),
        moved(16.0, "closed", "open", "2 failures in a row", 16.0),
        ended(16.0, "failed", 8000.0, call_id=2, error="TimedOut", reason=reason),
    ]


async def test_our_own_deadline_is_a_failure() -> None:
    """The whole call's time running out counts like a timeout, and is not retried."""
    stage = Stage(replace(FRAGILE, deadline_seconds=2.0, retry=RetryOptions()))
    for _ in range(2):
        error = await caught(stage.guard.call(Provider("late", after=99.0)))
        assert isinstance(error, DeadlineExceeded)
    reason = "no answer within the 2 s left"
    told = ("DeadlineExceeded", reason, 2000.0, None)
    ends = {"error": "DeadlineExceeded", "reason": reason}
    assert stage.events == [
        attempt_failed(2.0, 1, *told),
        ended(2.0, "failed", 2000.0, **ends),  # type: ignore[arg-type]
        moved(4.0, "closed", "open", "2 failures in a row", 16.0),
        attempt_failed(4.0, 1, *told, call_id=2),
        ended(4.0, "failed", 2000.0, call_id=2, **ends),  # type: ignore[arg-type]
    ]


async def test_a_full_limiter_never_opens_the_breaker() -> None:
    """Refusals of our own limit are no evidence against a healthy provider, probing or not."""
    tight = LimiterOptions(calls=1, per_seconds=64.0, burst=1, max_wait_seconds=0.0)
    stage, sun = Stage(replace(FRAGILE, limiter=tight)), Provider("light")
    errors = [await caught(stage.guard.call(sun)) for _ in range(50)]
    assert errors[0] is None
    assert all(isinstance(error, LimitReached) for error in errors[1:])
    assert (breaker_name(stage.guard), sun.asked) == ("closed", 1)
    assert stage.outcomes() == ["succeeded"] + ["refused"] * 49
    assert stage.finished()[1] == ended(
        0.25, "refused", None, call_id=2, attempts=0, error="LimitReached",
        reason="rate limit of sun is used up for 63.8 s",
    )  # fmt: skip


async def test_half_open_lets_exactly_the_permitted_probes_out_of_a_herd() -> None:
    """Of a hundred callers waiting for the provider's return, one goes and the rest is refused."""
    stage = Stage(FRAGILE)
    await open_breaker(stage)
    await asyncio.sleep(16.0)
    sun = Provider("light", after=4.0)
    herd = await asyncio.gather(*(caught(stage.guard.call(sun)) for _ in range(100)))
    assert sun.asked == 1
    assert [type(error) for error in herd] == [type(None)] + [BreakerOpen] * 99
    assert breaker_name(stage.guard) == "closed"


async def test_a_neutral_error_neither_opens_nor_closes() -> None:
    """The caller's own mistake says nothing: not in a streak, and not as a probe."""
    stage = Stage(FRAGILE)
    mistake = Provider(InvalidRequest("no such sign", status=400))
    await caught(stage.guard.call(Provider(down())))
    for _ in range(9):
        assert isinstance(await caught(stage.guard.call(mistake)), InvalidRequest)
    assert (breaker_name(stage.guard), circuit(stage.guard).consecutive_failures) == ("closed", 1)
    await caught(stage.guard.call(Provider(down())))
    assert breaker_name(stage.guard) == "open"
    await asyncio.sleep(16.0)
    await caught(stage.guard.call(mistake))
    assert (breaker_name(stage.guard), circuit(stage.guard).probes_in_flight) == ("half_open", 0)


async def test_a_late_success_does_not_close_an_open_breaker() -> None:
    """An answer to a question of before the outage changes nothing."""
    stage = Stage(FRAGILE)
    late = asyncio.create_task(stage.guard.call(Provider("old light", after=4.0)))
    await asyncio.sleep(0.0)
    for _ in range(2):
        await caught(stage.guard.call(Provider(down())))
    assert await late == "old light"
    assert breaker_name(stage.guard) == "open"


async def test_refused_enters_neither_rates_nor_latency() -> None:
    """A hundred refusals move no success rate, no latency, no attempt count."""
    stage = Stage(FRAGILE)
    await open_breaker(stage)
    for _ in range(100):
        await caught(stage.guard.call(Provider("light")))
    metrics = CallMetrics(jumping_clock())
    for event in stage.events:
        metrics(event)
    tally = metrics.lifetime("sun")
    assert (tally.refused, tally.total, tally.attempts, tally.latency.count) == (100, 2, 2, 2)
    assert tally.success_rate == 0.0


async def test_meaning_failures_open_the_breaker() -> None:
    """Every status was 200, and still the provider is found to be down."""
    no = failed("not empty", "empty answer")
    stage = Stage(FRAGILE, validators=[lambda _: no])
    for _ in range(2):
        assert isinstance(await caught(stage.guard.call(Provider(""))), SemanticError)
    assert breaker_name(stage.guard) == "open"
    assert isinstance(await caught(stage.guard.call(Provider("light"))), BreakerOpen)
