"""Facts to fold: whole histories of calls, and requests."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from holdfast.events import (
    AnswerJudged,
    AttemptFailed,
    CallFinished,
    Event,
    Origin,
    Outcome,
    RequestFinished,
    Scope,
    Usage,
    Verdict,
)

Ending = Literal[
    "succeeded", "failed", "retry refused", "left waiting", "left in attempt", "refused"
]
ENDINGS: list[Ending] = [
    "succeeded", "failed", "retry refused", "left waiting", "left in attempt", "refused",
]  # fmt: skip
OUTCOMES: dict[Ending, Outcome] = {
    "succeeded": "succeeded", "failed": "failed", "retry refused": "failed",
    "left waiting": "cancelled", "left in attempt": "cancelled", "refused": "refused",
}  # fmt: skip
ERRORS = ("Unavailable", "RateLimited", "TimedOut")


@dataclass(frozen=True)
class History:
    """One call of *operation*: failed attempts (error number, milliseconds), then its *ending*."""

    operation: str
    failures: tuple[tuple[int, float], ...]
    ending: Ending
    latency_ms: float
    judged: Verdict | None

    @property
    def outcome(self) -> Outcome:
        """How the call ended."""
        return OUTCOMES[self.ending]

    @property
    def told(self) -> tuple[tuple[int, float], ...]:
        """The failed attempts that a further one was meant to follow."""
        return () if self.ending == "refused" else self.failures

    @property
    def latencies(self) -> list[float]:
        """The duration of every attempt that came back, once."""
        ended = [self.latency_ms] if self.ending in ("succeeded", "failed") else []
        return [milliseconds for _, milliseconds in self.told] + ended

    @property
    def attempts(self) -> int:
        """Attempts that went out."""
        return len(self.told) + (self.ending in ("succeeded", "failed", "left in attempt"))

    def events(self, call_id: int, at: float) -> list[Event]:
        """What a guard would tell of it."""
        origin = Origin("sun", self.operation, call_id, Scope())
        told: list[Event] = [
            AttemptFailed(origin, at, number, ERRORS[error], "why", milliseconds, 0.5)
            for number, (error, milliseconds) in enumerate(self.told, start=1)
        ]
        latency_ms = self.latency_ms if self.attempts > len(self.told) else None
        if self.ending == "failed":
            told.append(
                AttemptFailed(origin, at, self.attempts, "OSError", "", self.latency_ms, None)
            )
        elif latency_ms is None and self.told:
            latency_ms = self.told[-1][1]
        if self.judged is not None and self.judged.judgement != "pass":
            told.append(AnswerJudged(origin, at, self.judged))
        error = None if self.ending == "succeeded" else "OSError"
        return [*told, CallFinished(
            origin, at, self.outcome, latency_ms, 3.0, 9.0, self.attempts, error, None,
            self.judged, usage=Usage("tokens", 1.0),
        )]  # fmt: skip


MILLISECONDS = st.floats(0.0, 1e5)
HISTORIES = st.builds(
    History,
    operation=st.sampled_from(["rise", "set", "shine"]),
    failures=st.lists(st.tuples(st.integers(0, 2), MILLISECONDS), max_size=3).map(tuple),
    ending=st.sampled_from(ENDINGS),
    latency_ms=MILLISECONDS,
    judged=st.sampled_from([None, Verdict("pass"), Verdict("warn"), Verdict("fail")]),
).filter(lambda one: one.told or one.ending not in ("retry refused", "left waiting"))

REQUESTS = st.builds(
    RequestFinished,
    at=st.just(0.0),
    method=st.sampled_from(["GET", "POST"]),
    route=st.sampled_from(["", "/a", "/b/{id}"]),
    status=st.sampled_from([0, 200, 404, 500]),
    outcome=st.sampled_from(["succeeded", "failed", "client_gone"]),
    duration_ms=MILLISECONDS,
    first_byte_ms=st.none(),
    request_bytes=st.integers(0, 10**9),
    response_bytes=st.integers(0, 10**9),
    error=st.sampled_from([None, "KeyError"]),
    scope=st.just(Scope()),
)


def request(**changes: object) -> RequestFinished:
    """A request that just worked, but for *changes*."""
    fields = {
        "at": 0.0, "method": "GET", "route": "/", "status": 200, "outcome": "succeeded",
        "duration_ms": 12.34, "first_byte_ms": None, "request_bytes": 1, "response_bytes": 2,
        "error": None, "scope": Scope(), **changes,
    }  # fmt: skip
    return RequestFinished(**fields)  # type: ignore[arg-type]


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time set."""
        return self.now
