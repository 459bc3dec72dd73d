"""What several workers told, put together: again only where one of them told something else."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import is_
from typing import Any, Generic, TypeVar

from holdfast.telemetry.breath import breathing

T = TypeVar("T")

_AT_A_TIME = 4


class Merged(Generic[T]):
    """Remembers what *make* made of whom; what is not asked for again is forgotten at `done`."""

    def __init__(self, make: Callable[[list[Any]], T]) -> None:
        self._make = make
        self._before: dict[Hashable, tuple[list[Any], T]] = {}
        self._now: dict[Hashable, tuple[list[Any], T]] = {}

    def all(self, plains: Iterable[Mapping[str, Any]], *, of: Hashable = None) -> dict[str, T]:
        """Each name's of all *plains*; *of* tells several such sets apart."""
        found = breathing(gathered(plains).items(), every=_AT_A_TIME)
        return {name: self.one((of, name), each) for name, each in found}

    def one(self, name: Hashable, plains: list[Any]) -> T:
        """What is made of *plains*, which several told of *name*."""
        known = self._now.get(name) or self._before.get(name)
        if known is None or not are_same(known[0], plains):
            known = (plains, self._make(plains))
        self._now[name] = known
        return known[1]

    def done(self) -> None:
        """All that is wanted was asked for."""
        self._before, self._now = self._now, {}


def gathered(plains: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """What each name stands for in all the *plains*."""
    found: dict[str, list[Any]] = {}
    for plain in plains:
        for name, one in plain.items():
            found.setdefault(name, []).append(one)
    return found


def are_same(some: list[Any], others: list[Any]) -> bool:
    """Whether they are the very same objects: nobody changes what was told."""
    return len(some) == len(others) and all(map(is_, some, others))
