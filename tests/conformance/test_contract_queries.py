"""The queries that JyotiFlow's dashboard asks: the names of its schema A answer on ours."""

from datetime import timedelta
from time import time
from typing import Any

import pytest
from sqlalchemy import URL, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.events import AnswerJudged, Event, Origin, Scope, Verdict
from holdfast.storage.tables_of_meaning import context, issues, social_log, validations
from holdfast.storage.tables_of_watch import alerts
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import batch, call, completed, opened, request, started

pytestmark = pytest.mark.real_time

FAIL = Verdict("fail", "the text is about the weather", "relevance", 0.3)

QUERIES = {
    "session": "SELECT id, session_id, user_id, started_at, completed_at, overall_status, "
    "user_context, validation_results, created_at FROM validation_sessions "
    "WHERE session_id = 's'",
    "validations of a session": "SELECT id, session_id, integration_name, validation_type, "
    "status, expected_value, actual_value, error_message, validation_time, auto_fixed "
    "FROM integration_validations WHERE session_id = 's' ORDER BY validation_time",
    "issues of a session": "SELECT id, session_id, issue_type, severity, description, "
    "auto_fixable, fixed, user_impact, created_at FROM business_logic_issues "
    "WHERE session_id = 's' ORDER BY created_at DESC",
    "context flow": "SELECT id, session_id, integration_point, context_data, context_hash, "
    "created_at FROM context_snapshots WHERE session_id = 's' ORDER BY created_at",
    "sessions of the last hour": "SELECT count(*) AS total, "
    "sum(CASE WHEN overall_status = 'success' THEN 1 ELSE 0 END) AS successful "
    "FROM validation_sessions WHERE started_at >= :hour_ago",
    "active sessions": "SELECT count(*) AS active FROM validation_sessions "
    "WHERE completed_at IS NULL AND started_at >= :hour_ago",
    "point health": "SELECT integration_name, count(*) AS total, "
    "sum(CASE WHEN status = 'success' THEN 1 ELSE 0 END) AS successful, "
    "max(validation_time) AS last_check FROM integration_validations "
    "WHERE validation_time >= :hour_ago GROUP BY integration_name",
    "by integration": "SELECT integration_name, count(*) AS total_calls, "
    "sum(CASE WHEN status = 'success' THEN 1 ELSE 0 END) AS successful_calls, "
    "avg(duration_ms) AS avg_duration_ms FROM integration_metrics_24h GROUP BY integration_name",
    "integration health": "SELECT integration_name, total_calls, successful_calls, success_rate, "
    "auto_fixed_count FROM integration_health",
    "recent errors": "SELECT error_message, count(*) AS count, max(validation_time) AS last "
    "FROM integration_validations WHERE integration_name = 'openai' AND status = 'failed' "
    "AND validation_time >= :day_ago GROUP BY error_message ORDER BY count(*) DESC LIMIT 5",
    "healing": "SELECT count(*) AS total_issues, "
    "sum(CASE WHEN auto_fixed THEN 1 ELSE 0 END) AS auto_fixed FROM integration_validations "
    "WHERE integration_name = 'openai' AND status <> 'success' AND validation_time >= :day_ago",
    "summary": "SELECT date, total_sessions, successful_sessions, failed_sessions, success_rate "
    "FROM validation_summary ORDER BY date DESC",
    "critical issues": "SELECT id, alert_type, severity, message, details, acknowledged, "
    "created_at FROM monitoring_alerts WHERE NOT acknowledged AND severity IN "
    "('critical', 'warning') AND created_at >= :day_ago ORDER BY created_at DESC LIMIT 10",
    "social activity": "SELECT platform, validation_type, status, count(*) AS count "
    "FROM social_media_validation_log WHERE created_at >= :day_ago "
    "GROUP BY platform, validation_type, status",
    "api calls": "SELECT endpoint, method, status_code, response_time, user_id, request_body, "
    "error FROM monitoring_api_calls WHERE endpoint = '/chat' AND at >= :day_ago "
    "ORDER BY at DESC",
}  # fmt: skip

