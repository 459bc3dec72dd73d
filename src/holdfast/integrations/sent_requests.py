"""What every HTTP request that goes out took, by OpenTelemetry's conventions for HTTP clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from holdfast.clock import Clock
from holdfast.errors import HoldfastError
from holdfast.events import MetricTracked, Sink

METRIC = "client_request_duration"
"""Its key among the metrics that are told."""

_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
)
_PORTS = {"http": 80, "https": 443}


class Sent:
    """One request on its way; *status* is set when the head of its answer is there."""

    __slots__ = ("status",)

    def __init__(self) -> None:
        self.status = 0


class SentRequests:
    """Tells *sink* of each request from its first byte to the head of its answer.

    A request that our own timeout or the caller gave up has the error type "cancelled"; one that
    a full pool never let out is not told.
    """

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink, self._clock = sink, clock

    @contextmanager
    def timed(self, request: Any) -> Iterator[Sent]:
        """Time what is sent inside; *request* is the HTTP library's own."""
        sent, since = Sent(), self._clock.monotonic()
        error = ""
        try:
            yield sent
        except HoldfastError as failure:
            error = type(failure).__name__
            raise
        except BaseException:
            error = "cancelled"
            raise
        finally:
            if error != "CallRefused":
                self._tell(request, sent.status, error, self._clock.monotonic() - since)

    def _tell(self, request: Any, status: int, error: str, seconds: float) -> None:
        url, method = request.url, request.method
        if status >= HTTPStatus.BAD_REQUEST:
            error = str(status)
        labels = (
            method if method in _METHODS else "_OTHER", url.host,
            str(url.port or _PORTS.get(url.scheme, "")), str(status) if status else "", error,
        )  # fmt: skip
        self._sink(MetricTracked(METRIC, labels, seconds, self._clock.wall()))
