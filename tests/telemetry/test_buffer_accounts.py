"""Whatever happens, every event that was received is waiting, written or dropped."""

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from holdfast.telemetry.buffer import Buffer, BufferOptions
from tests.jumping_time import JumpingLoop
from tests.telemetry.logs import FakeLog, fact, poison

OPTIONS = BufferOptions(capacity=20, batch_size=8, append_seconds=1.0, longest_pause_seconds=2.0)

STEPS = st.one_of(
    st.tuples(st.just("emit"), st.integers(1, 30)),
    st.tuples(st.just("poison"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.floats(0.0, 20.0)),
    st.tuples(st.just("mood"), st.sampled_from(["well", "away", "hanging", "slow", "answer lost"])),
    st.tuples(st.just("stop"), st.floats(0.0, 6.0)),
    st.tuples(st.just("cancel"), st.just(0)),
)


@given(st.lists(STEPS, max_size=25))
def test_the_accounts_balance(steps: Sequence[tuple[str, float | str]]) -> None:
    """After each step: written + dropped + waiting == received, and what is written is kept."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(_live_through(steps))


async def _live_through(steps: Sequence[tuple[str, float | str]]) -> None:
    log, received = FakeLog(), 0
    buffer = Buffer(log, OPTIONS)
    task = asyncio.create_task(buffer.run())
    for what, value in [*steps, ("stop", 3.0)]:
        if what in ("emit", "poison"):
            for _ in range(int(value)):
                buffer(fact(received) if what == "emit" else poison(received))
                received += 1
        elif what == "wait":
            await asyncio.sleep(float(value))
        elif what == "mood":
            log.mood = lambda mood=value: mood  # type: ignore[misc]
        elif what == "cancel":
            task.cancel()
        else:
            await buffer.stop(float(value))
        _check(buffer, log, received)
    await asyncio.wait({task}, timeout=60.0)
    assert task.done()
    assert buffer.status().waiting == 0


def _check(buffer: Buffer, log: FakeLog, received: int) -> None:
    status = buffer.status()
    assert status.written + sum(status.dropped.values()) + status.waiting == received
    assert status.waiting <= OPTIONS.capacity + OPTIONS.batch_size
    # An append whose answer was lost is kept, and not known to be.
    assert len(log.kept) >= status.written
    assert len({id(event) for event in log.kept.values()}) == len(log.kept)
