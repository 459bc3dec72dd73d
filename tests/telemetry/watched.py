"""Folds of events, and the exposition over them, as a parser reads it."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from holdfast.clock import Clock
from holdfast.events import AlertChanged, Event
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.buffer import RecordStatus
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.exposition.own import Standing
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.prometheus import Exposition, Read
from holdfast.telemetry.requests import RequestMetrics
from tests.telemetry.facts import Hands

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


ALERT = AlertChanged(
    "a1", "latency:sun", 9.0, 3.0, "firing", "latency", "warning", "sun", "High latency", 9.0, 5.0
)
CLIENTS_OWN = ("python_", "process_")


class Watched:
    """Folds of *events*, and the exposition over them."""

    def __init__(self, events: Iterable[Event] = (), *, most_series: int = 2000) -> None:
        clock = Clock(Hands(), Hands())
        self.calls, self.requests = (
            CallMetrics(clock),
            RequestMetrics(clock, most_series=most_series),
        )
        for event in events:
            self.calls(event)
            self.requests(event)
        status = RecordStatus("ok", 3, 40, {"buffer_full": 2, "shutdown": 1})
        self.application = ApplicationMetrics()
        self.sessions, self.lag = SessionCounts(), LoopLag(clock.monotonic)
        standing = Standing(
            version="1.2.3", in_flight=lambda: 4, open_websockets=lambda: 5,
            sessions_active=lambda: 6, components=lambda: {"qa_cache": "degraded"},
            integrations=lambda: {"sun": "unhealthy"}, alerts=lambda: [ALERT, ALERT],
            record=lambda: status, dropped=lambda: {"live_client_slow": 7},
            shared_state=lambda: None,
        )  # fmt: skip
        self.exposition = Exposition(
            Read(
                calls=self.calls, requests=self.requests, application=self.application,
                sessions=self.sessions, lag=self.lag,
                in_flight=lambda: {("GET", "/slow"): 3, ("POST", ""): 1},
                breakers=lambda: [("sun", "shine", "half_open")], standing=standing,
            )
        )  # fmt: skip
        for sink in (self.application, self.sessions):
            for event in events:
                sink(event)

    def text(self) -> str:
        """What a scrape answers."""
        return self.exposition.text().decode()

    def families(self) -> dict[str, Metric]:
        """Each family by its name."""
        return {one.name: one for one in text_string_to_metric_families(self.text())}

    def samples(self) -> Samples:
        """Each sample by its name and its labels that are not empty."""
        return {
            (
                sample.name,
                tuple((k, v) for k, v in sorted(sample.labels.items()) if v),
            ): sample.value
            for family in self.families().values()
            for sample in family.samples
        }
