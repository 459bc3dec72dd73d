"""Vectors that can stand for texts, and each way in which they cannot."""

import math
from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.validation.embedding import MOST_MEASURED, Vector, judge_vectors, length

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
NUMBERS = st.floats(-1, 1, width=32)


def vectors(*numbers: Sequence[float], indices: Sequence[int] = ()) -> list[Vector]:
    """Vectors in order, unless *indices* say otherwise."""
    order = indices or range(len(numbers))
    return [Vector(at, array("d", one)) for at, one in zip(order, numbers, strict=True)]


@pytest.mark.parametrize(
    ("found", "dimensions", "judgement", "words"),
    [
        (vectors(EAST, NORTH), None, "pass", ""),
        (vectors(EAST, NORTH), 2, "pass", ""),
        (vectors(EAST, NORTH, indices=[1, 0]), 2, "pass", ""),
        (vectors(EAST), 2, "fail", "1 vectors came, 2 asked for"),
        (vectors(EAST, NORTH, indices=[0, 0]), 2, "fail", "indices are not 0 to 1 once each"),
        (vectors(EAST, NORTH, indices=[1, 2]), 2, "fail", "indices are not 0 to 1 once each"),
        (vectors(EAST, [1.0]), None, "fail", "1 to 2 dimensions, one size expected"),
        (vectors(EAST, NORTH), 3, "fail", "2 dimensions, 3 expected"),
        (vectors([], []), None, "fail", "0 dimensions, some expected"),
        (vectors(EAST, [math.nan, 0.0]), 2, "fail", "vector 1 is not finite"),
        (vectors(EAST, [math.inf, 0.0]), 2, "fail", "vector 1 is not finite"),
        (vectors([0.0, 0.0], NORTH), 2, "fail", "vector 0 is zero"),
        (vectors(EAST, EAST), 2, "fail", "all 2 different inputs have the same vector"),
        (vectors(EAST, [0.0, 2.0]), 2, "warn", "length is 1.000 away from 1"),
    ],
)
def test_vectors_are_judged(
    found: list[Vector], dimensions: int | None, judgement: str, words: str
) -> None:
    """Two texts, two good vectors: anything else is told."""
    verdict = judge_vectors(found, ["calm", "storm"], dimensions=dimensions)
    assert verdict.judgement == judgement
    assert words in verdict.reason


def test_the_same_text_has_the_same_vector() -> None:
    """Only different texts may not share one; when only some do, somebody should look."""
    assert judge_vectors(vectors(EAST, EAST), ["a", "a"]).judgement == "pass"
    some = judge_vectors(vectors(EAST, EAST, NORTH), ["a", "b", "c"])
    assert (some.judgement, some.reason) == (
        "warn",
        "2 different inputs share their vector with another",
    )


def test_no_inputs_need_no_vectors() -> None:
    """An answer to nothing is not complete either: there is no size to it."""
    assert judge_vectors([], []).judgement == "fail"


def test_a_flood_of_vectors_is_measured_in_part() -> None:
    """Beyond the bound only count, order, size and sameness are looked at."""
    size = MOST_MEASURED // 2
    flood = vectors([1.0] + [0.0] * (size - 1), [0.0, 1.0] + [0.0] * (size - 2), [math.nan] * size)
    assert judge_vectors(flood, ["a", "b", "c"]).judgement == "pass"
    assert judge_vectors(flood[:2], ["a", "b", "c"]).judgement == "fail"


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=4), max_size=5), st.integers(0, 5))
def test_any_vectors_get_a_verdict(numbers: list[list[float]], inputs: int) -> None:
    """Never an exception; what passes is complete, finite and of length 1."""
    found = vectors(*numbers)
    verdict = judge_vectors(found, [str(n) for n in range(inputs)])
    if verdict.judgement == "pass":
        assert len(found) == inputs
        assert all(abs(length(one.numbers) - 1) <= 1e-3 for one in found)
