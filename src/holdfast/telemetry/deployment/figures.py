"""How a deployment's workers get on, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from holdfast.events import fact


@fact
class DeploymentFigures:
    """*workers* are alive; the others are everybody's counts.

    *failures*: the board was not reached. *unknown_versions*: a snapshot could not be read.
    """

    workers: int
    failures: int
    unknown_versions: int


def deployment(figures: DeploymentFigures | None) -> Iterator[Metric]:
    """The families; without samples where nobody asked."""
    workers = GaugeMetricFamily(
        "holdfast_deployment_workers", "Workers that are alive, and whose figures these are."
    )
    failures = CounterMetricFamily(
        "holdfast_deployment_failures", "Times a worker did not reach the board of the others."
    )
    unknown = CounterMetricFamily(
        "holdfast_deployment_unknown_snapshots",
        "Snapshots left out because they were of another version.",
    )
    if figures is not None:
        workers.add_metric((), figures.workers)
        failures.add_metric((), figures.failures)
        unknown.add_metric((), figures.unknown_versions)
    yield from (workers, failures, unknown)
