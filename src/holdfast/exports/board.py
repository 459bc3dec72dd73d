"""What a dashboard shows, before it is anybody's JSON."""

from typing import Literal

from holdfast.events import fact

Shape = Literal["lines", "number"]


@fact
class Query:
    """PromQL, and the legend of its series."""

    expression: str
    legend: str = ""


@fact
class Panel:
    """One picture; *unit* is Grafana's id of it."""

    title: str
    unit: str
    queries: tuple[Query, ...]
    shape: Shape = "lines"
    about: str = ""


@fact
class Board:
    """One dashboard: panels by row. *uid* is what links to it name."""

    uid: str
    title: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]


RATE = "$__rate_interval"


def panel(title: str, unit: str, *queries: tuple[str, str], about: str = "") -> Panel:
    """Lines over time, of (PromQL, legend) each."""
    return Panel(title, unit, tuple(Query(*one) for one in queries), "lines", about)


def number(title: str, unit: str, expression: str, about: str = "") -> Panel:
    """One number: the latest."""
    return Panel(title, unit, (Query(expression),), "number", about)


def rate(metric: str, by: str = "") -> str:
    """How much of *metric* (with its matchers) a second, summed *by* these labels."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate({metric}[{RATE}]))"


def share(part: str, whole: str, by: str = "") -> str:
    """*part* of *whole*; 0 where there is no such part yet, nothing where there is no whole."""
    return f"({rate(part, by)} or 0 * {rate(whole, by)}) / ({rate(whole, by)} > 0)"


def quantile(q: float, histogram: str, by: str = "", matchers: str = "") -> str:
    """A percentile of *histogram* in seconds, by these labels."""
    grouped = f"le, {by}" if by else "le"
    return f"histogram_quantile({q}, {rate(f'{histogram}_bucket{matchers}', grouped)})"


def percentiles(histogram: str, matchers: str = "") -> tuple[tuple[str, str], ...]:
    """The three that matter."""
    return tuple(
        (quantile(q, histogram, matchers=matchers), f"p{100 * q:.0f}") for q in (0.5, 0.95, 0.99)
    )


def mean(summary: str, by: str) -> str:
    """The average of *summary*, by these labels; nothing where nothing was counted."""
    return f"{rate(f'{summary}_sum', by)} / ({rate(f'{summary}_count', by)} > 0)"
