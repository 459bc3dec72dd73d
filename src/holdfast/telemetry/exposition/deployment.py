"""Whose figures these are: the workers, and how they get on."""

from collections.abc import Callable, Iterator

from holdfast.telemetry.deployment.figures import DeploymentFigures
from holdfast.telemetry.exposition.lines import single
from holdfast.telemetry.family import Family

WORKERS = Family(
    "holdfast_deployment_workers", "gauge", "Workers that are alive, and whose figures these are."
)
FAILURES = Family(
    "holdfast_deployment_failures_total", "counter",
    "Times a worker did not reach the board of the others.",
)  # fmt: skip
UNKNOWN = Family(
    "holdfast_deployment_unknown_snapshots_total", "counter",
    "Snapshots left out because they were of another version.",
)  # fmt: skip


class Deployed:
    """The families about the workers."""

    def __init__(self, figures: Callable[[], DeploymentFigures]) -> None:
        self._figures = figures

    def text(self) -> Iterator[str]:
        """Every series."""
        figures = self._figures()
        yield single(WORKERS, figures.workers)
        yield single(FAILURES, figures.failures)
        yield single(UNKNOWN, figures.unknown_versions)
