"""Business facts: what is worth money to the application, and the rules that such facts must keep.

A fact that breaks a rule is kept all the same, with an issue beside it: losing revenue from the
books because a monitor disliked it would be the worse lie. Nothing here raises into business code.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from threading import Lock
from typing import Any

from holdfast import context
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import BusinessFact, Event, IssueFound, Scope, Severity, Sink
from holdfast.telemetry.redact import one_line, redact

_MOST_DIMENSIONS = 10
_LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRule:
    """What must hold of every fact called *name*; what breaks it is an issue of *severity*.

    *check* is the application's own: it takes the fact and returns why it is wrong, or None. It
    must be quick and must not block.
    """

    name: str
    minimum: float | None = None
    maximum: float | None = None
    units: Collection[str] = ()
    requires: Collection[str] = ()
    check: Callable[[BusinessFact], str | None] | None = None
    severity: Severity = "warning"
    user_impact: str | None = None

    def violations(self, fact: BusinessFact) -> list[str]:
        """Why *fact* breaks this rule, in words; empty when it does not."""
        found = []
        if self.minimum is not None and fact.value < self.minimum:
            found.append(f"{fact.value:g} is below {self.minimum:g}")
        if self.maximum is not None and fact.value > self.maximum:
            found.append(f"{fact.value:g} is above {self.maximum:g}")
        if self.units and fact.unit not in self.units:
            found.append(f"unit {fact.unit!r} is none of {', '.join(self.units)}")
        found += [f"{name} is not said" for name in self.requires if not fact.dimensions.get(name)]
        if self.check is not None:
            found += [why for why in [_asked(self.check, fact)] if why]
        return found


class Business:
    """Tells *sink* of business facts and of the rules they break; for any thread."""

    def __init__(self, sink: Sink, clock: Clock = SYSTEM_CLOCK) -> None:
        self._sink, self._clock = sink, clock
        self._rules: dict[str, list[BusinessRule]] = {}
        self._lock = Lock()

    def add_rule(self, rule: BusinessRule) -> None:
        """From now on facts of its name must keep *rule*."""
        with self._lock:
            self._rules[rule.name] = [*self._rules.get(rule.name, []), rule]

    def track(
        self, name: str, value: float | Decimal = 1, *, kind: str = "count", unit: str = "1",
        session_id: str | None = None, user_id: str | None = None,
        dimensions: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """One fact, of the current session and user unless others are named."""
        here = context.scope.get()
        scope = Scope(
            session_id or here.session_id, user_id or here.user_id, here.step, here.request_id,
            here.trace_id,
        )  # fmt: skip
        number = _number(value)
        if number is None:
            why = f"{_shown(name)}: {_shown(value)} is not a number that can be added up"
            self._sink(self._issue(scope, "business_value", "warning", why))
            return
        fact = BusinessFact(
            scope, self._clock.wall(), _shown(name), _shown(kind), number, _shown(unit),
            _texts(dimensions or {}),
        )  # fmt: skip
        self._sink(fact)
        for issue in violations(fact, self._rules.get(name, ())):
            self._sink(issue)

    def _issue(self, scope: Scope, kind: str, severity: Severity, why: str) -> Event:
        return IssueFound(scope, self._clock.wall(), kind, severity, why)


def violations(fact: BusinessFact, rules: Sequence[BusinessRule]) -> list[IssueFound]:
    """An issue for each of *rules* that *fact* breaks."""
    broken = ((rule, rule.violations(fact)) for rule in rules)
    return [
        IssueFound(
            fact.scope, fact.at, "business_rule", rule.severity,
            f"{fact.name}: {'; '.join(found)}", rule.user_impact,
            {"name": fact.name, "kind": fact.kind, "value": f"{fact.value:g}", "unit": fact.unit},
        )
        for rule, found in broken
        if found
    ]  # fmt: skip


def _asked(check: Callable[[BusinessFact], str | None], fact: BusinessFact) -> str | None:
    try:
        return check(fact)
    except Exception as error:  # noqa: BLE001 - the application's code, beside its business
        return f"its check failed: {one_line(error)}"


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if isfinite(number) else None


def _shown(value: Any) -> str:
    try:
        return redact(str(value), _LONGEST_TEXT)
    except Exception:  # noqa: BLE001 - the application's own text of it
        return type(value).__name__


def _texts(dimensions: Any) -> dict[str, str]:
    if not isinstance(dimensions, Mapping):
        return {"dimensions": _shown(dimensions)}
    some = list(dimensions.items())[:_MOST_DIMENSIONS]
    return {_shown(name): _shown(value) for name, value in some}
