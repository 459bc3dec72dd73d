"""The names and labels of OpenTelemetry's HTTP conventions, as Prometheus has them."""

import pytest

from holdfast.telemetry.exposition.families import FAMILIES
from holdfast.telemetry.requests import RequestMetrics

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30)
INBOUND = "http_request_method http_route http_response_status_code error_type otel_metric_overflow"
OUTBOUND = "http_request_method server_address server_port http_response_status_code error_type"
NAMES = {
    "http_server_request_duration_seconds": ("histogram", INBOUND, BOUNDS),
    "http_server_active_requests": ("gauge", "", ()),
    "http_server_request_body_size_bytes": ("summary", INBOUND, ()),
    "http_server_response_body_size_bytes": ("summary", INBOUND, ()),
    "http_client_request_duration_seconds": ("histogram", OUTBOUND, BOUNDS),
    "http_server_time_to_first_byte_seconds": ("histogram", INBOUND, BOUNDS),
    "http_server_websocket_active_connections": ("gauge", "", ()),
    "asyncio_loop_lag_seconds": ("histogram", "", BOUNDS),
    "holdfast_events_dropped_total": ("counter", "reason", ()),
}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_declared_as_the_conventions_have_it(name: str) -> None:
    """Kind, labels in any order, and buckets."""
    (family,) = [one for one in FAMILIES if one.name == name]
    kind, labels, bounds = NAMES[name]
    assert (family.kind, set(family.labels), family.bounds) == (kind, set(labels.split()), bounds)


def test_nobodys_identity_is_a_label() -> None:
    """Users, sessions, calls and traces are in the record: as labels each would be a series."""
    labels = {label for family in FAMILIES for label in family.labels}
    assert not [one for one in labels if one.endswith("_id") or one in ("user", "session", "ip")]


def test_two_thousand_label_sets_are_the_bound() -> None:
    """Of inbound requests, unless somebody says otherwise; tests/telemetry/test_prometheus.py
    shows what happens beyond.
    """  # noqa: D205  # one sentence, too long for one line
    assert RequestMetrics()._most_series == 2_000
