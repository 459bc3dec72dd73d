"""Every `EventLog` keeps all of a batch or nothing, once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import URL

from holdfast.clock import stamp
from holdfast.events import (
    AttemptFailed,
    BreakerMoved,
    ControlUsed,
    Origin,
    Scope,
    Usage,
    Verdict,
)
from holdfast.storage.all_tables import EVENT_TABLES
from holdfast.storage.tables import (
    api_calls,
    audit,
    integration_calls,
    integration_health,
)
from holdfast.storage.writer import SqlEventLog
from holdfast.telemetry.event_log import EventsRefused
from tests.conformance.record import NOW, batch, call, count, opened, request, rows

pytestmark = pytest.mark.real_time


async def test_a_call_is_kept_as_it_was(database: URL) -> None:
    """Each field of a finished call stands in its column, with its verdict and usage."""
    verdict = Verdict("warn", "only half of the question is answered", "coverage", 0.5)
    event = call(
        session_id="s-1", user_id="u-1", step="guidance", verdict=verdict, attempts=2,
        first_byte_ms=80.0, served_from="cache", usage=Usage("tokens", 812.0, 99_188.0),
    )  # fmt: skip
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(event, first=7))
        [row] = await rows(engine, integration_calls)
    assert row == {
        "at": datetime(2027, 1, 15, 8, 0, tzinfo=UTC), "event_id": "host-1-000000000007",
        "integration": "openai", "operation": "chat", "outcome": "succeeded", "error_type": None,
        "reason": "only half of the question is answered", "latency_ms": 120.0,
        "first_byte_ms": 80.0, "waited_ms": 5.0, "total_ms": 125.0, "attempts": 2,
        "served_from": "cache", "verdict": "warn", "score": 0.5, "method": "coverage",
        "usage": {"unit": "tokens", "amount": 812.0, "remaining": 99_188.0},
        "session_id": "s-1", "user_id": "u-1", "step": "guidance", "request_id": None,
        "trace_id": None, "instance": "host-1", "stale_age_s": None, "cost": None,
    }  # fmt: skip


async def test_a_request_is_kept_as_it_was(database: URL) -> None:
    """Each field of an answered request stands in its column, by the names of the contract."""
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(request(status=500, error="KeyError")))
        [row] = await rows(engine, api_calls)
    expected = {
        "endpoint": "/chat", "method": "POST", "status_code": 500, "response_time": 300.0,
        "first_byte_ms": 290.0, "request_bytes": 10, "response_bytes": 2_000, "error": "KeyError",
        "user_id": None, "at": stamp(NOW),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


async def test_breaker_moves_and_operators_are_kept(database: URL) -> None:
    """What a breaker did, and who did what to it, can be read afterwards."""
    moved = BreakerMoved("openai", "chat", NOW, "closed", "open", "5 failures in a row", 60.0)
    used = ControlUsed("openai", None, NOW, "reset_breaker:closed", "ops@example.com")
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(moved, used))
        [health], [action] = await rows(engine, integration_health), await rows(engine, audit)
    assert health["breaker_state"] == "open"
    assert health["detail"] == {
        "before": "closed", "reason": "5 failures in a row", "retry_in_seconds": 60.0,
    }  # fmt: skip
    assert (action["actor"], action["operation"]) == ("ops@example.com", None)


async def test_an_attempt_has_no_row_of_its_own(database: URL) -> None:
    """Attempts are counted in the row of their call."""
    origin = Origin("openai", "chat", 1, Scope())
    attempt = AttemptFailed(origin, NOW, 1, "Unavailable", "503", 20.0, 0.5)
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(attempt))
        assert [await count(engine, table) for table in EVENT_TABLES] == [0] * 9


async def test_a_batch_kept_twice_is_there_once(database: URL) -> None:
    """An answer that got lost costs nothing: the same numbers are the same events."""
    events = batch(call(), request(), call(NOW + 1), first=100)
    async with opened(database) as engine:
        log = SqlEventLog(engine, "host-1")
        await log.append(events)
        await log.append(events)
        assert (await count(engine, integration_calls), await count(engine, api_calls)) == (2, 1)


async def test_two_processes_do_not_share_numbers(database: URL) -> None:
    """The same number of another instance is another event."""
    async with opened(database) as engine:
        for instance in ("host-1", "host-2"):
            await SqlEventLog(engine, instance).append(batch(call()))
        assert await count(engine, integration_calls) == 2


async def test_secrets_are_redacted_from_the_first_row_on(database: URL) -> None:
    """Free text is stored without keys and addresses; text that no column takes is made fit."""
    reason = "jane@example.com sent Bearer abcdef123456 and \x00 a \ud800"
    event = call(outcome="failed", error="AuthenticationError", reason=reason)
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(event))
        [row] = await rows(engine, integration_calls)
    assert row["reason"] == "[email] sent Bearer [redacted] and \ufffd a \ufffd"


@pytest.mark.parametrize(
    "poison", [request(request_bytes=2**70), request(at=1e300)], ids=["too large", "no such time"]
)
async def test_a_row_that_cannot_be_kept_keeps_none_and_says_so(
    database: URL, poison: object
) -> None:
    """All or nothing; and an error about the rows is told from a database that is away."""
    assert isinstance(poison, type(request()))
    async with opened(database) as engine:
        log = SqlEventLog(engine, "host-1")
        with pytest.raises(EventsRefused):
            await log.append(batch(call(), poison))
        assert await count(engine, integration_calls) == 0
        await log.append(batch(call()))
        assert await count(engine, integration_calls) == 1


async def test_a_missing_table_is_not_the_rows_fault(database: URL) -> None:
    """A database without our tables is a log that is away: the events will keep."""
    async with opened(database) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(api_calls.drop)
        with pytest.raises(Exception, match="monitoring_api_calls") as caught:
            await SqlEventLog(engine, "host-1").append(batch(request()))
    assert not isinstance(caught.value, EventsRefused)
