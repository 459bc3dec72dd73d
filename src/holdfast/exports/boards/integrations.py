"""Other people's APIs: outcome, meaning, time, and what protects from them."""

from holdfast.exports.board import Board, mean, panel, quantile, rate, share

_CALLS = "holdfast_calls_total"

_WAITED = "holdfast_wait_duration_seconds"
_NOT_CLOSED = 'holdfast_breaker_state{state!~"closed|forced_closed|disabled"}'

INTEGRATIONS = Board(
    "holdfast-integrations",
    "Holdfast / Integrations and meaning",
    (
        (
            "Outcome",
            (
                panel("Calls a second", "ops", (rate(_CALLS, "integration"), "{{integration}}")),
                panel(
                    "Calls that fail", "percentunit",
                    (
                        share(
                            f'{_CALLS}{{outcome="failed"}}',
                            f'{_CALLS}{{outcome=~"succeeded|failed"}}', "integration",
                        ),
                        "{{integration}}",
                    ),
                    about="Of those that went out: refused and cancelled calls are in neither.",
                ),
                panel(
                    "Answers that mean something", "percentunit",
                    (
                        share(
                            'holdfast_answers_judged_total{judgement!="fail"}',
                            "holdfast_answers_judged_total", "integration",
                        ),
                        "{{integration}}",
                    ),
                ),
                panel(
                    "Refused", "ops",
                    (rate(f'{_CALLS}{{outcome="refused"}}', "integration"), "{{integration}}"),
                ),
            ),
        ),
        (
            "Time",
            (
                panel(
                    "Attempts, p95", "s",
                    (
                        quantile(0.95, "holdfast_attempt_duration_seconds", "integration"),
                        "{{integration}}",
                    ),
                ),
                panel(
                    "Waiting, mean", "s",
                    (
                        mean(_WAITED, "integration"),
                        "{{integration}}",
                    ),
                ),
                panel(
                    "HTTP to the head of the answer, p95", "s",
                    (
                        quantile(0.95, "http_client_request_duration_seconds", "server_address"),
                        "{{server_address}}",
                    ),
                    about="Each request that went out, by the server that it went to.",
                ),
                panel(
                    "Other services, p95", "s",
                    (quantile(0.95, "external_api_duration_seconds", "service"), "{{service}}"),
                ),
                panel(
                    "Databases, p95", "s",
                    (
                        quantile(0.95, "database_query_duration_seconds", "query_type"),
                        "{{query_type}}",
                    ),
                ),
            ),
        ),
        (
            "Protection",
            (
                panel(
                    "Breakers that are not closed", "short",
                    (
                        f"sum by (integration, operation) ({_NOT_CLOSED})",
                        "{{integration}} {{operation}}",
                    ),
                ),
                panel(
                    "Trips and retries a minute", "short",
                    (f"60 * {rate('holdfast_breaker_trips_total')}", "trips"),
                    (f"60 * {rate('holdfast_retries_total')}", "retries"),
                    (f"60 * {rate('holdfast_rate_limited_total')}", "too many, said the provider"),
                ),
                panel(
                    "Where answers are from", "ops",
                    (rate("holdfast_answers_served_total", "source"), "{{source}}"),
                ),
            ),
        ),
    ),
)  # fmt: skip
