"""One row an alert, in every `AlertLog`, which moves forward only; what nobody holds ends once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import URL

from holdfast.alerts.holding import UNHELD_SECONDS, Holding
from holdfast.alerts.rules import Reading
from holdfast.alerts.watch import Watch
from holdfast.api.shapes.alerts import firing_critical, shown
from holdfast.clock import stamp
from holdfast.events import AlertChanged, ComponentChanged
from holdfast.health.integration import Thresholds
from holdfast.storage.alerts import SqlAlertLog
from holdfast.storage.row_store import RowStore
from holdfast.storage.rows import rows_of
from holdfast.storage.spool_lines import line_of, rows_of_lines
from holdfast.storage.tables import integration_health
from holdfast.storage.tables_of_watch import alerts
from holdfast.storage.writer import SqlEventLog
from tests.alerts.test_watch import CRITICAL, LOW, watch
from tests.conformance.record import NOW, batch, opened, rows

pytestmark = pytest.mark.real_time

FIRED = AlertChanged(
    "a-1", "success_rate:openai", NOW, NOW, "firing", "success_rate", "warning", "openai",
    "Low success rate: 90.0%", 90.0, 95.0,
)  # fmt: skip


def moved(seconds: float, **changes: Any) -> AlertChanged:
    """The same alert, *seconds* later."""
    return replace(FIRED, at=NOW + seconds, **changes)


WORSE = moved(5, severity="critical", message="Critical success rate: 10.0%", value=10.0)
OVER = moved(90, severity="critical", state="resolved", message=WORSE.message, value=10.0)


async def test_an_alert_is_one_row_that_moves(database: URL) -> None:
    """Its columns are the contract's, who acknowledged it stays."""
    async with opened(database) as engine:
        log = SqlEventLog(engine, "a")
        await log.append(batch(FIRED))
        async with engine.begin() as connection:
            await connection.execute(
                alerts.update().values(acknowledged=True, acknowledged_by="ops")
            )
        await log.append(batch(WORSE, OVER, first=1))
        [row] = await rows(engine, alerts)
        page = await SqlAlertLog(engine).page(limit=5)
    assert row == {
        "id": "a-1", "alert_type": "success_rate", "severity": "critical",
        "title": "openai: success rate", "description": None,
        "message": "Critical success rate: 10.0%",
        "details": {"value": 10.0, "threshold": 95.0, "changed_at": NOW + 90},
        "integration_name": "openai", "fingerprint": "success_rate:openai", "state": "resolved",
        "acknowledged": True, "acknowledged_by": "ops", "acknowledged_at": None, "resolved": True,
        "resolved_at": stamp(NOW + 90), "created_at": stamp(NOW), "updated_at": stamp(NOW + 90),
    }  # fmt: skip
    assert page.items == (OVER,)


@pytest.mark.parametrize(
    "order", [(FIRED, WORSE, OVER), (OVER, WORSE, FIRED), (WORSE, OVER, WORSE, FIRED)]
)
async def test_whatever_comes_late_changes_nothing(
    database: URL, order: tuple[AlertChanged, ...]
) -> None:
    """In any order, one by one, again, or out of the spool."""
    async with opened(database) as engine:
        log = SqlEventLog(engine, "a")
        for number, one in enumerate(order):
            await log.append(batch(one, first=number))
        spooled = rows_of_lines([line_of(rows_of(batch(*order), "a"))])
        await RowStore(engine).write(spooled, again=True)
        page = await SqlAlertLog(engine).page(limit=5)
    assert page.items == (OVER,)


