"""Guarded calls, the meaning of their answers, and the breakers that let them out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from holdfast.events import BreakerName
from holdfast.telemetry.calls import CallMetrics, Key
from holdfast.telemetry.counted import Counted
from holdfast.telemetry.exposition.lines import CUT, Lines, numbers_of
from holdfast.telemetry.family import SECONDS, Family, LabelValues
from holdfast.telemetry.spent import Spent
from holdfast.telemetry.tally import Tally

Breakers = Callable[[], Iterable[tuple[str, str, BreakerName]]]
"""(integration, operation, state) of each."""

_OPERATION = ("integration", "operation")
_PAID = (*_OPERATION, "model", "unit")

CALLS = Family(
    "holdfast_calls_total", "counter", "Guarded calls by outcome.", (*_OPERATION, "outcome")
)
SERVED = Family(
    "holdfast_answers_served_total", "counter", "Answered calls by where the answer is from.",
    (*_OPERATION, "source"),
)  # fmt: skip
JUDGED = Family(
    "holdfast_answers_judged_total", "counter",
    "Answers by what validators said of their meaning.", (*_OPERATION, "judgement"),
)  # fmt: skip
ERRORS = Family(
    "holdfast_call_errors_total", "counter", "Failed calls by error.", (*_OPERATION, "error_type")
)
ATTEMPTS = Family(
    "holdfast_attempt_duration_seconds", "histogram",
    "Duration of attempts that went out, without waits.", _OPERATION, SECONDS,
)  # fmt: skip
WAITED = Family(
    "holdfast_wait_duration_seconds", "summary",
    "Time that calls waited for limits and between attempts.", _OPERATION,
)  # fmt: skip
RETRIES = Family("holdfast_retries_total", "counter", "Attempts beyond the first.", _OPERATION)
LIMITED = Family(
    "holdfast_rate_limited_total", "counter", "Attempts that the provider found too many.",
    _OPERATION,
)  # fmt: skip
TRIPS = Family("holdfast_breaker_trips_total", "counter", "Times a breaker opened.", _OPERATION)
USED = Family(
    "holdfast_usage_total", "counter", "What providers said was used up, in their units.", _PAID
)
COST = Family(
    "holdfast_cost_usd_total", "counter",
    "What that cost in US dollars, as far as it has a price.", _PAID,
)  # fmt: skip
UNPRICED = Family(
    "holdfast_unpriced_calls_total", "counter", "Calls whose usage has no known price.", _PAID
)
QUOTA = Family("holdfast_quota_remaining", "gauge", "What the provider says is left.", _PAID)
STATE = Family(
    "holdfast_breaker_state", "gauge", "1 for the state a breaker is in.", (*_OPERATION, "state")
)

_STATES: tuple[BreakerName, ...] = (
    "closed", "half_open", "open", "forced_open", "forced_closed", "disabled",
)  # fmt: skip

_numbers = numbers_of(SECONDS)

Sample = tuple[LabelValues, Any]


class Outbound:
    """The families about calls."""

    def __init__(self, calls: CallMetrics, breakers: Breakers) -> None:
        self._calls, self._breakers = calls, breakers
        self._per_operation = [(Lines(family), samples) for family, samples in _SAMPLES]
        self._state = Lines(STATE)

    def text(self) -> Iterator[str]:
        """Every series. What is reset while we read is left out."""
        counted = [(key, self._calls.counted(key)) for key in self._calls.operations_called()]
        known = [(key, one, one.lifetime) for key, one in counted if one is not None]
        yield CUT
        for lines, samples in self._per_operation:
            yield from lines.of(one for each in known for one in samples(*each))
        yield from self._state.of(
            ((integration, operation, state), int(state == now))
            for integration, operation, now in self._breakers()
            for state in _STATES
        )


def _outcomes(key: Key, _: Counted, tally: Tally) -> list[Sample]:
    return [
        ((*key, "succeeded"), tally.answered),
        ((*key, "failed"), tally.failed),
        ((*key, "refused"), tally.refused),
        ((*key, "cancelled"), tally.cancelled),
    ]


def _served(key: Key, _: Counted, tally: Tally) -> list[Sample]:
    sources = {"provider": tally.succeeded, **tally.served}
    return [((*key, source), number) for source, number in sorted(sources.items())]


def _judged(key: Key, _: Counted, tally: Tally) -> list[Sample]:
    return [
        ((*key, "pass"), tally.passes),
        ((*key, "warn"), tally.warns),
        ((*key, "fail"), tally.fails),
    ]


def _errors(key: Key, _: Counted, tally: Tally) -> list[Sample]:
    return [((*key, error), number) for error, number in sorted(tally.errors.items())]


def _spent(
    figure: Callable[[Spent], float | None],
) -> Callable[[Key, Counted, Tally], list[Sample]]:
    """Samples of one *figure* of what was used; none where it is None."""

    def samples(key: Key, _: Counted, tally: Tally) -> list[Sample]:
        used = [
            ((*key, model, unit), figure(spent)) for (unit, model), spent in [*tally.usage.items()]
        ]
        return [(labels, value) for labels, value in used if value is not None]

    return samples


_SAMPLES: tuple[tuple[Family, Callable[[Key, Counted, Tally], list[Sample]]], ...] = (
    (CALLS, _outcomes),
    (SERVED, _served),
    (JUDGED, _judged),
    (ERRORS, _errors),
    (ATTEMPTS, lambda key, one, tally: [(key, _numbers(one.buckets, tally.latency.total / 1000))]),
    (WAITED, lambda key, _, tally: [(key, (tally.waited.count, tally.waited.total / 1000))]),
    (RETRIES, lambda key, _, tally: [(key, tally.retries)]),
    (LIMITED, lambda key, _, tally: [(key, tally.rate_limited)]),
    (TRIPS, lambda key, one, _: [(key, one.trips)]),
    (USED, _spent(lambda spent: spent.amount)),
    (COST, _spent(lambda spent: spent.cost_usd)),
    (UNPRICED, _spent(lambda spent: spent.unpriced)),
    (QUOTA, _spent(lambda spent: spent.remaining)),
)
