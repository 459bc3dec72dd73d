"""Documents as bytes, and parts that are not made twice."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.telemetry.deployment.snapshot import Decoder, decode_part
from holdfast.telemetry.deployment.wire import Packer, Unpacker, pack, unpack
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.plain import minus, plus
from tests.telemetry.deployment.crew import Crew

NAMES = st.text(min_size=1)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary(),
    lambda its: st.lists(its) | st.dictionaries(NAMES, its),
    max_leaves=30,
)  # fmt: skip


@given(DOCUMENTS)
def test_a_document_comes_back(document: Any) -> None:
    """Bytes included, wherever they stand."""
    assert unpack(pack(document)) == document


@given(DOCUMENTS, st.data())
def test_what_was_cut_short_is_no_document(document: Any, data: st.DataObject) -> None:
    """A worker that was killed while it wrote leaves no half truth."""
    packed = pack(document)
    end = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ValueError, match=r"no document|not there"):
        unpack(packed[:end])


@given(st.binary(max_size=60))
def test_garbage_is_left_out(garbage: bytes) -> None:
    """Whatever stands on the board: it is none of ours, and does no harm."""
    assert Decoder().decode(garbage) is None
    assert decode_part(garbage) is None


def test_other_things_are_refused() -> None:
    """With their type."""
    with pytest.raises(TypeError, match="set"):
        pack({"a": {1, 2}})


def test_what_has_not_changed_is_neither_packed_nor_read_again() -> None:
    """It is the very same, until it is not in a document any more."""
    packer, unpacker = Packer(), Unpacker()
    plain = {"a": 1}
    first = packer.parts({"one": plain})
    packer.done()
    second = packer.parts({"one": plain, "two": {"a": 1}})
    packer.done()
    assert second["one"] is first["one"]
    assert second["two"] == first["one"]
    read = unpacker.parts(first)
    unpacker.done()
    again = unpacker.parts(second)
    unpacker.done()
    assert again["one"] is read["one"]
    unpacker.done()
    assert unpacker.parts(first)["one"] is not read["one"]


def test_what_nobody_called_is_the_same_part_in_the_next_head() -> None:
    """So a second in which five of fifty operations were called costs five of them."""
    crew = Crew(0.0)
    [worker] = crew.workers
    for name in ("sun", "moon"):
        worker.call(integration=name)
    publisher = worker.deployment._publisher
    before = publisher.snapshot()
    worker.call(integration="moon")
    after = publisher.snapshot()
    sun, moon = '["sun", "shine"]', '["moon", "shine"]'
    [number] = before.open
    assert after.totals["calls"][sun] is before.totals["calls"][sun]
    assert after.open[number]["calls"][sun] is before.open[number]["calls"][sun]
    assert after.totals["calls"][moon] != before.totals["calls"][moon]
    assert after.open[number]["calls"][moon] != before.open[number]["calls"][moon]


VALUES = st.lists(st.floats(0.0, 1e9), max_size=50)


def _histogram(values: list[float]) -> Histogram:
    made = Histogram()
    made.add_all(values)
    return made


@given(VALUES, VALUES)
def test_histograms_are_added_and_taken_away_as_bytes(some: list[float], more: list[float]) -> None:
    """As if all had been counted by one; a rest has the counts of the rest."""
    one, other = _histogram(some).plain(), _histogram(more).plain()
    both = plus({"it": one}, {"it": other})["it"]
    together = _histogram(some + more)
    assert Histogram.of([both]).quantiles((0.1, 0.5, 0.99)) == together.quantiles((0.1, 0.5, 0.99))
    assert Histogram.of([one, other]).count == len(some) + len(more)
    rest = Histogram.of([minus({"it": both}, {"it": one})["it"]])
    assert rest.count == len(more)
    assert rest._counts == _histogram(more)._counts


def test_large_counts_are_carried() -> None:
    """More in one bin than four bytes can hold."""
    histogram = _histogram([5.0])
    [key] = histogram._counts
    histogram._counts[key] = histogram.count = 2**40
    carried = Histogram.of([histogram.plain(), b""])
    assert (carried.count, carried.quantile(0.5)) == (2**40, 5.0)
