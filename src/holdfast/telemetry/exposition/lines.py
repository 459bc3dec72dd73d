"""The series of a metric family as text: format 0.0.4.

The text around the numbers of a series never changes, so it is made once: a scrape only fills
the numbers in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Any

from holdfast.telemetry.family import Family, LabelValues
from holdfast.telemetry.tally import SECONDS_BUCKETS

_MOST_TEMPLATES = 20_000
"""Sources are bounded; this bounds what series that are gone (after a reset) leave behind."""

CUT = ""
"""Among texts: others may have their turn here, though nothing was written."""

_SLICE_CHARACTERS = 100_000

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"', "%": "%%"})


class Lines:
    """The series of one family as text.

    With *created_at*, which answers Unix seconds, a gauge ``…_created`` follows, one series for
    each of the family's, as the client library has it for all but gauges.
    """

    def __init__(self, family: Family, created_at: Callable[[], float] | None = None) -> None:
        self.family = family
        self._templates: dict[LabelValues, str] = {}
        self._created = None
        if created_at is not None and family.kind != "gauge":
            self._created = Lines(_created(family))
            self._created_at = created_at

    def of(self, samples: Iterable[tuple[LabelValues, Any]]) -> Iterator[str]:
        """The header, then each series: its one number, or all in the order of `_template`."""
        yield self.family.header()
        templates = self._templates
        if len(templates) > _MOST_TEMPLATES:
            templates.clear()
        created, served = self._created, list[LabelValues]()
        for labels, numbers in samples:
            template = templates.get(labels)
            if template is None:
                template = templates[labels] = _template(self.family, labels)
            if created is not None:
                served.append(labels)
            yield template % (numbers if type(numbers) is tuple else float(numbers))
        if created is not None:
            since = self._created_at()
            yield from created.of((labels, since) for labels in served)


def in_slices(texts: Iterable[str]) -> Iterator[bytes]:
    """*texts* put together, each slice a few milliseconds' work at most."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size > _SLICE_CHARACTERS or text is CUT:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def single(family: Family, value: float) -> str:
    """A family of one series without labels."""
    return f"{family.header()}{family.name} {float(value)}\n"


def numbers_of(
    bounds: Sequence[float], counted: Sequence[float] = SECONDS_BUCKETS
) -> Callable[[list[int], float], tuple[float, ...]]:
    """How counts per bound of *counted* (and beyond) become the numbers of a histogram.

    *bounds* must be among *counted*: what is counted finely is shown in several ways.
    """
    picked = itemgetter(*(counted.index(bound) for bound in bounds), -1, -1)

    def numbers(buckets: list[int], total: float) -> tuple[float, ...]:
        return (*picked(list(accumulate(buckets))), total)

    return numbers


def _created(family: Family) -> Family:
    words = f"When {family.name} began to be counted, in Unix seconds."
    return Family(f"{family.name.removesuffix('_total')}_created", "gauge", words, family.labels)


def _template(family: Family, labels: LabelValues) -> str:
    """The lines of one series with a place for each number: bucket by bucket, count, sum.

    Written as the client library writes them: labels in order, whole numbers as ``1.0``.
    """
    named = sorted(zip(family.labels, labels, strict=True))
    pairs = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in named)
    name, braced = family.name, f"{{{pairs}}}" if pairs else ""
    if family.kind in ("counter", "gauge"):
        return f"{name}{braced} %r\n"
    ends = f"{name}_count{braced} %d.0\n{name}_sum{braced} %r\n"
    if family.kind == "summary":
        return ends
    comma = f"{pairs}," if pairs else ""
    bounds = [*(str(float(bound)) for bound in family.bounds), "+Inf"]
    return "".join(f'{name}_bucket{{{comma}le="{bound}"}} %d.0\n' for bound in bounds) + ends
