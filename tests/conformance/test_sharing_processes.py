"""Real processes that share a real Valkey keep one limit and one breaker between them."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.conformance.sharing_worker import RATE
from tests.worker_process import Worker, working

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = [pytest.mark.real_time, pytest.mark.deep]
pytest_plugins = ("tests.conformance.sharing_servers",)

SECONDS = 4


@pytest.fixture
def workers(valkey: "Server") -> Iterator[tuple[Worker, Worker]]:
    """Two processes that have joined."""
    prefix = f"test-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        where = [valkey.url, prefix]
        one, other = (
            stack.enter_context(working("tests.conformance.sharing_worker", where))
            for _ in range(2)
        )
        assert one.is_ready()
        assert other.is_ready()
        yield one, other


def test_two_processes_keep_one_limit(workers: tuple[Worker, Worker]) -> None:
    """Whatever they ask for, together they get the burst and the rate, within one percent."""
    for worker in workers:
        worker.tell(f"admissions {SECONDS}")
    each = [worker.answer() for worker in workers]
    times = sorted(time for answer in each for time in answer)
    seconds = times[-1] - times[0]
    allowed = RATE.burst + RATE.calls / RATE.per_seconds * seconds
    share = len(times) / allowed
    print(  # noqa: T201  # the figure that is asked for
        f"\n2 processes, a limit of 100/s: {len(each[0])} + {len(each[1])} = {len(times)} calls "
        f"in {seconds:.2f} s, {share:.1%} of the {allowed:.1f} allowed"
    )
    assert share <= 1.01
    assert share > 0.8  # a machine that is busy lets fewer out, never more
    assert min(map(len, each)) > len(times) / 4, "neither process starves"
    busiest = max(_in_one_second(times, start) for start in range(len(times)))
    assert busiest <= (RATE.burst + RATE.calls) * 1.01 + 2, "in no second more than burst and rate"


def test_a_breaker_opened_in_one_refuses_in_the_other(workers: tuple[Worker, Worker]) -> None:
    """Within a second; and when it is time to probe, one probes at a time."""
    one, other = workers
    other.tell("refused")
    one.tell("opened")
    delay = other.answer() - one.answer()
    print(f"\nopened in one process, refused in the other after {delay * 1000:.0f} ms")  # noqa: T201
    assert 0.0 <= delay < 1.0
    for worker in workers:
        worker.tell("probed 4")
    probes = sorted(tuple(probe) for worker in workers for probe in worker.answer())
    assert len(probes) >= 2
    ends = [end for _, end in probes]
    assert all(end <= start for end, (start, _) in zip(ends, probes[1:], strict=False))


def _in_one_second(times: list[float], start: int) -> int:
    return sum(times[start] <= time < times[start] + 1.0 for time in times)
