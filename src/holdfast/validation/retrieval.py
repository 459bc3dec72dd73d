"""Whether a search of a knowledge base found something, and is in order.

Scores are similarities, no probabilities: they say "about the same words", never "the answer".
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from holdfast.events import Verdict
from holdfast.validation.verdict import failed, passed, warned

METHOD = "retrieval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """A search: *scores* and *ids* of what it gives, best first, each at least *min_score*.

    *stored* passages are in the base, of which *considered* were compared; the best of those
    scored *best* (None when there were none). *blank*: a passage has no text.
    """

    scores: Sequence[float]
    ids: Sequence[Hashable]
    min_score: float
    stored: int
    considered: int
    best: float | None
    blank: bool = False


def judge_retrieval(found: Retrieval) -> Verdict:
    """Fail: an empty base, or an answer out of order. Warn: nothing is near enough."""
    if not found.stored:
        return failed(METHOD, "the knowledge base is empty", repeat=False)
    if fault := _disorder(found):
        return failed(METHOD, fault)
    if found.scores:
        return passed(METHOD)
    if found.best is None:
        return warned(METHOD, f"none of {found.stored} passages matches the filter")
    return warned(
        METHOD,
        f"nothing relevant: the best of {found.considered} passages scores {found.best:.2f}, "
        f"at least {found.min_score:.2f} wanted",
    )


def _disorder(found: Retrieval) -> str:
    scores = found.scores
    if not all(math.isfinite(score) and -1.0 <= score <= 1.0 for score in scores):
        return "a score is not between -1 and 1"
    if list(scores) != sorted(scores, reverse=True):
        return "the passages are not sorted by score"
    if any(score < found.min_score for score in scores):
        return f"a passage scores less than {found.min_score:.2f}"
    if len(set(found.ids)) != len(scores):
        return "a passage comes twice"
    return "a passage has no text" if found.blank else ""
