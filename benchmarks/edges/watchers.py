"""Who watches: each puts itself around the application, and says what it has counted so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from fastapi import FastAPI

from benchmarks.edges.application import application
from holdfast.events import Event, RequestFinished
from holdfast.middleware.report import ReportRequests


class Counted(NamedTuple):
    """Of one series: how many, how long, how large; None is not measured."""

    number: float
    seconds: float | None = None
    received: float | None = None
    sent: float | None = None


Said = dict[str, Counted]
"""By what the series is called, labels in words."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched application. *open_sockets* is None where nobody counts them."""

    app: FastAPI
    said: Callable[[], Said]
    open_sockets: Callable[[], int] | None = None


def holdfast() -> Watched:
    """Ours, as `setup_monitoring` adds it."""
    app, told = application(), list[Event]()
    watched: list[ReportRequests] = []

    def around(inner: Any) -> ReportRequests:
        watched.append(ReportRequests(inner, sink=told.append))
        return watched[0]

    app.add_middleware(around)
    return Watched(app, lambda: _of_facts(told), lambda: watched[0].connections.websockets)


def _of_facts(told: Iterable[Event]) -> Said:
    found: Said = {}
    for one in told:
        if isinstance(one, RequestFinished):
            words = [one.method, one.route or "-", str(one.status)]
            words += ["client gone"] if one.outcome == "client_gone" else []
            words += [one.error] if one.error and one.error != str(one.status) else []
            before = found.get(key := " ".join(words), Counted(0, 0.0, 0, 0))
            found[key] = Counted(
                before.number + 1, (before.seconds or 0.0) + one.duration_ms / 1000,
                (before.received or 0) + one.request_bytes,
                (before.sent or 0) + one.response_bytes,
            )  # fmt: skip
    return found
