"""Numbers as every surface shows them."""

from holdfast.telemetry.histogram import Histogram


def rounded(value: float | None, digits: int) -> float | None:
    """Rounded, and None stays None: no data is not zero."""
    return None if value is None else round(value, digits)


def latency(histogram: Histogram) -> dict[str, float | None]:
    """p50, p95 and p99 in milliseconds."""
    p50, p95, p99 = histogram.quantiles((0.5, 0.95, 0.99))
    return {"p50": rounded(p50, 1), "p95": rounded(p95, 1), "p99": rounded(p99, 1)}
