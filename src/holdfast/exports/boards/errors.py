"""Errors of the application, and of those it stands on."""

from holdfast.exports.board import Board, panel, rate

_ERRORS = 'http_requests_total{status=~"5.."}'

ERRORS = Board(
    "holdfast-errors",
    "Holdfast / Errors",
    (
        (
            "The application's",
            (
                panel(
                    "By kind", "short",
                    (
                        rate("application_errors_total", "error_category, severity"),
                        "{{error_category}} {{severity}}",
                    ),
                ),
                panel(
                    "By component", "short",
                    (rate("application_errors_total", "component"), "{{component}}"),
                ),
                panel(
                    "By function and message", "short",
                    (
                        rate("application_error_details_total", "function, message_hash"),
                        "{{function}} {{message_hash}}",
                    ),
                ),
                panel(
                    "Routes that fail", "reqps",
                    (rate(_ERRORS, "handler, status"), "{{handler}} {{status}}"),
                ),
            ),
        ),
        (
            "Other people's",
            (
                panel(
                    "Calls that failed", "short",
                    (
                        rate("holdfast_call_errors_total", "integration, error_type"),
                        "{{integration}} {{error_type}}",
                    ),
                ),
                panel(
                    "External services", "short",
                    (
                        rate("external_service_errors_total", "service, error_code"),
                        "{{service}} {{error_code}}",
                    ),
                ),
                panel(
                    "Models", "short",
                    (
                        rate("ai_system_errors_total", "model, error_type"),
                        "{{model}} {{error_type}}",
                    ),
                ),
                panel(
                    "Authentication, database, sessions", "short",
                    (rate("auth_errors_total", "error_type"), "authentication {{error_type}}"),
                    (rate("database_errors_total", "db_type"), "database {{db_type}}"),
                    (rate("session_errors_total", "error_type"), "session {{error_type}}"),
                ),
                panel(
                    "Figures told wrongly", "short",
                    (
                        f"{rate('holdfast_tracking_misused_total', 'metric, reason')} or vector(0)",
                        "{{metric}} {{reason}}",
                    ),
                    about="The application names a metric, a label or a state that does not exist.",
                ),
            ),
        ),
    ),
)  # fmt: skip
