"""Inbound requests, named as OpenTelemetry's conventions for HTTP name them."""

from collections.abc import Iterator

from holdfast.telemetry.exposition.lines import Lines, numbers_of
from holdfast.telemetry.family import SECONDS, Family
from holdfast.telemetry.requests import OVERFLOW, RequestMetrics

_LABELS = (
    "http_request_method", "http_route", "http_response_status_code", "error_type",
    "otel_metric_overflow",
)  # fmt: skip

DURATION = Family(
    "http_server_request_duration_seconds", "histogram",
    "Duration of inbound requests to the last body byte.", _LABELS, SECONDS,
)  # fmt: skip
FIRST_BYTE = Family(
    "http_server_time_to_first_byte_seconds", "histogram",
    "Time of inbound requests to the first body byte sent.", _LABELS, SECONDS,
)  # fmt: skip
RECEIVED = Family(
    "http_server_request_body_size_bytes", "summary",
    "Request body bytes received.", _LABELS,
)  # fmt: skip
SENT = Family(
    "http_server_response_body_size_bytes", "summary",
    "Response body bytes sent.", _LABELS,
)  # fmt: skip

_numbers = numbers_of(SECONDS)


class Inbound:
    """The families of `http_server_*`, over what was counted."""

    def __init__(self, requests: RequestMetrics) -> None:
        self._requests = requests
        self._duration, self._first_byte = Lines(DURATION), Lines(FIRST_BYTE)
        self._received, self._sent = Lines(RECEIVED), Lines(SENT)

    def text(self) -> Iterator[str]:
        """Every series."""
        series = [
            ((*labels, "true" if labels == OVERFLOW else ""), one)
            for labels, one in self._requests.exposed().items()
        ]
        yield from self._duration.of(
            (key, _numbers(one.buckets, one.seconds)) for key, one in series
        )
        yield from self._first_byte.of(
            (key, _numbers(one.first_byte_buckets, one.first_byte_seconds)) for key, one in series
        )
        yield from self._received.of((key, (one.count, one.request_bytes)) for key, one in series)
        yield from self._sent.of((key, (one.count, one.response_bytes)) for key, one in series)
