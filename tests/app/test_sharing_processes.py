"""Two real applications that name one Redis or Valkey keep one limit and one breaker."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.sharing_worker import RATE
from tests.worker_process import Worker, working

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers",)

SECONDS = 3


@pytest.fixture(params=["valkey", "redis"])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Worker, Worker]]:
    """Two applications that have joined, and where."""
    server: Server = request.getfixturevalue(request.param)
    prefix = f"test-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(
                working("tests.app.sharing_worker", [server.url, prefix, str(tmp_path / name)])
            )
            for name in ("one", "other")
        )
        assert one.is_ready()
        assert other.is_ready()
        yield request.param, one, other


def test_two_applications_keep_one_limit_and_one_breaker(
    workers: tuple[str, Worker, Worker],
) -> None:
    """A limit of 100/s within one percent; a breaker opened in one refuses in the other soon."""
    engine, one, other = workers
    other.tell("refused")
    one.tell("opened")
    delay = other.answer() - one.answer()
    for worker in (one, other):
        worker.tell(f"admissions {SECONDS}")
    each = [worker.answer() for worker in (one, other)]
    times = sorted(time for answer in each for time in answer)
    seconds = times[-1] - times[0]
    allowed = RATE.burst + RATE.calls / RATE.per_seconds * seconds
    print(  # noqa: T201  # the figures that are asked for
        f"\n2 applications on {engine}: opened in one, refused in the other after "
        f"{delay * 1000:.0f} ms; a limit of 100/s: {len(each[0])} + {len(each[1])} calls in "
        f"{seconds:.2f} s, {len(times) / allowed:.1%} of the {allowed:.1f} allowed"
    )
    assert -0.01 < delay < 5.0  # a fifth of a second; a machine that is busy lets one wait
    assert len(times) / allowed <= 1.01
    assert len(times) / allowed > 0.3  # a machine that is busy lets fewer out, never more
    assert min(map(len, each)) > len(times) / 10, "neither application starves"
