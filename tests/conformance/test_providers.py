"""The conformance matrix: every integration × every canonical error × every scenario.

On one real port: the class that is raised, whether it is tried again, the facts that are told,
what the breaker counts and what health says. Every provider of `CATALOG` is found by itself.
"""

import dataclasses
from collections.abc import Iterator

import pytest

from holdfast.clock import SYSTEM_CLOCK
from holdfast.integrations import CATALOG
from holdfast.simulator import PROVIDERS
from holdfast.simulator.provider import Operation, Provider
from holdfast.simulator.scenario import suits
from holdfast.testing import Simulation, simulation
from tests.conformance import provider_expected as expected
from tests.conformance.provider_calls import CALLS, NOT_CALLED, Ready, operation_of
from tests.conformance.provider_stage import HASTY, PATIENT, Seen, Stage, staged

pytestmark = pytest.mark.real_time

ROWS = [(name, row) for name in CATALOG for row in CALLS.get(name, ())]
DOUBLES: dict[str, Provider] = {
    one.name: one for one in (make(clock=SYSTEM_CLOCK) for make in PROVIDERS)
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulation]:
    """One port for all."""
    with simulation() as running:
        yield running


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_every_operation_has_its_row(name: str) -> None:
    """A provider that is added is in the matrix, or says why not."""
    rows = {operation_of(row) for row in CALLS.get(name, ())} | NOT_CALLED.get(name, {}).keys()
    assert {one.name for one in CATALOG[name].operations} - rows == set()


@pytest.mark.parametrize(("name", "row"), ROWS)
async def test_every_error_has_its_class(simulator: Simulation, name: str, row: str) -> None:
    """Documented codes and plain statuses: class, retry, facts, breaker and health."""
    async with staged(CATALOG[name], simulator) as stage:
        wrong = [
            (status, code, seen, wanted)
            for status, code in _answers(name, row)
            for seen, wanted in [await _error(stage, row, status, code)]
            if seen != wanted
        ]
    assert wrong == []


@pytest.mark.parametrize(("name", "row"), ROWS)
async def test_every_scenario_has_its_end(simulator: Simulation, name: str, row: str) -> None:
    """Slow, hanging, malformed, cut, empty, silent…: and after it all is well again."""
    async with staged(CATALOG[name], simulator) as stage:
        good = await _played(stage, row, None)
        double = _double(stage)
        assert good == Seen(None, (), "succeeded", None, 0, "healthy")
        wrong = []
        for kind in expected.kinds():
            if not suits(kind, double):
                continue
            seen = await _played(stage, row, kind.name)
            wanted = _wanted_of(stage, row, kind.name)
            if seen != wanted:
                wrong.append((kind.name, seen, wanted))
        again = await _played(stage, row, None)
    assert wrong == []
    assert again == good


def _answers(name: str, row: str) -> Iterator[tuple[int, str | None]]:
    """Each status as the provider tells it first; its further codes at one operation only."""
    statuses = sorted({*expected.BY_STATUS, *(s for n, s, _ in expected.EXCEPTIONS if n == name)})
    for status in statuses:
        codes = DOUBLES[name].codes(status)
        yield status, None
        if row == next(iter(CALLS[name])):
            yield from ((status, code) for code in codes)


async def _error(stage: Stage, row: str, status: int, code: str | None) -> tuple[Seen, Seen]:
    name = stage.integration.name
    seen = await _played(stage, row, "error", status=status, code=code)
    first = next(iter(DOUBLES[name].codes(status)), None)
    error = expected.by_answer(name, status, code or first)
    safe = _is_safe(stage, row) or status in expected.NOTHING_DONE or status < 500
    return seen, _wanted(stage, row, error, retried=safe, patient=_hint(stage) == 0.0)


def _wanted_of(stage: Stage, row: str, kind: str) -> Seen:
    """What the scenario *kind* should have shown."""
    name = stage.integration.name
    error = expected.by_scenario(name, row, kind)
    if stage.simulator.requests(name, 1)[0]["fault"] is None:
        error = None
    safe = _is_safe(stage, row) or error == "RateLimited"
    return _wanted(stage, row, error, retried=safe, patient=True)


def _wanted(stage: Stage, row: str, error: str | None, *, retried: bool, patient: bool) -> Seen:
    if error is None:
        return Seen(None, (), "succeeded", None, 0, "healthy")
    again = error in expected.RETRIED and retried and patient and not _is_streamed(stage, row)
    attempts = ((error, True), (error, False)) if again else ((error, False),)
    counted = 0 if error in expected.BLAMELESS else len(attempts)
    ambiguous = error in ("Unavailable", "TimedOut", "ProtocolError") and not retried
    return Seen(error, attempts, "failed", error, counted, "unhealthy", ambiguous)


async def _played(stage: Stage, row: str, kind: str | None, **parameters: object) -> Seen:
    name, operation = stage.integration.name, operation_of(row)
    stage.simulator.behave(name)
    ready: Ready = CALLS[name][row]
    act = await ready(stage)
    stage.fresh(HASTY if kind == "hang" else PATIENT)
    if kind is not None:
        given = {**expected.PARAMETERS.get(kind, {}), **parameters}
        stage.simulator.play(name, kind, **given)
    return await stage.seen(operation, act)


def _double(stage: Stage) -> Operation:
    """The simulator's operation that answered last."""
    provider = DOUBLES[stage.integration.name]
    asked = stage.simulator.requests(provider.name, 1)[0]["operation"]
    sockets = getattr(provider, "sockets", ())
    return next(one for one in (*provider.operations, *sockets) if one.name == asked)


def _is_safe(stage: Stage, row: str) -> bool:
    return stage.integration.operation(operation_of(row)).safe


def _is_streamed(stage: Stage, row: str) -> bool:
    return False


def _hint(stage: Stage) -> float:
    hints = [getattr(error, "retry_after_seconds", None) for error in stage.raised[-1:]]
    return next((hint for hint in hints if hint is not None), 0.0)


assert dataclasses.is_dataclass(Seen)
