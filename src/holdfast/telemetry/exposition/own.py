"""What Holdfast says of itself and of what it watches over: sessions, health, alerts, record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import get_args

from holdfast.events import AlertChanged, ComponentState, fact
from holdfast.telemetry.buffer import RecordStatus
from holdfast.telemetry.executor_backlog import executor_backlog
from holdfast.telemetry.exposition.lines import Lines, numbers_of, single
from holdfast.telemetry.family import SECONDS, Family
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.shared_state import SharedStateFigures

States = Mapping[str, ComponentState]

_STATES: tuple[ComponentState, ...] = get_args(ComponentState)

BUILD = Family("holdfast_build_info", "gauge", "Always 1; says what is running.", ("version",))
SOCKETS = Family(
    "http_server_websocket_active_connections", "gauge",
    "Inbound WebSocket connections that are open.",
)  # fmt: skip
ACTIVE = Family("http_server_active_requests", "gauge", "Inbound requests in flight.")
LAG = Family(
    "asyncio_loop_lag_seconds", "histogram", "How late the event loop wakes those who wait.", (),
    SECONDS,
)  # fmt: skip
BACKLOG = Family(
    "holdfast_executor_waiting_tasks", "gauge", "Work that waits for a thread.", ("executor",)
)
STARTED = Family(
    "holdfast_sessions_started_total", "counter",
    "Sessions that the application said began, each once in every worker that it said so in.",
    ("service_type",),
)  # fmt: skip
ENDED = Family(
    "holdfast_sessions_ended_total", "counter",
    "Sessions that ended, each once in every worker that saw it end.", ("status",),
)  # fmt: skip
LIVE = Family("holdfast_sessions_active", "gauge", "Sessions in memory that are going on.")
COMPONENT = Family(
    "component_health_status", "gauge", "1 for the state a component is in.",
    ("component", "component_health_status"),
)  # fmt: skip
INTEGRATION = Family(
    "holdfast_integration_state", "gauge", "1 for the state an integration is in.",
    ("integration", "state"),
)  # fmt: skip
ALERTS = Family(
    "holdfast_alerts_firing", "gauge", "1 for each alert that fires.",
    ("rule", "severity", "integration"),
)  # fmt: skip
WRITTEN = Family("holdfast_record_written_events_total", "counter", "Events the record has kept.")
WAITING = Family("holdfast_record_waiting_events", "gauge", "Events waiting to be recorded.")
SPOOLED = Family(
    "holdfast_record_spooled_events", "gauge", "Events on disk until the database returns."
)
SPOOL = Family("holdfast_record_spool_bytes", "gauge", "What the spooled events take.")
DROPPED = Family(
    "holdfast_events_dropped_total", "counter", "What was dropped, by reason.", ("reason",)
)
SHARED = Family(
    "holdfast_shared_state_up", "gauge",
    "1 while breakers and rates are shared with other processes.",
)  # fmt: skip
SHARED_FAILURES = Family(
    "holdfast_shared_state_failures_total", "counter",
    "Questions to the shared state without a good answer.",
)  # fmt: skip
SHARED_JOINS = Family(
    "holdfast_shared_state_joins_total", "counter",
    "Times that contact with the shared state was made.",
)  # fmt: skip
SHARED_TRIP = Family(
    "holdfast_shared_state_round_trip_seconds", "gauge", "Duration of the last answered question."
)


@fact
class Standing:
    """What is asked at each scrape; *components* and *integrations* are states by name."""

    version: str
    in_flight: Callable[[], int]
    open_websockets: Callable[[], int]
    sessions_active: Callable[[], int]
    components: Callable[[], States]
    integrations: Callable[[], States]
    alerts: Callable[[], Sequence[AlertChanged]]
    record: Callable[[], RecordStatus]
    dropped: Callable[[], Mapping[str, int]]
    shared_state: Callable[[], SharedStateFigures | None]
    executor: Callable[[], Mapping[str, int]] = executor_backlog


class Own:
    """The families about Holdfast itself."""

    def __init__(self, standing: Standing, sessions: SessionCounts, lag: LoopLag) -> None:
        self._standing = standing
        self._sessions, self._lag = sessions, lag

    def text(self) -> Iterator[str]:
        """Every series."""
        yield from self._now()
        yield from self._states()
        yield from self._kept()
        yield from _shared(self._standing.shared_state())

    def _now(self) -> Iterator[str]:
        standing, lag = self._standing, self._lag
        yield from Lines(BUILD).of([((standing.version,), 1)])
        yield single(ACTIVE, standing.in_flight())
        yield single(SOCKETS, standing.open_websockets())
        yield from Lines(LAG).of([((), numbers_of(SECONDS)(lag.buckets, lag.seconds))])
        waiting = sorted(standing.executor().items())
        yield from Lines(BACKLOG).of(((name,), number) for name, number in waiting)
        started, ended = sorted(self._sessions.started.items()), self._sessions.ended
        yield from Lines(STARTED).of(((name,), number) for name, number in started)
        yield from Lines(ENDED).of(((name,), ended[name]) for name in ("completed", "timed_out"))
        yield single(LIVE, standing.sessions_active())

    def _states(self) -> Iterator[str]:
        standing = self._standing
        for family, states in (
            (COMPONENT, standing.components()),
            (INTEGRATION, standing.integrations()),
        ):
            yield from Lines(family).of(
                ((name, state), int(state == now))
                for name, now in states.items()
                for state in _STATES
            )
        firing = {(one.rule, one.severity, one.integration or "") for one in standing.alerts()}
        yield from Lines(ALERTS).of((labels, 1) for labels in sorted(firing))

    def _kept(self) -> Iterator[str]:
        record = self._standing.record()
        yield single(WRITTEN, record.written)
        yield single(WAITING, record.waiting)
        yield single(SPOOLED, record.spooled)
        yield single(SPOOL, record.spool_bytes)
        dropped = sorted({**record.dropped, **self._standing.dropped()}.items())
        yield from Lines(DROPPED).of(((reason,), number) for reason, number in dropped)


def _shared(figures: SharedStateFigures | None) -> Iterator[str]:
    """Without samples when nothing is shared."""
    families = (SHARED, SHARED_FAILURES, SHARED_JOINS, SHARED_TRIP)
    if figures is None:
        yield from (family.header() for family in families)
        return
    trip = figures.round_trip_ms
    values = (figures.is_up, figures.failures, figures.joins, trip and trip / 1000)
    for family, value in zip(families, values, strict=True):
        yield family.header() if value is None else single(family, value)
