"""A session's row is a fold: neither order, nor cuts between batches, nor repeats change it."""

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import Event
from holdfast.storage.address import FILE_NAME, address
from holdfast.storage.engine import open_engine
from holdfast.storage.schema import upgrade
from holdfast.storage.tables import sessions
from holdfast.storage.writer import SqlEventLog
from holdfast.telemetry.event_log import Batch
from tests.conformance.record import (
    NOW,
    batch,
    call,
    completed,
    request,
    rows,
    started,
    timed_out,
)

TIMES = st.integers(0, 20).map(lambda seconds: NOW + seconds)
IDS = st.sampled_from(["a", "b"])
OUTCOMES = st.sampled_from(["succeeded", "failed", "refused", "cancelled"])
EVENTS = st.one_of(
    st.builds(
        lambda at, session_id, outcome, step: call(at, session_id, outcome=outcome, step=step),
        TIMES, IDS, OUTCOMES, st.sampled_from(["chart", "guidance"]),
    ),
    st.builds(request, TIMES, IDS),
    st.builds(started, IDS, TIMES),
    st.builds(timed_out, IDS, TIMES),
    st.builds(completed, IDS, TIMES),
)  # fmt: skip


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[Batch]]:
    """Events, and batches that bring each of them at least once, cut and ordered anyhow."""
    events: list[Event] = [*draw(st.lists(EVENTS, min_size=1, max_size=12))]
    cuts = sorted({0, len(events), *draw(st.lists(st.integers(0, len(events)), max_size=4))})
    parts = [Batch(a, tuple(events[a:b])) for a, b in pairwise(cuts)]
    repeated = draw(st.lists(st.sampled_from(parts), max_size=4))
    return events, draw(st.permutations([*parts, *repeated]))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database file with our tables and nothing in them."""
    folder = tmp_path_factory.mktemp("empty")
    asyncio.run(upgrade(address(None, folder)))
    return (folder / FILE_NAME).read_bytes()


async def _rows_after(empty: bytes, batches: list[Batch]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE_NAME).write_bytes(empty)
        engine = open_engine(address(None, Path(folder)))
        log = SqlEventLog(engine, "host-1")
        for one in batches:
            await log.append(one)
        found = await rows(engine, sessions)
        await engine.dispose()
        return found


@pytest.mark.unmeasured
@given(deliveries())
def test_deliveries_do_not_show_in_the_row(
    empty: bytes, delivery: tuple[list[Event], list[Batch]]
) -> None:
    """All events in one batch give the same rows as any delivery that is at least once."""
    events, batches = delivery
    expected = asyncio.run(_rows_after(empty, [batch(*events)]))
    assert asyncio.run(_rows_after(empty, batches)) == expected
