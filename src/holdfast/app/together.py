"""All living workers' present, as the routes read it: this worker's own is live."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.api.elsewhere import BreakerSeen, LimitSeen
from holdfast.app.present import Present, breakers, limits, marks
from holdfast.guard.controls import Key
from holdfast.health.components import Component
from holdfast.health.state import GRAVITY, Health
from holdfast.telemetry.buffer import RecordStatus, Word
from holdfast.telemetry.deployment.deployment import Deployment, DeploymentStatus
from holdfast.telemetry.deployment.figures import DeploymentFigures
from holdfast.telemetry.executor_backlog import executor_backlog
from holdfast.telemetry.plain import unpacked_all
from holdfast.telemetry.process import together
from holdfast.telemetry.shared_state import SharedStateFigures

_GRAVITY: Mapping[Word, int] = {"ok": 0, "off": 1, "behind": 2, "failing": 3}


class Together:
    """Fulfils what `Services` asks for."""

    def __init__(self, deployment: Deployment, present: Present) -> None:
        self._deployment, self._present = deployment, present

    def requests_in_flight(self) -> int:
        """Of all workers."""
        others = sum(number for _, it in self.others() for *_, number in it["in_flight"])
        return int(self._present.connections.requests + others)

    def requests_by_route(self) -> dict[tuple[str, str], int]:
        """Of all workers, by (method, route)."""
        found = Counter(self._present.connections.by_route())
        for _, it in self.others():
            for method, route, number in it["in_flight"]:
                found[method, route] += number
        return found

    def open_websockets(self) -> int:
        """Of all workers."""
        others = sum(it["open_websockets"] for _, it in self.others())
        return int(self._present.connections.websockets + others)

    def breakers(self) -> dict[Key, list[BreakerSeen]]:
        """Every worker's, this one's first."""
        found: dict[Key, list[BreakerSeen]] = {}
        present, instance = self._present, self._deployment.instance
        for key, own in breakers(present.controls, present.clock, instance):
            found[key] = [own]
        for name, it in self.others():
            for integration, operation, _, *told in it["breakers"]:
                found.setdefault((integration, operation), []).append(BreakerSeen(name, *told))
        return found

    def limits(self) -> dict[str, LimitSeen]:
        """Each integration's; what all workers used of it is added up."""
        found = dict(limits(self._present.controls, self._present.clock))
        for _, it in self.others():
            for integration, *told in it["limits"]:
                its, own = LimitSeen(*told), found.get(integration)
                found[integration] = its if own is None else LimitSeen(
                    own.limit, own.per_seconds, own.used + its.used,
                    max(own.resets_in_seconds, its.resets_in_seconds),
                    own.refused + its.refused, own.rate_limited + its.rate_limited,
                )  # fmt: skip
        return found

    def record(self) -> RecordStatus:
        """The worst worker's word; what waits and what was counted is everybody's."""
        own, counters = self._present.record(), self._deployment.counters
        states = [
            (own.status, own.waiting, own.spooled, own.spool_bytes),
            *(it["record"] for _, it in self.others()),
        ]  # fmt: skip
        words, waiting, spooled, spool_bytes = zip(*states, strict=True)
        word: Word = max(words, key=_GRAVITY.__getitem__)
        dropped = {
            name.removeprefix(RECORD_DROPPED): count
            for name, count in counters.items() if name.startswith(RECORD_DROPPED)
        }  # fmt: skip
        return RecordStatus(
            word, sum(waiting), counters.get(RECORD_WRITTEN, 0), dropped, own.last_error,
            own.last_written_at, sum(spooled), sum(spool_bytes),
        )  # fmt: skip

    def dropped(self) -> dict[str, int]:
        """What was dropped elsewhere than on the way to the record, by reason."""
        counters = self._deployment.counters.items()
        found = {name.removeprefix(DROPPED): n for name, n in counters if name.startswith(DROPPED)}
        return {reason: count for reason, count in found.items() if count}

    def figures(self) -> DeploymentFigures:
        """How the workers get on."""
        counters = self._deployment.counters
        return DeploymentFigures(
            max(self._deployment.status().workers, 1), counters.get(FAILURES, 0),
            counters.get(UNKNOWN_VERSIONS, 0),
        )  # fmt: skip

    def shared_state(self) -> SharedStateFigures | None:
        """Up while every worker is; the longest round trip, everybody's failures and joins."""
        own, counters = self._present.shared_state(), self._deployment.counters
        if own is None:
            return None
        told = [it["shared_state"] for _, it in self.others() if it["shared_state"]]
        trips = [trip for _, trip in told if trip is not None]
        if own.round_trip_ms is not None:
            trips.append(own.round_trip_ms)
        return SharedStateFigures(
            own.is_up and all(is_up for is_up, _ in told), counters.get(SHARED_FAILURES, 0),
            counters.get(SHARED_JOINS, 0), max(trips, default=None),
        )  # fmt: skip

    def executor(self) -> dict[str, int]:
        """What waits for a thread, in all workers."""
        found = Counter(executor_backlog())
        for _, it in self.others():
            found.update(it["executor"])
        return found

    def processes(self) -> dict[str, float]:
        """What all workers use."""
        return together((self._present.process(), *(it["process"] for _, it in self.others())))

    def sessions_active(self) -> int:
        """How many are going on somewhere, and ended nowhere: each once."""
        active, ended = marks(self._present.sessions)
        for _, it in self.others():
            going, over = map(unpacked_all, it["session_marks"])
            active.update(going)
            ended.update(over)
        return len(active - ended)

    def components(self) -> list[Component]:
        """Each as the worker sees it that sees it worst."""
        found = {one.name: one for one in self._present.components.all()}
        for _, it in self.others():
            for name, state, reason, since, checked_at, tags, at_most, required in it["components"]:
                one = Component(
                    name, Health(state, reason), since, checked_at, frozenset(tags), at_most,
                    required,
                )  # fmt: skip
                own = found.get(name)
                if own is None or GRAVITY[state] > GRAVITY[own.health.state]:
                    found[name] = one
        return list(found.values())

    def others(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The other living workers: instance and document."""
        for snapshot in self._deployment.living():
            if snapshot.instance != self._deployment.instance and "in_flight" in snapshot.extra:
                yield snapshot.instance, snapshot.extra


FAILURES = "board_failures"
UNKNOWN_VERSIONS = "unknown_versions"
RECORD_WRITTEN = "record_written"
RECORD_DROPPED = "record_dropped "
DROPPED = "dropped "
SHARED_FAILURES = "shared_failures"
SHARED_JOINS = "shared_joins"
"""What the names of counters begin with."""


def counters(
    record: RecordStatus,
    dropped: Mapping[str, int],
    deployment: DeploymentStatus,
    shared: SharedStateFigures | None,
) -> dict[str, int]:
    """One worker's totals by name."""
    return {
        FAILURES: deployment.failures,
        UNKNOWN_VERSIONS: deployment.unknown_versions,
        RECORD_WRITTEN: record.written,
        **({SHARED_FAILURES: shared.failures, SHARED_JOINS: shared.joins} if shared else {}),
        **{RECORD_DROPPED + reason: count for reason, count in record.dropped.items()},
        **{DROPPED + reason: count for reason, count in dropped.items()},
    }
