"""The views that JyotiFlow's queries read, made of our tables. Read-only.

Rates are percent of what ended, NULL when nothing did. The last 24 hours end at the database's now.
"""

from alembic import op

from holdfast.storage.migrations.days import on_postgres

_POSTGRES = {
    "$day": "(started_at AT TIME ZONE 'UTC')::date",
    "$yesterday": "now() - interval '1 day'",
    "$last_month": "now() - interval '30 days'",
}
_SQLITE = {
    "$day": "date(started_at)",
    "$yesterday": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 day')",
    "$last_month": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 days')",
}


def make_views() -> None:
    """Make them all."""
    words = _POSTGRES if on_postgres() else _SQLITE
    for statement in _VIEWS:
        for word, meaning in words.items():
            statement = statement.replace(word, meaning)  # noqa: PLW2901 - word by word
        op.execute(statement)


_VIEWS = (
    """CREATE VIEW validation_sessions AS
    SELECT session_id AS id, session_id, user_id, started_at, completed_at, overall_status,
        user_context, validation_results, started_at AS created_at, service_type, status,
        issues_found, auto_fixes_applied, duration_ms
    FROM monitoring_sessions""",
    """CREATE VIEW context_snapshots AS
    SELECT event_id AS id, session_id, integration_point, context_data, context_hash,
        at AS created_at
    FROM monitoring_context""",
    """CREATE VIEW validation_summary AS
    SELECT $day AS date, count(*) AS total_sessions,
        sum(CASE WHEN overall_status = 'success' THEN 1 ELSE 0 END) AS successful_sessions,
        sum(CASE WHEN overall_status = 'failed' THEN 1 ELSE 0 END) AS failed_sessions,
        100.0 * sum(CASE WHEN overall_status = 'success' THEN 1 ELSE 0 END)
            / nullif(sum(CASE WHEN overall_status <> 'running' THEN 1 ELSE 0 END), 0)
            AS success_rate
    FROM monitoring_sessions WHERE started_at >= $last_month
    GROUP BY 1""",
    """CREATE VIEW integration_health AS
    SELECT calls.integration AS integration_name, calls.total_calls, calls.successful_calls,
        100.0 * calls.successful_calls / nullif(calls.total_calls, 0) AS success_rate,
        coalesce(fixed.auto_fixed_count, 0) AS auto_fixed_count
    FROM (
        SELECT integration,
            sum(CASE WHEN outcome IN ('succeeded', 'failed') THEN 1 ELSE 0 END) AS total_calls,
            sum(CASE WHEN outcome = 'succeeded' THEN 1 ELSE 0 END) AS successful_calls
        FROM monitoring_integration_calls WHERE at >= $yesterday GROUP BY integration
    ) AS calls LEFT JOIN (
        SELECT integration_name, count(*) AS auto_fixed_count FROM integration_validations
        WHERE validation_time >= $yesterday AND auto_fixed GROUP BY integration_name
    ) AS fixed ON fixed.integration_name = calls.integration""",
    """CREATE VIEW integration_metrics_24h AS
    SELECT session_id, integration AS integration_name,
        CASE outcome WHEN 'succeeded' THEN 'success' ELSE outcome END AS status,
        latency_ms AS duration_ms, at AS validation_time
    FROM monitoring_integration_calls WHERE at >= $yesterday""",
)
