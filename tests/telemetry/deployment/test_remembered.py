"""What is remembered from one reading to the next, against one that remembers nothing."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.events import CallFinished, Origin, Scope
from holdfast.telemetry import calls, requests
from holdfast.telemetry.deployment.folds import Folds
from holdfast.telemetry.deployment.view import View
from holdfast.telemetry.sums import Sums
from holdfast.telemetry.tally import Tally
from tests.telemetry.deployment.crew import Crew, Worker

INTEGRATIONS, OPERATIONS, ROUTES = ("sun", "moon"), ("rise", "set"), ("/", "/tea")
SHARES = (0.5, 0.95, 0.99)

KEYS = tuple(product(INTEGRATIONS, OPERATIONS))

WHO = st.integers(0, 1)
MS = st.integers(0, 10_000).map(float)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), WHO, st.sampled_from(KEYS), MS),
        st.tuples(st.just("answer"), WHO, st.sampled_from(ROUTES), MS),
        st.tuples(st.just("beat"), WHO),
        st.tuples(st.just("reset"), WHO, st.sampled_from([*INTEGRATIONS, None])),
        # A part of a second, the next slice, a window that loses its oldest, one that loses all.
        st.tuples(st.just("wait"), st.sampled_from([0.3, 1.0, 5.0, 280.0, 400.0])),
        st.tuples(st.just("read"), WHO),
    ),
    max_size=40,
)  # fmt: skip


@pytest.mark.unmeasured
@given(STEPS)
@settings(max_examples=60)
def test_what_is_remembered_is_what_would_be_made_anew(steps: list[tuple[Any, ...]]) -> None:
    """Also when a slice leaves the window and nothing else happens, and after a reset."""
    crew = Crew(0.0, 7.3)
    for step, *given_ in [*steps, ("read", 0), ("wait", 5.0), ("read", 0), ("read", 1)]:
        if step == "wait":
            crew.hands.passed += given_[0]
            continue
        worker, its = crew.workers[given_[0]], given_[1:]
        if step == "read":
            worker.deployment.refresh_now()
            assert read(worker.deployment.folds) == read(anew(worker))
        elif step == "call":
            call(worker, *its)
        else:
            {"answer": worker.answer, "beat": worker.beat, "reset": worker.deployment.reset}[step](
                *its
            )


def call(worker: Worker, key: tuple[str, str], latency_ms: float) -> None:
    """It makes a call."""
    origin, at = Origin(*key, 1, Scope()), worker.clock.wall()
    worker.calls(CallFinished(origin, at, "succeeded", latency_ms, 0.0, latency_ms, 1))


def anew(worker: Worker) -> Folds:
    """The same folds, of which nothing was ever read."""
    deployment = worker.deployment
    view = View(worker.clock)
    view.show(view.made_of(deployment._lookout.picture(deployment._publisher.resets)))
    view.folds.calls._sums = Sums(calls._merged)
    view.folds.requests._sums = Sums(requests._merged)
    return view.folds


def read(folds: Folds) -> dict[object, object]:
    """Every figure that is remembered, and in an order in which pages read them."""
    found: dict[object, object] = {}
    for integration in INTEGRATIONS:
        for operation in (None, *OPERATIONS):
            key = integration, operation
            found["window", *key] = numbers(folds.calls.window(*key))
            found["lifetime", *key] = numbers(folds.calls.lifetime(*key))
        series = folds.calls.series(integration)
        found["series", integration] = [None if one is None else numbers(one) for one in series]
    window = folds.requests.window()
    found["requests"] = window.total, window.latency.quantiles(SHARES)
    found["routes"] = {
        route: (one.total, one.latency.total, one.latency.quantiles(SHARES))
        for route, one in folds.requests.routes().items()
    }
    return found


def numbers(tally: Tally) -> tuple[object, ...]:
    """What a page shows of it."""
    latency = tally.latency
    return tally.succeeded, tally.attempts, latency.total, latency.quantiles(SHARES)


def test_what_did_not_change_is_added_up_once() -> None:
    """Of sixty slices the newest two, and the others' sum; more when one comes and one goes."""
    crew = Crew(0.0)
    [worker] = crew.workers
    for _ in range(60):
        call(worker, ("sun", "rise"), 1.0)
        crew.hands.passed += 5.0
    shown = worker.deployment.folds.calls
    added: list[int] = []
    add = shown._sums._add
    shown._sums._add = lambda parts: added.append(len(parts)) or add(parts)  # type: ignore[func-returns-value]
    each_second = []
    for _ in range(8):
        call(worker, ("sun", "rise"), 1.0)
        worker.deployment.refresh_now()
        added.clear()
        shown.window("sun")
        shown.window("sun", "rise")
        each_second.append(sum(added))
        crew.hands.passed += 1.0
    assert each_second[0] > 58
    assert each_second[1:] == [3, 3, 21, 3, 3, 3, 3]
