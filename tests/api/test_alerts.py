"""Alerts over HTTP: from the record, former processes' too, each as this process knows it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

from holdfast.alerts.holding import HOLD_SECONDS, UNHELD_SECONDS
from holdfast.app.monitoring import Monitoring
from holdfast.events import AlertChanged
from tests.api.host import asking, call, mounted, until

pytestmark = pytest.mark.real_time

API = "/monitoring/api/alerts"


def _trouble(monitoring: Monitoring) -> None:
    for _ in range(10):
        call(monitoring, "failed")


async def _shown(client: AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await client.get(API + query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_restart_forgets_no_alert(tmp_path: Path) -> None:
    """What a former process told is listed; once nobody holds it, it ends with a reason."""
    app, monitoring = mounted(tmp_path)
    _trouble(monitoring)
    async with asking(app) as client:
        await until(lambda: len(monitoring.vitals.alerting.watch.firing()) == 1)
        before = await _shown(client)
    app, monitoring = mounted(tmp_path)
    told: list[object] = []
    monitoring.listen(told.append)
    async with asking(app) as client:
        await until(lambda: monitoring.record.alerts is not None)
        after = await _shown(client)
        log, now = monitoring.record.alerts, monitoring.clock.wall()
        assert log is not None
        held = await log.end_unheld(now - UNHELD_SECONDS, now, "too early")
        [over] = await log.end_unheld(now + 1, now + 1, "nobody watches it any more")
        ended = await _shown(client, "?state=resolved")
        none = await _shown(client, "?state=firing")
    [alert] = before["alerts"]
    assert (alert["rule"], alert["state"], before["firing"]) == ("success_rate", "firing", 1)
    assert (after["alerts"], after["source"]) == ([alert], "record")
    assert held == []
    assert (over.alert_id, over.state) == (alert["id"], "resolved")
    assert [one["reason"] for one in ended["alerts"]] == ["nobody watches it any more"]
    assert (none["alerts"], none["firing"], ended["total"]) == ([], 0, 1)


async def test_what_nobody_holds_is_ended_when_we_start(tmp_path: Path) -> None:
    """Whoever listens hears of it, as of any other end."""
    app, monitoring = mounted(tmp_path)
    left = AlertChanged(
        "left", "latency:sun", 1.0, 1.0, "firing", "latency", "critical", "sun", "slow", 9.0, 5.0
    )
    async with asking(app):
        await until(lambda: monitoring.record.alerts is not None)
        assert monitoring.record.alerts is not None
        old = monitoring.clock.wall() - UNHELD_SECONDS - HOLD_SECONDS
        await monitoring.record.alerts.hold([left], old)
    app, monitoring = mounted(tmp_path)
    told: list[AlertChanged] = []
    monitoring.listen(lambda one: told.append(one) if isinstance(one, AlertChanged) else None)
    async with asking(app) as client:
        await until(lambda: bool(told))
        shown = (await _shown(client))["alerts"]
    assert told == [replace(left, at=told[0].at, state="resolved", reason=told[0].reason)]
    assert "has ended" in (told[0].reason or "")
    assert [(one["id"], one["state"]) for one in shown] == [("left", "resolved")]


async def test_what_is_not_written_yet_stands_first(tmp_path: Path) -> None:
    """And what moved since it was written is shown as it is now."""
    app, monitoring = mounted(tmp_path)
    old = AlertChanged("old", "x:y", 1.0, 1.0, "firing", "x", "info", None, "old", 1.0, 2.0)
    async with asking(app) as client:
        await until(lambda: monitoring.record.alerts is not None)
        assert monitoring.record.alerts is not None
        await monitoring.record.alerts.hold([old], monitoring.clock.wall())
        _trouble(monitoring)
        monitoring.cluster.deployment.refresh_now()
        monitoring.vitals.alerting.watch.look(
            monitoring.clock.wall(), monitoring.vitals._readings(_hourly(monitoring))
        )
        first = await _shown(client, "?limit=1")
        page = await client.get(f"{API}?cursor=x")
    assert [one["rule"] for one in first["alerts"]] == ["success_rate", "x"]
    assert (page.status_code, page.headers["content-type"]) == (422, "application/problem+json")


def _hourly(monitoring: Monitoring) -> Any:
    return monitoring.vitals.alerting._hourly


async def test_without_a_record_memory_answers(tmp_path: Path) -> None:
    """And says so; the same when it breaks."""
    app, monitoring = mounted(tmp_path)
    _trouble(monitoring)
    monitoring.vitals.alerting.look()
    async with asking(app) as client:
        await until(lambda: monitoring.record.alerts is not None)
        log, monitoring.record.alerts = monitoring.record.alerts, None
        away = await _shown(client)
        monitoring.record.alerts = _Broken()  # type: ignore[assignment]
        broken = await _shown(client)
        monitoring.record.alerts = log
    assert [one["rule"] for one in away["alerts"]] == ["success_rate"]
    assert away["source"] == "memory"
    assert away["partial"] == "the record cannot be read yet: memory only"
    assert broken["partial"] == "the record does not answer (ConnectionError): memory only"


class _Broken:
    async def page(self, *_: Any, **__: Any) -> None:
        await asyncio.sleep(0)
        raise ConnectionError("gone")
