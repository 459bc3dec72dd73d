"""A mergeable log-linear histogram: any quantile within 0.8 %, whatever the scale.

Each power of two is cut into 64 equal bins (as HdrHistogram does), kept sparsely: adding two
histograms is adding their counts, so percentiles of many workers are never averages of averages.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import ceil, frexp, ldexp
from struct import Struct, pack, unpack
from struct import error as StructError  # noqa: N812 - a class

from holdfast.telemetry.plain import add_counts, packed, packed_bins, unpacked

_BINS = 64
_ZERO = -(10**6)
"""The bin of 0, below that of any other value."""

_LEAST = 5e-324
"""The least number above 0."""

_FORMAT = 1
_HEAD = Struct("<BIQddd")
"""Format, bins, count, total, minimum, maximum; then every bin, then every count."""


class Histogram:
    """Counts of non-negative values (milliseconds, bytes). Empty: quantiles and mean are None."""

    __slots__ = ("_asked", "_bins", "_counts", "count", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._bins = b""
        self._asked: tuple[tuple[float, ...], int, list[float | None]] | None = None
        self.count = 0
        self.total = 0.0
        self.minimum = float("inf")
        self.maximum = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        key = _ZERO
        if value > 0:
            mantissa, exponent = frexp(value)
            key = exponent * _BINS + int(mantissa * 2 * _BINS) - _BINS
        counts = self._counts
        counts[key] = counts.get(key, 0) + 1
        self.count += 1
        self.total += value
        if value < self.minimum:  # noqa: PLR1730  # half the cost of min(), in every call
            self.minimum = value
        if value > self.maximum:  # noqa: PLR1730
            self.maximum = value

    def add_all(self, values: Iterable[float]) -> None:
        """Count each of *values*."""
        self.add_sorted(sorted(values))

    def add_sorted(self, values: Sequence[float]) -> None:
        """Count each of *values*, which ascend: bin by bin, since many of them are alike."""
        if not values:
            return
        counts, size, at = self._counts, len(values), 0
        while at < size:
            key, beyond = _bin(values[at])
            after = bisect_left(values, beyond, at + 1)
            counts[key] = counts.get(key, 0) + after - at
            at = after
        self.count += size
        self.total += sum(values)
        self.minimum = min(self.minimum, values[0])
        self.maximum = max(self.maximum, values[-1])

    def merge(self, other: "Histogram") -> None:
        """Add all that *other* counted."""
        add_counts(self._counts, other._counts.items())  # noqa: SLF001  # its own kind
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)

    def plain(self) -> bytes:
        """Its numbers as part of a document; nothing when there are none."""
        counts = self._counts
        if not counts:
            return b""
        if len(self._bins) != 4 * len(counts):  # bins are only ever added, at the end
            self._bins = packed_bins(counts)
        return packed((self.total, self.minimum, self.maximum), self._bins, counts)

    @classmethod
    def of(cls, plains: Iterable[bytes]) -> "Histogram":
        """What the *plains* of several tell, together."""
        made = cls()
        counts = made._counts
        for plain in plains:
            if plain:
                (total, least, greatest), its_counts = unpacked(plain)
                add_counts(counts, its_counts)
                made.total += total
                made.minimum = min(made.minimum, least)
                made.maximum = max(made.maximum, greatest)
        made.count = sum(counts.values())
        return made

    def since(self, before: "Histogram") -> "Histogram":
        """What was added after *before*, an earlier copy; extremes only to the bin."""
        added = Histogram()
        earlier = before._counts  # noqa: SLF001  # its own kind
        added._counts = {
            key: more
            for key, count in self._counts.items()
            if (more := count - earlier.get(key, 0)) > 0
        }
        added.count = sum(added._counts.values())
        if added.count:
            added.total = max(self.total - before.total, 0.0)
            added.minimum = max(_middle(min(added._counts)), self.minimum)
            added.maximum = min(_middle(max(added._counts)), self.maximum)
        return added

    def to_bytes(self) -> bytes:
        """All that was counted, to be kept or sent; `from_bytes` makes the same of it."""
        keys = sorted(self._counts)
        numbers = (*keys, *(self._counts[key] for key in keys))
        head = _HEAD.pack(_FORMAT, len(keys), self.count, self.total, self.minimum, self.maximum)
        return head + pack(f"<{len(keys)}i{len(keys)}Q", *numbers)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Histogram":
        """What `to_bytes` made; raises ValueError for anything else."""
        found = cls()
        found.merge_bytes(data)
        return found

    def merge_bytes(self, data: bytes) -> None:
        """Add all that `to_bytes` wrote down; raises ValueError for anything else."""
        try:
            number, bins, count, total, minimum, maximum = _HEAD.unpack_from(data)
            numbers = unpack(f"<{bins}i{bins}Q", data[_HEAD.size :])
        except StructError:
            raise ValueError(f"{len(data)} bytes are no histogram") from None
        if number != _FORMAT:
            raise ValueError(f"a histogram of format {number}: we know {_FORMAT}")
        counts = self._counts
        for key, more in zip(numbers[:bins], numbers[bins:], strict=True):
            counts[key] = counts.get(key, 0) + more
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)

    @property
    def mean(self) -> float | None:
        """The exact average."""
        return self.total / self.count if self.count else None

    def quantile(self, q: float) -> float | None:
        """The value below which a share *q* (0-1) lies, within 0.8 % of it."""
        return self.quantiles((q,))[0]

    def quantiles(self, shares: Sequence[float]) -> list[float | None]:
        """Several quantiles in one pass; *shares* must ascend."""
        asked = self._asked
        if asked is None or asked[:2] != (tuple(shares), self.count):
            asked = self._asked = (tuple(shares), self.count, self._quantiles(shares))
        return list(asked[2])

    def _quantiles(self, shares: Sequence[float]) -> list[float | None]:
        ranks = [max(ceil(share * self.count), 1) for share in shares]
        if not self.count:
            return [None] * len(ranks)
        found: list[float | None] = []
        seen = 0
        for key in sorted(self._counts):
            seen += self._counts[key]
            while len(found) < len(ranks) and seen >= ranks[len(found)]:
                found.append(min(max(_middle(key), self.minimum), self.maximum))
        return found


def _bin(value: float) -> tuple[int, float]:
    """The bin of *value*, and the least value beyond it."""
    if value <= 0:
        return _ZERO, _LEAST
    mantissa, exponent = frexp(value)
    place = int(mantissa * 2 * _BINS)
    return exponent * _BINS + place - _BINS, ldexp((place + 1) / (2 * _BINS), exponent)


def _middle(key: int) -> float:
    exponent, bin_ = divmod(key, _BINS)
    return 0.0 if key == _ZERO else ldexp(0.5 + (bin_ + 0.5) / (2 * _BINS), exponent)