async def test_alerts_are_paged_by_when_they_began(database: URL) -> None:
    """The latest first, each once, of the asked state; a foreign cursor is refused."""
    many = [replace(FIRED, alert_id=f"a-{n}", since=NOW + n // 2, at=NOW + n) for n in range(5)]
    async with opened(database) as engine:
        await SqlEventLog(engine, "a").append(batch(*many, replace(OVER, alert_id="a-9")))
        log = SqlAlertLog(engine)
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = await log.page("firing", limit=2, cursor=cursor)
            found += [one.alert_id for one in page.items]
            if (cursor := page.next_cursor) is None:
                break
        ended = await log.page("resolved", limit=9)
        counts = [await log.count(state) for state in (None, "firing", "resolved")]
        with pytest.raises(ValueError, match="not one of ours"):
            await log.page(limit=9, cursor="x")
        with pytest.raises(ValueError, match="limit is 0"):
            await log.page(limit=0)
    assert found == ["a-4", "a-3", "a-2", "a-1", "a-0"]
    assert [one.alert_id for one in ended.items] == ["a-9"]
    assert counts == [6, 5, 1]


async def test_what_nobody_holds_ends_once_and_says_why(database: URL) -> None:
    """However many look at the same time; what is held goes on."""
    held, left = FIRED, replace(FIRED, alert_id="a-2", fingerprint="latency:openai")
    async with opened(database) as engine:
        await SqlEventLog(engine, "a").append(batch(held, left))
        log = SqlAlertLog(engine)
        await log.hold([held], NOW + 200)
        await log.hold([], NOW + 200)
        ends = await asyncio.gather(
            *(log.end_unheld(NOW + 100, NOW + 201, "gone") for _ in range(3))
        )
        firing = await log.page("firing", limit=5)
        over = await log.page("resolved", limit=5)
    expected = replace(left, at=NOW + 201, state="resolved", reason="gone")
    assert [one for some in ends for one in some] == [expected]
    assert firing.items == (held,)
    assert [one.alert_id for one in over.items] == ["a-2"]
    assert over.items[0].reason == "gone"


async def test_what_is_held_fires_whatever_the_record_said(database: URL) -> None:
    """It was lost, or ended by others who could not see its holder."""
    async with opened(database) as engine:
        log = SqlAlertLog(engine)
        await log.hold([FIRED], NOW)
        [ended] = await log.end_unheld(NOW + 100, NOW + 100, "gone")
        await log.hold([WORSE], NOW + 130)
        page = await log.page(limit=5)
    assert ended.state == "resolved"
    assert page.items == (WORSE,)


async def test_a_component_s_changes_are_kept(database: URL) -> None:
    """Beside those of the breakers."""
    event = ComponentChanged("search", NOW, "healthy", "unhealthy", "no answer within 5 s")
    async with opened(database) as engine:
        await SqlEventLog(engine, "a").append(batch(event))
        [row] = await rows(engine, integration_health)
    shown = ("integration", "operation", "status", "breaker_state", "since", "detail")
    assert [row[name] for name in shown] == [
        "search", "component", "unhealthy", None, stamp(NOW),
        {"before": "healthy", "reason": "no answer within 5 s"},
    ]  # fmt: skip


async def test_what_fired_before_a_restart_goes_on_or_is_ended(database: URL) -> None:
    """The same trouble is the same alert; the other is shown until nobody held it for long."""
    before, after = watch(), Watch(Thresholds(), lambda: "new")
    before.look(NOW, [Reading("sun", CRITICAL), Reading("moon", LOW)])
    async with opened(database) as engine:
        log = SqlAlertLog(engine)
        await Holding(before).settle(log, NOW)
        holding = Holding(after)
        assert await holding.settle(log, NOW + 30) == []
        assert {one.fingerprint for one in shown(after)} == {
            "success_rate:sun", "success_rate:moon"
        }  # fmt: skip
        assert (after.firing(), firing_critical(after)) == ([], 1)
        assert after.look(NOW + 35, [Reading("sun", CRITICAL)]) == []
        assert [one.alert_id for one in after.firing()] == ["a1"]
        ended = await holding.settle(log, NOW + UNHELD_SECONDS + 1)
        page = await log.page(limit=9)
        await holding.settle(log, NOW + UNHELD_SECONDS + 31)
    assert [(one.fingerprint, one.state) for one in ended] == [("success_rate:moon", "resolved")]
    assert {(one.alert_id, one.state) for one in page.items} == {
        ("a1", "firing"), ("a2", "resolved")
    }  # fmt: skip
    assert {(one.alert_id, one.state) for one in shown(after)} == {
        ("a1", "firing"), ("a2", "resolved")
    }  # fmt: skip


async def test_what_fires_beside_us_is_shown_and_not_ours(database: URL) -> None:
    """Whoever began it ends it: our own finding, later, is an alert of its own."""
    beside, ours = watch(), Watch(Thresholds(), lambda: "ours")
    async with opened(database) as engine:
        log = SqlAlertLog(engine)
        holding = Holding(ours)
        await holding.settle(log, NOW)
        beside.look(NOW + 5, [Reading("sun", LOW)])
        await Holding(beside).settle(log, NOW + 5)
        await holding.settle(log, NOW + 30)
        assert [one.alert_id for one in shown(ours)] == ["a1"]
        ours.look(NOW + 35, [Reading("sun", LOW)])
        await holding.settle(log, NOW + 60)
    assert sorted(one.alert_id for one in shown(ours)) == ["a1", "ours"]
    assert [one.alert_id for one in ours.firing()] == ["ours"]
    ours.forget()
    assert shown(ours) == []
