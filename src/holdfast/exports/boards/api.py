"""What users of the API see: requests, errors, time."""

from holdfast.exports.board import Board, panel, percentiles, quantile, rate, share

_REQUESTS = "http_requests_total"
_ERRORS = 'http_requests_total{status=~"5.."}'
_SECONDS = "http_server_request_duration_seconds"

API = Board(
    "holdfast-api",
    "Holdfast / API performance",
    (
        (
            "Requests",
            (
                panel(
                    "Requests a second", "reqps",
                    (rate(_SECONDS + "_count", "http_route"), "{{http_route}}"),
                ),
                panel(
                    "Answers by status", "reqps",
                    (rate("crowdfunding_api_requests_total", "status"), "{{status}}"),
                ),
                panel(
                    "Share of errors", "percentunit",
                    (share(_ERRORS, _REQUESTS, "handler"), "{{handler}}"),
                ),
                panel(
                    "In flight", "short",
                    ("sum(http_server_active_requests)", "requests"),
                    ("sum(http_server_websocket_active_connections)", "sockets"),
                ),
            ),
        ),
        (
            "Time",
            (
                panel("Duration", "s", *percentiles(_SECONDS)),
                panel(
                    "p95 by route", "s",
                    (quantile(0.95, _SECONDS, "http_route"), "{{http_route}}"),
                ),
                panel(
                    "Time to the first byte", "s",
                    *percentiles("http_server_time_to_first_byte_seconds"),
                ),
                panel(
                    "Bodies", "Bps",
                    (rate("http_server_request_body_size_bytes_sum"), "received"),
                    (rate("http_server_response_body_size_bytes_sum"), "sent"),
                ),
            ),
        ),
    ),
)  # fmt: skip
