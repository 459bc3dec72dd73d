"""How a worker becomes one of its deployment: its counts and its present, for the others."""

from typing import Protocol

from holdfast.app.cluster import Cluster
from holdfast.app.figures import Figures
from holdfast.app.present import Present
from holdfast.app.record import Record
from holdfast.app.sharing import AppSharing
from holdfast.app.vitals import Vitals
from holdfast.clock import Clock
from holdfast.guard.controls import Controls
from holdfast.middleware.report import Connections
from holdfast.sessions.tracker import Sessions
from holdfast.settings.settings import Settings
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.deployment.folds import Folds
from holdfast.telemetry.deployment.publisher import Publisher
from holdfast.telemetry.requests import RequestMetrics


class Counting(Protocol):
    """What of a `Monitoring` others are told of."""

    settings: Settings
    clock: Clock
    calls: CallMetrics
    requests: RequestMetrics
    sessions: Sessions
    connections: Connections
    record: Record
    shared: AppSharing
    controls: Controls
    vitals: Vitals
    figures: Figures
    cluster: Cluster

    def dropped(self) -> dict[str, int]:
        """By reason."""


def cluster_of(monitoring: Counting, folding: Clock) -> Cluster:
    """The cluster of a worker whose folds go by the clock *folding*."""
    it, figures = monitoring, monitoring.figures
    folds = Folds(
        folding, calls=it.calls, requests=it.requests, application=figures.application,
        sessions=figures.sessions, lag=figures.lag,
    )  # fmt: skip
    publisher = Publisher(
        folds, folding,
        counters=lambda: it.cluster.counters(it.dropped()),
        present=lambda: it.cluster.document(),  # noqa: PLW0108 - it is made below
        on_reset=it.controls.forget_refusals,
    )  # fmt: skip
    return Cluster(it.settings, publisher, folding, Present(
        it.clock, it.controls, it.connections, it.sessions, it.vitals.components,
        it.vitals.alerting.watch, it.record.status, it.shared.figures, folds.process.now,
        is_watching=lambda: it.cluster.deployment.leads,
    ))  # fmt: skip
