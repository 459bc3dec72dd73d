"""The conformance matrix: every integration × every canonical error × every scenario.

On one real port: the class that is raised, whether it is tried again, the facts that are told,
what the breaker counts and what health says. Every provider of `CATALOG` is found by itself.
"""

from collections.abc import Collection, Iterator

import pytest

from holdfast.clock import SYSTEM_CLOCK
from holdfast.integrations import CATALOG
from holdfast.integrations.integration import SOCKET
from holdfast.simulator import PROVIDERS
from holdfast.simulator.kinds import KINDS
from holdfast.simulator.provider import Operation, Provider, SocketOperation
from holdfast.simulator.scenario import suits
from holdfast.testing import Simulation, simulation
from tests.conformance import provider_expected as expected
from tests.conformance.provider_calls import CALLS, NOT_CALLED, operation_of
from tests.conformance.provider_stage import HASTY, PATIENT, WELL, Seen, Stage, staged

pytestmark = pytest.mark.real_time

ROWS = [(name, row) for name in CATALOG for row in CALLS.get(name, ())]
DOUBLES: dict[str, Provider] = {
    one.name: one for one in (make(clock=SYSTEM_CLOCK) for make in PROVIDERS)
}
Wrong = dict[str, tuple[Seen, Seen]]
"""What was seen and what was wanted, by what was played."""


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
    wrong = Wrong()
    async with staged(CATALOG[name], simulator) as stage:
        for status, code in _answers(name, row):
            seen = await _played(stage, row, "error", status=status, code=code)
            wanted = _wanted_of_answer(stage, row, status, code)
            if seen != wanted:
                wrong[f"{status} {code}"] = seen, wanted
    assert wrong == {}


@pytest.mark.parametrize(("name", "row"), ROWS)
async def test_every_scenario_has_its_end(simulator: Simulation, name: str, row: str) -> None:
    """Slow, hanging, malformed, cut, empty, silent…: and after it all is well again."""
    wrong = Wrong()
    async with staged(CATALOG[name], simulator) as stage:
        first = await _played(stage, row, None)
        for kind in _kinds(stage):
            seen = await _played(stage, row, kind)
            wanted = _wanted_of_scenario(stage, row, kind)
            if seen != wanted:
                wrong[kind] = seen, wanted
        last = await _played(stage, row, None)
    assert wrong == {}
    assert (first, last) == (WELL, WELL)


async def _played(stage: Stage, row: str, kind: str | None, **parameters: object) -> Seen:
    """What a call shows while *kind* is played, after all that it needs has gone well."""
    name = stage.integration.name
    stage.simulator.behave(name)
    stage.fresh(PATIENT)
    act = await CALLS[name][row](stage)
    stage.fresh(HASTY if kind == "hang" else PATIENT)
    if kind is not None:
        stage.simulator.play(name, kind, **{**expected.PARAMETERS.get(kind, {}), **parameters})
    return await stage.seen(operation_of(row), act)


def _answers(name: str, row: str) -> Iterator[tuple[int, str | None]]:
    """Each status as the provider tells it first; its further codes at one operation only."""
    if row in expected.TOKEN_ENDPOINTS and _is_social(name):
        yield from ((status, None) for status in expected.AT_TOKEN_ENDPOINTS)
        return
    documented = {status for integration, status, _ in expected.EXCEPTIONS if integration == name}
    for status in sorted(expected.BY_STATUS.keys() | documented):
        if name in expected.BY_CODE_ALONE and not DOUBLES[name].codes(status):
            continue
        yield status, None
        if row == _with_codes(name):
            yield from ((status, code) for code in DOUBLES[name].codes(status))


def _is_social(name: str) -> bool:
    return CATALOG[name].kind == "social"


def _with_codes(name: str) -> str:
    """The row that is played every documented code: the first that is no token endpoint."""
    rows = [row for row in CALLS[name] if operation_of(row) not in expected.TOKEN_ENDPOINTS]
    return next(iter(rows or CALLS[name]))


def _kinds(stage: Stage) -> list[str]:
    """Every scenario but the errors that the simulator's operation, asked last, can play."""
    provider = DOUBLES[stage.integration.name]
    asked = stage.simulator.requests(provider.name, 1)[0]["operation"]
    both: list[Operation | SocketOperation] = [*provider.operations, *provider.sockets]
    double = next(one for one in both if one.name == asked)
    return [kind.name for kind in KINDS if kind.name != "error" and suits(kind, double)]


def _wanted_of_answer(stage: Stage, row: str, status: int, code: str | None) -> Seen:
    name = stage.integration.name
    first = next(iter(DOUBLES[name].codes(status)), None)
    usual = None if (name, status) in expected.PLAIN else first
    error = expected.by_answer(name, status, code or usual)
    if operation_of(row) in expected.TOKEN_ENDPOINTS and _is_social(name):
        error = expected.BY_STATUS[status]
    again = _is_safe(stage, row) or status in expected.UNTOUCHED
    return _wanted(stage, row, error, again=again and stage.hint_seconds == 0)


def _wanted_of_scenario(stage: Stage, row: str, kind: str) -> Seen:
    name = stage.integration.name
    error = expected.by_scenario(name, row, kind)
    if _is_socket(stage, row):
        error = expected.ON_A_SOCKET.get(kind, error)
    if error is None or stage.simulator.requests(name, 1)[0]["fault"] is None:
        return WELL
    again = _is_safe(stage, row) or error == "RateLimited"
    error, _, final = error.partition(" ")
    if kind not in _strike_early(stage, row):
        return Seen(error, (), "failed", error, 1, "unhealthy")
    return _wanted(stage, row, error, again=again and not final)


def _wanted(stage: Stage, row: str, error: str, *, again: bool) -> Seen:
    """The second attempt, if there is one, fails like the first."""
    attempts = [(error, True)] if again and error in expected.RETRIED else []
    counted = 0 if error in expected.BLAMELESS else len(attempts) + 1
    unclear = not _is_safe(stage, row) and error in ("Unavailable", "TimedOut", "ProtocolError")
    raised = None if (stage.integration.name, row, error) in expected.TRANSLATED else error
    return Seen(
        raised, (*attempts, (error, False)), "failed", error, counted, "unhealthy",
        is_ambiguous=unclear and not again,
    )  # fmt: skip


def _is_safe(stage: Stage, row: str) -> bool:
    return stage.integration.operation(operation_of(row)).safe


def _is_socket(stage: Stage, row: str) -> bool:
    return stage.integration.operation(operation_of(row)).method == SOCKET


def _strike_early(stage: Stage, row: str) -> Collection[str]:
    """The scenarios that show before anybody has seen a part of the answer: it can be repeated."""
    if _is_socket(stage, row):
        return expected.BEFORE_THE_SOCKET_OPENS
    if "stream" in row:
        return expected.BEFORE_THE_FIRST_BYTE
    return [kind.name for kind in KINDS]
