"""Answers about one birth must agree, even when each of them is good by itself.

A client remembers what it was last told of a few births. When it asks for the other half, the
answer is judged against that, inside the guard of its call.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Literal

from holdfast.errors import SemanticError
from holdfast.events import Verdict
from holdfast.validation.chart import judge_agreement

MOST_BIRTHS = 128

Half = Literal["details", "positions"]

_other_half: ContextVar[Any] = ContextVar("holdfast_other_half", default=None)

_SAME_BIRTH = ("ayanamsa", "coordinates", "datetime")


class Births:
    """What was told of the last *most* births: the birth itself is kept as a hash only."""

    def __init__(self, most: int = MOST_BIRTHS) -> None:
        self._most = most
        self._told: OrderedDict[tuple[str, Half], Any] = OrderedDict()

    @contextmanager
    def compared(self, query: Mapping[str, str], half: Half) -> Iterator[None]:
        """Inside, an answer for *half* is judged against the other half, where that is known.

        When they disagree nobody knows which is wrong: both are forgotten.
        """
        key = _key(query)
        other: Half = "positions" if half == "details" else "details"
        before = _other_half.set(self._told.get((key, other)))
        try:
            yield
        except SemanticError:
            self._told.pop((key, other), None)
            raise
        finally:
            _other_half.reset(before)

    def remember(self, query: Mapping[str, str], half: Half, data: Any) -> None:
        """Keep *data*, which was accepted."""
        self._told[_key(query), half] = data
        self._told.move_to_end((_key(query), half))
        while len(self._told) > self._most:
            self._told.popitem(last=False)


def judge_details_against(details: Any) -> Verdict | None:
    """*details* against the positions that are known of the same birth; None without them."""
    positions = _other_half.get()
    return None if positions is None else _once(judge_agreement(details, positions))


def judge_positions_against(positions: Any) -> Verdict | None:
    """*positions* against the details that are known of the same birth; None without them."""
    details = _other_half.get()
    return None if details is None else _once(judge_agreement(details, positions))


def _once(verdict: Verdict) -> Verdict:
    """Asking again for one half would not mend the other, and costs credits."""
    return replace(verdict, repeat=False)


def _key(query: Mapping[str, str]) -> str:
    told = "|".join(query[name] for name in _SAME_BIRTH)
    return hashlib.sha256(told.encode()).hexdigest()
