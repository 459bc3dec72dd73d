"""From findings to alerts: one for each trouble, from when it begins until it has stayed away."""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from holdfast.alerts.rules import RULES, Finding, Reading
from holdfast.events import AlertChanged
from holdfast.health.integration import Thresholds

Key = tuple[str, str]
"""(rule, integration)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """*quiet_seconds* without a finding resolve an alert; *history* ended ones are kept.

    At most *most_firing* fire at once; what more there is, is counted.
    """

    quiet_seconds: float = 60.0
    history: int = 200
    most_firing: int = 1_000


class Watch:
    """Alerts of one process. Every method takes *now* in Unix seconds.

    An alert that grows worse or better stays the same alert: its change is told once.
    """

    def __init__(
        self, thresholds: Thresholds, new_id: Callable[[], str],
        options: WatchOptions = WatchOptions(),
    ) -> None:  # fmt: skip
        self.thresholds, self._new_id, self._options = thresholds, new_id, options
        self._firing: dict[Key, AlertChanged] = {}
        self._seen_at: dict[Key, float] = {}
        self._ended: deque[AlertChanged] = deque(maxlen=options.history)
        self._others: list[AlertChanged] = []
        self._heirless: dict[Key, AlertChanged] = {}
        self.overflowed = 0

    def look(self, now: float, readings: Iterable[Reading]) -> list[AlertChanged]:
        """What changed, now that these are the figures. An excused integration changes nothing."""
        changed: list[AlertChanged] = []
        for reading in readings:
            if reading.excuse is None:
                for name, rule in RULES:
                    found = rule(reading, self.thresholds)
                    changed += self._settle((name, reading.integration), found, now)
        return changed

    def firing(self) -> list[AlertChanged]:
        """The alerts of now, the oldest first; each as it last changed."""
        return sorted(self._firing.values(), key=lambda alert: alert.since)

    def ended(self) -> list[AlertChanged]:
        """Resolved ones, the oldest first."""
        return list(self._ended)

    def follow(self, firing: Iterable[AlertChanged], ended: Iterable[AlertChanged]) -> None:
        """Know what another watch knows, in order to go on from there."""
        self._firing = {(alert.rule, alert.integration or ""): alert for alert in firing}
        self._seen_at = {key: alert.at for key, alert in self._firing.items()}
        self._ended = deque(ended, maxlen=self._options.history)
        self._forget_others({one.alert_id for one in (*self._firing.values(), *self._ended)})

    def others(self) -> list[AlertChanged]:
        """What the record says still fires and is not ours: of former processes, or beside us."""
        return list(self._others)

    def see_others(self, recorded: Iterable[AlertChanged], *, inherit: bool = False) -> None:
        """Take note of the firing alerts of the record.

        *inherit*: when we find the same trouble, it is the same alert that goes on.
        """
        own = {one.alert_id for one in self._firing.values()}
        self._others = [one for one in recorded if one.alert_id not in own]
        if inherit:
            self._heirless = {(one.rule, one.integration or ""): one for one in self._others}

    def end_others(self, ended: Iterable[AlertChanged]) -> None:
        """These are over, and were not ours."""
        over = {one.alert_id: one for one in ended}
        self._ended.extend(over.values())
        self._forget_others(over.keys())

    def forget(self) -> None:
        """Begin anew: nothing fires, nothing ever did."""
        self._firing.clear()
        self._seen_at.clear()
        self._ended.clear()
        self._others, self._heirless = [], {}

    def _forget_others(self, ids: Collection[str]) -> None:
        self._others = [one for one in self._others if one.alert_id not in ids]
        left = self._heirless.items()
        self._heirless = {key: one for key, one in left if one.alert_id not in ids}

    def _settle(self, key: Key, found: Finding | None, now: float) -> list[AlertChanged]:
        before = self._firing.get(key)
        if found is None:
            return self._quiet(key, before, now)
        if before is None and len(self._firing) >= self._options.most_firing:
            self.overflowed += 1
            return []
        before = before or self._inherited(key)
        self._seen_at[key] = now
        after = self._told(key, before, found, now)
        self._firing[key] = after
        return [after] if before is None or before.severity != after.severity else []

    def _inherited(self, key: Key) -> AlertChanged | None:
        found = self._heirless.pop(key, None)
        if found is not None:
            self._others = [one for one in self._others if one.alert_id != found.alert_id]
        return found

    def _quiet(self, key: Key, before: AlertChanged | None, now: float) -> list[AlertChanged]:
        if before is None or now - self._seen_at[key] < self._options.quiet_seconds:
            return []
        del self._firing[key], self._seen_at[key]
        over = _over(before, now)
        self._ended.append(over)
        return [over]

    def _told(
        self, key: Key, before: AlertChanged | None, found: Finding, now: float
    ) -> AlertChanged:
        rule, integration = key
        return AlertChanged(
            before.alert_id if before else self._new_id(),
            f"{rule}:{integration}",
            now if before is None or before.severity != found.severity else before.at,
            before.since if before else now,
            "firing",
            rule,
            found.severity,
            integration,
            found.message,
            found.value,
            found.threshold,
        )


def _over(alert: AlertChanged, at: float) -> AlertChanged:
    return AlertChanged(
        alert.alert_id, alert.fingerprint, at, alert.since, "resolved", alert.rule, alert.severity,
        alert.integration, alert.message, alert.value, alert.threshold,
    )  # fmt: skip
