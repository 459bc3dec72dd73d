"""What one flow of control (a request, a task) knows of its session's context, as it goes on.

Held in a context variable: it lives as long as its flow, so there is nothing to evict. What came
before it, perhaps in another process, is judged from the record (`sessions/boundary.py`).
"""

from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from holdfast.seen import ContextSeen, FieldSeen
from holdfast.sessions.losses import Known, Loss, after, is_within, losses
from holdfast.sessions.snapshot import Privacy, digest_of, flattened, held, kept, named, weight


@dataclass(slots=True)
class Flow:
    """*begun*: the session started here, so nothing can have come before."""

    session_id: str
    begun: bool = False
    known: dict[str, Known] = field(default_factory=dict)
    kept: dict[str, FieldSeen] = field(default_factory=dict)
    opened: bool = False


flow: ContextVar[Flow | None] = ContextVar("holdfast_flow", default=None)


def flow_of(session_id: str, *, begun: bool = False) -> Flow:
    """This flow's knowledge of *session_id*, made when there is none yet."""
    found = flow.get()
    if found is None or found.session_id != session_id:
        found = Flow(session_id, begun)
        flow.set(found)
    return found


class Observation:
    """The context of one step: what it met, lost, gave and dropped."""

    def __init__(
        self, flow: Flow, step: str, context: Mapping[str, Any], privacy: Privacy,
        *, whole: bool, required: Collection[str],
    ) -> None:  # fmt: skip
        self._flow, self._step, self._privacy = flow, step, privacy
        self._whole, self._required = whole, tuple(required)
        values, self._cut = flattened(context)
        entered = {path: held(value) for path, value in values.items()}
        self.opening = not flow.opened
        first = self.opening and not flow.begun
        self.losses: list[Loss] = (
            [] if first else losses(flow.known, entered, whole=whole, required=self._required)
        )
        """What is already certain; for the first step of a flow that did not begin the session,
        nothing is."""
        self._entered = {
            path: kept(path, value, privacy)
            for path, value in values.items()
            if path not in flow.known or flow.known[path].field.digest != entered[path].digest
        }
        self._lacking = tuple(p for p in flow.known if p not in entered) if whole else ()
        self._given: dict[str, FieldSeen] = {}
        self._dropped: tuple[str, ...] = ()
        flow.known = after(flow.known, step, entered, whole=whole)
        flow.kept.update(self._entered)
        flow.opened = True

    def gives(self, fields: Mapping[str, Any]) -> None:
        """The step puts *fields* into the context; those that were there are replaced."""
        values, cut = flattened(fields)
        known = self._flow.known
        given = {path: held(value) for path, value in values.items()}
        for path, value in values.items():
            if path not in known or known[path].field.digest != given[path].digest:
                self._given[path] = kept(path, value, self._privacy)
        self._cut += cut
        self._flow.kept.update(self._given)
        self._flow.known = after(
            known, self._step, {}, whole=False, given=given, replaced=map(named, fields)
        )

    def drops(self, names: Collection[str]) -> None:
        """The step takes the fields *names* out of the context, on purpose."""
        self._dropped = (*self._dropped, *names)
        self._given = {
            path: one for path, one in self._given.items()
            if not any(is_within(path, name) for name in names)
        }  # fmt: skip
        self._flow.known = after(self._flow.known, self._step, {}, whole=False, gone=names)

    def seen(self) -> ContextSeen:
        """The context as the step leaves it, fit to be kept."""
        fields = {path: self._flow.kept[path] for path in self._flow.known}
        return ContextSeen(
            self.opening, self._whole, tuple(fields), self._entered, self._given, self._lacking,
            self._dropped, self._required, digest_of(fields),
            sum(weight(one.field) for one in self._flow.known.values()), self._cut,
            self._flow.begun,
        )  # fmt: skip
