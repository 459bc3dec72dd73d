"""Counts as documents (`deployment/wire.py`), and how to add and subtract them whatever they count.

A *plain* is a dictionary: numbers are added, lists of them place by place, dictionaries name by
name, histograms (bytes) bin by bin. What is not a sum has a name of its own (`_TOGETHER`). What
callers name (operations, errors) is spelled by `named`, so that no name of theirs is taken for one
of ours.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from struct import Struct, pack, unpack_from
from struct import error as StructError  # noqa: N812 - a class
from typing import Any, TypeVar

Plain = dict[str, Any]

Extremes = tuple[float, float, float]
"""Of a histogram: the sum of all values, the least and the greatest."""

_EXTREMES = Struct("<cddd")

Name = TypeVar("Name", int, str)
Number = TypeVar("Number", int, float)


@lru_cache(maxsize=10_000)
def named(*parts: str) -> str:
    """The key of what is called by *parts*."""
    return json.dumps(parts)


@lru_cache(maxsize=10_000)
def names(key: str) -> tuple[str, ...]:
    """The parts of a key made by `named`."""
    return tuple(json.loads(key))


def packed_bins(counts: Collection[int]) -> bytes:
    """The bins of *counts*, in its order: the same as long as there is none more."""
    return pack(f"<{len(counts)}i", *counts)


def packed(extremes: Extremes, bins: bytes, counts: Mapping[int, int]) -> bytes:
    """A histogram: sum, least and greatest value, packed *bins*, and the *counts* in them.

    Counts have 4 bytes after an ``i``, and 8 after a ``q``.
    """
    try:
        kind, numbers = b"i", pack(f"<{len(counts)}i", *counts.values())
    except StructError:
        kind, numbers = b"q", pack(f"<{len(counts)}q", *counts.values())
    return _EXTREMES.pack(kind, *extremes) + bins + numbers


def unpacked(data: bytes) -> tuple[Extremes, Iterable[tuple[int, int]]]:
    """What `packed` was given: the extremes, and each bin with its count, once."""
    kind, total, least, greatest = _EXTREMES.unpack_from(data)
    size = (len(data) - _EXTREMES.size) // (8 if kind == b"i" else 12)
    found = unpack_from(f"<{size}i{size}{kind.decode()}", data, _EXTREMES.size)
    return (total, least, greatest), zip(found[:size], found[size:], strict=True)


def packed_all(numbers: Collection[int]) -> bytes:
    """Numbers of 32 bits without a sign, as compact."""
    return pack(f"<{len(numbers)}I", *numbers)


def unpacked_all(data: bytes) -> Sequence[int]:
    """What `packed_all` was given."""
    return unpack_from(f"<{len(data) // 4}I", data)


def add_counts(counts: dict[Name, int], more: Iterable[tuple[Name, int]]) -> None:
    """Add *more* to *counts*, name by name; no name is twice in it."""
    if not counts:
        counts.update(more)
        return
    before = counts.get
    for name, count in more:
        counts[name] = before(name, 0) + count


def add_up(lists: Iterable[Sequence[Number]]) -> list[Number]:
    """Lists of one length, added place by place."""
    return [sum(column) for column in zip(*lists, strict=True)]


def plus(one: Plain, other: Mapping[str, Any]) -> Plain:
    """Both together; neither is changed."""
    both = dict(one)
    for name, value in other.items():
        both[name] = _plus(name, both[name], value) if name in both else value
    return both


def minus(one: Plain, other: Mapping[str, Any]) -> Plain:
    """What *one* has beyond *other*, which it was before; names with nothing left stay."""
    rest = dict(one)
    for name, value in other.items():
        if name in rest:
            rest[name] = _minus(name, rest[name], value)
    return rest


def _plus(name: str, one: Any, other: Any) -> Any:
    together = _TOGETHER.get(name)
    if together is not None:
        return together(one, other)
    if isinstance(one, bytes):
        return _histograms_plus(one, other)
    if isinstance(one, dict):
        return plus(one, other)
    if isinstance(one, list):
        return [mine + its for mine, its in zip(one, other, strict=True)]
    return one + other


def _minus(name: str, one: Any, other: Any) -> Any:
    if name in _TOGETHER:
        return one
    if isinstance(one, bytes):
        return _histograms_minus(one, other)
    if isinstance(one, dict):
        return minus(one, other)
    if isinstance(one, list):
        return [mine - its for mine, its in zip(one, other, strict=True)]
    return one - other


def _histograms_plus(one: bytes, other: bytes) -> bytes:
    if not one or not other:
        return one or other
    (total, least, greatest), found = unpacked(one)
    (its_total, its_least, its_greatest), its_counts = unpacked(other)
    counts = dict(found)
    add_counts(counts, its_counts)
    extremes = total + its_total, min(least, its_least), max(greatest, its_greatest)
    return packed(extremes, packed_bins(counts), counts)


def _histograms_minus(one: bytes, other: bytes) -> bytes:
    """Extremes stay: what they were of the rest, nobody knows."""
    if not one or not other:
        return one
    (total, least, greatest), counts = unpacked(one)
    (before, _, _), found = unpacked(other)
    earlier = dict(found)
    rest = {bin_: more for bin_, n in counts if (more := n - earlier.get(bin_, 0))}
    return packed((total - before, least, greatest), packed_bins(rest), rest) if rest else b""


def latest(one: list[float | None], other: list[float | None]) -> list[float | None]:
    """The later of two times, place by place; None is never."""
    pairs = zip(one, other, strict=True)
    return [max(mine or 0.0, its or 0.0) or None for mine, its in pairs]


def _told_last(one: list[Any], other: list[Any]) -> list[Any]:
    return one if one[0] >= other[0] else other


_TOGETHER: Mapping[str, Callable[[Any, Any], Any]] = {
    "last": latest,
    "problem": max,
    "told": _told_last,
    "since": min,
}
"""How two values of these names become one; `minus` leaves them alone."""