FOUND: dict[str, dict[str, object]] = {
    "session": {"session_id": "s", "user_id": "somebody", "overall_status": "partial"},
    "validations of a session": {"integration_name": "openai", "status": "failed",
                                 "error_message": "the text is about the weather"},
    "issues of a session": {"issue_type": "rag_relevance", "severity": "error", "fixed": 0},
    "context flow": {"integration_point": "rag_knowledge", "context_hash": "h"},
    "sessions of the last hour": {"total": 1, "successful": 0},
    "active sessions": {"active": 0},
    "point health": {"integration_name": "openai", "total": 1, "successful": 0},
    "by integration": {"total_calls": 2, "successful_calls": 1, "avg_duration_ms": 120.0},
    "integration health": {"total_calls": 2, "successful_calls": 1, "success_rate": 50.0,
                           "auto_fixed_count": 0},
    "recent errors": {"error_message": "the text is about the weather", "count": 1},
    "healing": {"total_issues": 1, "auto_fixed": 0},
    "summary": {"total_sessions": 1, "successful_sessions": 0, "failed_sessions": 0,
                "success_rate": 0.0},
    "critical issues": {"alert_type": "breaker", "severity": "critical"},
    "social activity": {"platform": "x", "status": "failed", "count": 1},
    "api calls": {"endpoint": "/chat", "status_code": 200, "response_time": 300.0},
}  # fmt: skip


async def _fill(engine: AsyncEngine, now: float) -> None:
    """A session that failed in one of two steps, and one row where others write."""
    origin = Origin("openai", "chat", 1, Scope("s", None, "guidance"))
    at, made = stamp(now), {"instance": "host-1", "id": "1", "created_at": stamp(now)}
    events: list[Event] = [
        started("s", now - 60), call(now - 50, "s", step="chart"), request(now - 40, "s"),
        AnswerJudged(origin, now - 31, FAIL),
        call(now - 30, "s", step="guidance", outcome="failed", error="SemanticError",
             verdict=FAIL),
        completed("s", now - 20),
    ]  # fmt: skip
    await SqlEventLog(engine, "host-1").append(batch(*events))
    others: list[tuple[Any, dict[str, Any]]] = [
        (issues, made | {"session_id": "s", "issue_type": "rag_relevance", "severity": "error"}),
        (social_log, made | {"platform": "x", "validation_type": "content", "status": "failed"}),
        (context, {"at": at, "event_id": "1", "session_id": "s", "instance": "host-1",
                   "integration_point": "rag_knowledge", "context_data": {"question": "when"},
                   "context_hash": "h", "size_bytes": 20}),
        (alerts, {"id": "a", "alert_type": "breaker", "severity": "critical", "title": "t",
                  "message": "m", "fingerprint": "f", "state": "firing", "created_at": at,
                  "updated_at": at}),
    ]  # fmt: skip
    async with engine.begin() as connection:
        for table, row in others:
            await connection.execute(insert(table), row)


async def test_every_query_of_the_contract_answers(database: URL) -> None:
    """On rows made by events and by those who watch, with the values they stand for."""
    now = time()
    async with opened(database) as engine, engine.connect() as connection:
        await _fill(engine, now)
        ago = {"hour_ago": stamp(now) - timedelta(hours=1), "day_ago": stamp(now - 86_400)}
        if engine.dialect.name == "sqlite":
            ago = {name: at.strftime("%Y-%m-%d %H:%M:%S") for name, at in ago.items()}  # type: ignore[misc]
        for name, query in QUERIES.items():
            asked = {key: at for key, at in ago.items() if f":{key}" in query}
            found = (await connection.execute(text(query), asked)).mappings().all()
            assert len(found) == 1, name
            assert {key: found[0][key] for key in FOUND[name]} == FOUND[name], name
    assert set(FOUND) == set(QUERIES)


async def test_json_can_be_asked_inside(database: URL) -> None:
    """`expected_value` and `actual_value` are JSON, not text that looks like it."""
    row = {"id": "1", "validation_time": stamp(time()), "integration_name": "rag",
           "validation_type": "relevance", "status": "warning", "instance": "host-1",
           "actual_value": {"score": 0.41}}  # fmt: skip
    asked = "SELECT actual_value ->> 'score' FROM integration_validations"
    async with opened(database) as engine, engine.begin() as connection:
        await connection.execute(insert(validations), row)
        assert float(await connection.scalar(text(asked)) or 0) == 0.41
