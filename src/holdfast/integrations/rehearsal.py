"""An outage to rehearse, in the words of whoever orders one."""

import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from holdfast import errors
from holdfast.errors import CallFailed, ProviderError, TimedOut
from holdfast.guard.controls import EVERY
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.resilience.fault import Fault
from holdfast.resilience.policy import Call

Kind = Literal["delay", "error", "wrong_answer"]

ERRORS: dict[str, type[CallFailed]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type)
    and (kind is TimedOut or (issubclass(kind, ProviderError) and kind is not ProviderError))
}
"""What a provider can say, by name, and saying nothing in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """Strikes the calls of *integration* (``*``: of any) and *operation* (None: of any)."""

    integration: str = EVERY
    operation: str | None = None

    def __call__(self, call: Call) -> bool:
        """Whether *call* is one of them."""
        origin = call.origin
        return self.integration in (EVERY, origin.integration) and self.operation in (
            None, origin.operation,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What shall go wrong, for *rate* (0-1) of the attempts that *selected* picks.

    A *delay* of *delay_seconds* before the provider is asked; an *error* by the name of its class
    (`ERRORS`) instead of asking; or a *wrong_answer* instead: *answer* (JSON), which over an HTTP
    client is a 200 with that body. The latter two may come late as well.
    """

    kind: Kind
    selected: Selected
    rate: float = 1.0
    delay_seconds: float = 0.0
    error: str = "Unavailable"
    answer: Any = None

    def fault(self) -> Fault:
        """What a guard can inject. Raises ValueError with the value and what is allowed."""
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}, got {self.kind!r}")
        if self.error not in ERRORS:
            raise ValueError(f"error must be one of {', '.join(ERRORS)}, got {self.error!r}")
        return Fault(
            rate=self.rate,
            delay_seconds=self.delay_seconds,
            error=ERRORS[self.error] if self.kind == "error" else None,
            answer=self._answered if self.kind == "wrong_answer" else None,
            where=self._replaceable if self.kind == "wrong_answer" else self.selected,
        )

    def _replaceable(self, call: Call) -> bool:
        """A stream or a socket is not answered with a document."""
        return call.shareable and self.selected(call)

    def _answered(self, *arguments: Any, **_named: Any) -> Any:
        if not arguments or not isinstance(arguments[0], Asked):
            return self.answer
        body = json.dumps(self.answer).encode()
        return Exchange(arguments[0], 200, {"content-type": "application/json"}, body)


def selected_by(fault: Fault) -> Selected:
    """Whom *fault* strikes, as far as it was ordered as a `Rehearsal`."""
    where = getattr(fault.where, "__self__", fault.where)
    if isinstance(where, Rehearsal):
        return where.selected
    return where if isinstance(where, Selected) else Selected()
