"""One outage to play, read from its JSON document; what is wrong in it is named."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.simulator.errors import SimulatorError
from holdfast.simulator.kinds import COMMON, KINDS, Field, Kind
from holdfast.simulator.provider import AnyOperation, Provider
from holdfast.simulator.wire import Call, Json

Value = float | str | None


class InvalidScenario(SimulatorError):
    """One field of a scenario is wrong: *field*, its *value*, and what is *allowed*."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field, self.value, self.allowed = field, repr(value)[:100], allowed
        super().__init__(f"{field}: {self.value} is not allowed; use {allowed}")

    def within(self, name: str) -> "InvalidScenario":
        """The same, where *name* tells whose field it is."""
        inner = InvalidScenario(f"{name}.{self.field}", None, self.allowed)
        inner.value = self.value
        inner.args = (f"{inner.field}: {inner.value} is not allowed; use {inner.allowed}",)
        return inner


@dataclass(frozen=True, slots=True)
class Scenario:
    """A fault of one *kind* on the share *rate* of a provider's calls.

    *operation*: only that one; *times*: that many faulted calls; *for_seconds*: since it was set.
    """

    kind: str
    rate: float
    operation: str | None
    times: int | None
    for_seconds: float | None
    parameters: Mapping[str, Value]

    def document(self) -> dict[str, Value]:
        """The scenario as it can be stored again."""
        common = {"rate": self.rate, "operation": self.operation}
        until = {"times": self.times, "for_seconds": self.for_seconds}
        return {"kind": self.kind, **common, **until, **self.parameters}

    def number(self, name: str) -> float:
        """The numeric parameter *name*."""
        return float(self.parameters[name] or 0)

    def integer(self, name: str) -> int:
        """The whole-number parameter *name*."""
        return int(self.parameters[name] or 0)

    def text(self, name: str) -> str | None:
        """The text parameter *name*, None where it was left out."""
        value = self.parameters[name]
        return None if value is None else str(value)

    def hits(self, call: Call) -> bool:
        """Whether *call* is one of those to be faulted: seed, provider and number decide."""
        return self.operation in (None, call.operation) and call.dice("hit").random() < self.rate


def suits(kind: Kind, operation: AnyOperation) -> bool:
    """Whether *operation* can suffer a fault of this *kind*."""
    return not kind.content or kind.name in operation.twists


def read_scenario(document: Json, provider: Provider) -> Scenario:
    """The scenario that *document* describes for *provider*, such as `{"kind": "error"}`."""
    if not isinstance(document, dict):
        raise InvalidScenario("body", document, 'a JSON object such as {"kind": "error"}')
    kind = _kind(document.get("kind"), provider)
    fields = (*COMMON, *kind.parameters)
    known = {"kind", *(field.name for field in fields)}
    for name in document:
        if name not in known:
            raise InvalidScenario(str(name), document[name], f"only {_listed(known)}")
    values = {field.name: _value(field, document) for field in fields}
    _check_operation(values["operation"], kind, provider)
    _check_code(values, provider)
    common = {field.name: values.pop(field.name) for field in COMMON}
    return Scenario(kind.name, **common, parameters=values)  # type: ignore[arg-type]


def _kind(name: object, provider: Provider) -> Kind:
    possible = {k.name: k for k in KINDS if any(suits(k, o) for o in provider.everything)}
    if not isinstance(name, str) or name not in possible:
        raise InvalidScenario("kind", name, f"one of {_listed(possible)} for {provider.name}")
    return possible[name]


def _value(field: Field, document: Mapping[str, Json]) -> Value:
    value = document.get(field.name, field.default)
    if value is None and field.default is None:
        return None
    if field.type == "text":
        if not isinstance(value, str) or (field.allowed and value not in field.allowed):
            wanted = f"one of {_listed(field.allowed)}" if field.allowed else "a text"
            raise InvalidScenario(field.name, value, wanted)
        return value
    return _number(field, value)


def _number(field: Field, value: Json) -> float:
    types = (int,) if field.type == "integer" else (int, float)
    proper = isinstance(value, types) and not isinstance(value, bool) and math.isfinite(value)
    if not proper or not (field.minimum or 0) <= value <= (field.maximum or math.inf):
        article = "an integer" if field.type == "integer" else "a number"
        wanted = f"{article} between {field.minimum:g} and {field.maximum:g}"
        raise InvalidScenario(field.name, value, wanted)
    number: float = value
    return number


def _check_operation(name: Value, kind: Kind, provider: Provider) -> None:
    possible = [operation.name for operation in provider.everything if suits(kind, operation)]
    if name is not None and name not in possible:
        raise InvalidScenario("operation", name, f"null or one of {_listed(possible)}")


def _check_code(values: Mapping[str, Value], provider: Provider) -> None:
    code = values.get("code")
    if code is None:
        return
    status = int(values["status"] or 0)
    if code not in provider.codes(status):
        possible = _listed(provider.codes(status)) or "no code, leave it out"
        raise InvalidScenario("code", code, f"for status {status}: {possible}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
