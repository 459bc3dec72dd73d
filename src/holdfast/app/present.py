"""What is so right now in this worker, as a document that others can read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

from holdfast.alerts.watch import Watch
from holdfast.api.elsewhere import BreakerSeen, LimitSeen
from holdfast.api.shapes.session import masked
from holdfast.clock import Clock
from holdfast.events import fact
from holdfast.guard.controls import Controls, Key, circuit_of, rate_of
from holdfast.health.components import Components
from holdfast.middleware.report import Connections
from holdfast.sessions.session import Session
from holdfast.sessions.together import plain as plain_session
from holdfast.sessions.tracker import Sessions
from holdfast.telemetry.buffer import RecordStatus
from holdfast.telemetry.executor_backlog import executor_backlog
from holdfast.telemetry.plain import packed_all
from holdfast.telemetry.shared_state import SharedStateFigures

Document = dict[str, Any]

_SESSIONS = 20
_STEPS = 12
_ALERTS = 50


@fact
class Present:
    """Where to look. *is_watching*: the alerts are this worker's to tell."""

    clock: Clock
    controls: Controls
    connections: Connections
    sessions: Sessions
    components: Components
    watch: Watch
    record: Callable[[], RecordStatus]
    shared_state: Callable[[], SharedStateFigures | None]
    process: Callable[[], Mapping[str, float]]
    is_watching: Callable[[], bool]

    def document(self) -> Document:
        """Everything, as JSON can hold it. Users are masked."""
        record = self.record()
        latest = self.sessions.latest(_SESSIONS, _STEPS)
        return {
            "in_flight": [
                [*route, number] for route, number in self.connections.by_route().items()
            ],
            "open_websockets": self.connections.websockets,
            "record": [record.status, record.waiting, record.spooled, record.spool_bytes],
            "shared_state": _shared(self.shared_state()),
            "executor": dict(executor_backlog()),
            "process": dict(self.process()),
            "session_marks": [packed_all(each) for each in marks(self.sessions)],
            "breakers": [
                [*key, *listed(one)] for key, one in breakers(self.controls, self.clock, "")
            ],
            "limits": [[name, *listed(one)] for name, one in limits(self.controls, self.clock)],
            "components": [self._component(name) for name in self._component_names()],
            "sessions": [
                plain_session(_told(one)) for one in latest
            ],
            "alerts": self._alerts(),
        }  # fmt: skip

    def _component_names(self) -> list[str]:
        return [one.name for one in self.components.all()]

    def _component(self, name: str) -> list[Any]:
        one = self.components.get(name)
        assert one is not None  # noqa: S101  # it was named just now
        return [
            name, one.health.state, one.health.reason, one.since, one.checked_at,
            sorted(one.tags), one.at_most, one.required,
        ]  # fmt: skip

    def _alerts(self) -> list[list[list[Any]]] | None:
        if not self.is_watching():
            return None
        shown = (self.watch.firing(), self.watch.ended()[-_ALERTS:])
        return [[listed(alert) for alert in alerts] for alerts in shown]


def marks(sessions: Sessions) -> tuple[set[int], set[int]]:
    """A number for each session that is active here, and for each that ended.

    Of two sessions in four thousand, one in five hundred times, the numbers are the same.
    """
    active: set[int] = set()
    ended: set[int] = set()
    for name, status in sessions.statuses():
        (active if status == "active" else ended).add(crc32(name.encode("utf-8", "replace")))
    return active, ended


def _told(session: Session) -> Session:
    """Without what a user said, or was answered."""
    return replace(
        session, user_id=masked(session.user_id), user_context=None, validation_results=None
    )


def _shared(figures: SharedStateFigures | None) -> list[Any] | None:
    return None if figures is None else [figures.is_up, figures.round_trip_ms]


def breakers(controls: Controls, clock: Clock, instance: str) -> list[tuple[Key, BreakerSeen]]:
    """Every breaker of this worker, which is called *instance*."""
    found = []
    behind = clock.wall() - clock.monotonic()
    for key, guard in controls.items():
        circuit = circuit_of(guard)
        if circuit is not None:
            retry_at = circuit.retry_at if circuit.name == "open" else None
            found.append((key, BreakerSeen(
                instance, circuit.name, circuit.reason or None,
                round(circuit.since + behind, 3) if circuit.since else 0.0,
                None if retry_at is None else round(retry_at + behind, 3),
                circuit.probes_in_flight, circuit.options.probes, circuit.refused,
                circuit.consecutive_failures, circuit.trips,
            )))  # fmt: skip
    return found


def limits(controls: Controls, clock: Clock) -> list[tuple[str, LimitSeen]]:
    """The rate limit of each integration that has one."""
    found: dict[str, LimitSeen] = {}
    now = clock.monotonic()
    for (integration, _), guard in controls.items():
        rate = rate_of(guard)
        if rate is None or integration in found:
            continue
        rate.used.advance(now)
        found[integration] = LimitSeen(
            rate.options.calls, rate.options.per_seconds, rate.used.total,
            round(rate.full_in_seconds(now), 1), rate.refused, rate.rate_limited,
        )  # fmt: skip
    return list(found.items())


def listed(one: Any) -> list[Any]:
    """The fields of a fact, in order."""
    names: Sequence[str] = type(one).__slots__
    return [getattr(one, name) for name in names]
