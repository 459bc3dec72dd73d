"""What a race came to: rows to read, and the targets that were met or missed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.contestant import Contestant
from benchmarks.stopwatch import Quartiles, Samples, quartiles


class Target(NamedTuple):
    """A figure that was promised. *found* and *most* are in the unit that *promise* names."""

    promise: str
    found: float
    most: float

    @property
    def is_met(self) -> bool:
        """The figure found is not above the one promised."""
        return self.found <= self.most


@dataclass(frozen=True, slots=True)
class Table:
    """One area's result. Every row has as many cells as *head*."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    targets: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What the samples of one race say. Costs are over the floor, round by round."""

    contestants: Sequence[Contestant]
    samples: Samples

    def over_floor(self, name: str) -> list[float]:
        """Microseconds per call above the floor's, by round."""
        return self.over(name, self._only("floor"))

    def over(self, name: str, other: str) -> list[float]:
        """Microseconds per call above those of *other*, by round."""
        pairs = zip(self.samples[name], self.samples[other], strict=True)
        return [mine - theirs for mine, theirs in pairs]

    def cost(self, name: str) -> float:
        """The median cost of *name*."""
        return quartiles(self.over_floor(name)).median

    def ratio(self, name: str, other: str) -> float:
        """The cost of *name* in units of the cost of *other*."""
        return self.cost(name) / self.cost(other)

    def fastest(self, *roles: str) -> str:
        """Who of *roles* costs least."""
        names = [one.name for one in self.contestants if one.role in roles]
        return min(names, key=self.cost)

    def _only(self, role: str) -> str:
        return next(one.name for one in self.contestants if one.role == role)


def rows(figures: Figures, scale: str, fastest: str) -> Iterable[tuple[str, ...]]:
    """One row each, the cheapest first, below the floor."""
    floor = next(one for one in figures.contestants if one.role == "floor")
    others = [one for one in figures.contestants if one is not floor]
    for one in [floor, *sorted(others, key=lambda one: figures.cost(one.name))]:
        total = quartiles(figures.samples[one.name])
        name = f"**{one.name}**" if one.role == "ours" else one.name
        if one is floor:
            yield name, one.does, spread(total), "", "1.0", "", ""
            continue
        bare = quartiles(figures.samples[floor.name]).median
        yield (
            name, one.does, spread(total), f"{figures.cost(one.name):.2f}",
            f"{total.median / bare:.1f}", f"{figures.ratio(one.name, scale):.2f}",
            f"{figures.ratio(one.name, fastest):.2f}",
        )  # fmt: skip


def spread(found: Quartiles) -> str:
    """The median, and the middle half in brackets."""
    return f"{found.median:.2f} ({found.low:.2f}-{found.high:.2f})"


def head(scale: str, fastest: str) -> tuple[str, ...]:
    """The columns of `rows`."""
    return (
        "contestant", "does", "µs per call (middle half)", "µs over bare", "× bare await",
        f"cost × {scale}", f"cost × {fastest}",
    )  # fmt: skip
