"""Whether vectors can stand for texts: all there, of one size, finite, of some length, different.

Nothing here knows whether a vector is near to what its text means.
"""

import math
from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from operator import mul

from holdfast.events import Verdict
from holdfast.validation.verdict import failed, passed, warned

METHOD = "embedding"

UNIT_TOLERANCE = 1e-3
"""How far a vector's length may be from 1 before somebody should look."""

MOST_MEASURED = 262_144
"""Numbers whose values are looked at (170 vectors of 1536): more would hold up the loop.

Of the vectors beyond, the count, order, size and sameness are judged all the same.
"""


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector, and which of the inputs it says it belongs to."""

    index: int
    numbers: "array[float]"


def judge_vectors(
    vectors: Sequence[Vector], inputs: Sequence[Hashable], *, dimensions: int | None = None
) -> Verdict:
    """*vectors* for *inputs*, one each; of *dimensions* numbers where that is known.

    Fail: missing, of another size, not finite, zero, or all the same for different inputs.
    Warn: some the same for different inputs, or not of length 1.
    """
    fault = _count_fault(vectors, len(inputs)) or _size_fault(vectors, dimensions)
    if fault:
        return failed(METHOD, fault)
    lengths = [length(vector.numbers) for vector in measured(vectors)]
    for vector, found in zip(vectors, lengths, strict=False):
        if not math.isfinite(found) or found == 0.0:
            what = "zero" if found == 0.0 else "not finite"
            return failed(METHOD, f"vector {vector.index} is {what}")
    same = _sameness(vectors, inputs)
    if same and same == len(set(inputs)):
        return failed(METHOD, f"all {same} different inputs have the same vector")
    if same:
        return warned(METHOD, f"{same} different inputs share their vector with another")
    furthest = max((abs(found - 1.0) for found in lengths), default=0.0)
    if furthest > UNIT_TOLERANCE:
        return warned(METHOD, f"a vector's length is {furthest:.3f} away from 1")
    return passed(METHOD)


def measured(vectors: Sequence[Vector]) -> Sequence[Vector]:
    """The first of *vectors*, as many as there is time for."""
    size = len(vectors[0].numbers) if vectors else 1
    return vectors[: max(1, MOST_MEASURED // max(1, size))]


def length(numbers: "array[float]") -> float:
    """The Euclidean length; not finite when any of *numbers* is not."""
    return math.sqrt(total) if (total := sum(map(mul, numbers, numbers))) >= 0 else math.nan


def _count_fault(vectors: Sequence[Vector], wanted: int) -> str:
    if len(vectors) != wanted:
        return f"{len(vectors)} vectors came, {wanted} asked for"
    if sorted(vector.index for vector in vectors) != list(range(wanted)):
        return f"the vectors' indices are not 0 to {wanted - 1} once each"
    return ""


def _size_fault(vectors: Sequence[Vector], dimensions: int | None) -> str:
    sizes = {len(vector.numbers) for vector in vectors}
    if len(sizes) > 1:
        return f"the vectors have {min(sizes)} to {max(sizes)} dimensions, one size expected"
    size = next(iter(sizes), 0)
    if size == 0 or dimensions not in (None, size):
        return f"the vectors have {size} dimensions, {dimensions or 'some'} expected"
    return ""


def _sameness(vectors: Sequence[Vector], inputs: Sequence[Hashable]) -> int:
    """How many different inputs have a vector that another input has too."""
    sharing: dict[bytes, set[Hashable]] = {}
    for vector in vectors:
        sharing.setdefault(vector.numbers.tobytes(), set()).add(inputs[vector.index])
    return sum(len(texts) for texts in sharing.values() if len(texts) > 1)
