"""Two workers of one deployment: what each says of the other, and what one of them decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

from holdfast.app.monitoring import Monitoring
from holdfast.guard.controls import rate_of
from holdfast.guard.options import GuardOptions
from holdfast.resilience.limiter import LimiterOptions
from tests.api.host import asking, call, mounted

pytestmark = pytest.mark.real_time

API = "/monitoring/api"


class Worker:
    """A running application, and a client of it."""

    def __init__(self, monitoring: Monitoring, client: AsyncClient) -> None:
        self.monitoring, self.client = monitoring, client

    async def get(self, path: str) -> Any:
        """What it answers."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def beat(self) -> None:
        """Publish and look, as it does every second."""
        await self.monitoring.cluster.deployment.refresh()


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[tuple[Worker, Worker]]:
    """The first leads."""
    workers: list[Worker] = []
    (one, first), (other, second) = mounted(folder), mounted(folder)
    async with asking(one) as client:
        workers.append(Worker(first, client))
        await _until(lambda: first.cluster.deployment._leads)
        async with asking(other) as its_client:
            workers.append(Worker(second, its_client))
            await _until(lambda: not second.cluster.deployment.is_alone)
            for worker in (*workers, *workers):
                while worker.monitoring.cluster.deployment.status().workers < 2:
                    await worker.beat()
                await worker.beat()
            yield workers[0], workers[1]


async def _until(holds: Any) -> None:
    async with asyncio.timeout(15.0):
        while not holds():
            await asyncio.sleep(0.01)


async def test_a_breaker_shows_its_worst_state_and_each(tmp_path: Path) -> None:
    """It is open in one worker: the other says so, whose own is closed; so does Prometheus."""
    async with two(tmp_path) as (one, other):
        for worker in (one, other):
            worker.monitoring.guard("sun", "shine", GuardOptions())
        one.monitoring.controls.force_breaker(("sun", "shine"), "forced_open", actor="me")
        await one.beat()
        card = await other.get(f"{API}/integration/sun")
        [operation] = card["operations"]
        states = {it["instance"]: it["state"] for it in operation["breaker"]["instances"]}
        text = (await other.client.get("/metrics")).text
        names = one.monitoring.instance, other.monitoring.instance
    assert (card["state"], operation["breaker"]["state"]) == ("unhealthy", "forced_open")
    assert states == {names[0]: "forced_open", names[1]: "closed"}
    sample = 'holdfast_breaker_state{integration="sun",operation="shine",state="forced_open"} 1.0'
    assert sample in text
    assert "holdfast_deployment_workers 2.0" in text


async def test_gauges_and_components_are_everybodys(tmp_path: Path) -> None:
    """Added up, or the worst; those of a worker that left are gone."""
    async with two(tmp_path) as (one, other):
        for number in range(3):
            one.monitoring.connections.scopes[number] = {"type": "http", "method": "GET"}
        one.monitoring.set_component_unhealthy("printer", "no paper")
        other.monitoring.set_component_healthy("printer")
        await one.beat()
        requests = (await other.get(f"{API}/metrics"))["requests"]
        components = (await other.get(f"{API}/components"))["components"]
        text = (await other.client.get("/metrics")).text
        one.monitoring.cluster.deployment._board.leave()
        after = (await other.get(f"{API}/metrics"))["requests"]
    assert 'http_requests_inprogress{handler="none",method="GET"} 3.0' in text
    assert (
        'component_health_status{component="printer",component_health_status="unhealthy"} 1.0'
        in text
    )
    shown = {it["component"]: (it["state"], it["reason"]) for it in components}
    assert shown["printer"] == ("unhealthy", "no paper")
    assert (requests["in_flight"], after["in_flight"]) == (3, 0)


async def test_a_session_on_two_workers_is_one(tmp_path: Path) -> None:
    """With the steps of both, in order, whoever is asked; users stay masked."""
    async with two(tmp_path) as (one, other):
        one.monitoring.start_session("s", user_id="maria")
        call(one.monitoring, session_id="s", operation="first", at=1_800_000_001.0)
        call(other.monitoring, session_id="s", operation="second", at=1_800_000_002.0)
        for worker in (one, other, one):
            await worker.beat()
        held = [it.monitoring.http_services().sessions.find("s") for it in (one, other)]
        listed = [it.monitoring.http_services().sessions.latest(5) for it in (one, other)]
        shown = await other.get(f"{API}/sessions/s")
        one.monitoring.start_session("only here")
        await one.beat()
        text = (await other.client.get("/metrics")).text
        other.monitoring.complete_session("s")
        await other.beat()
        lines = (await one.client.get("/metrics")).text.splitlines()
        over = [line for line in lines if line.startswith("holdfast_sessions_active ")]
    assert "holdfast_sessions_active 2.0" in text
    assert over == ["holdfast_sessions_active 1.0"]
    for session in held:
        assert session is not None
        assert [step.operation for step in session.steps] == ["first", "second"]
        assert (session.step_count, session.status) == (2, "active")
    assert [len(sessions) for sessions in listed] == [1, 1]
    assert (shown["step_count"], shown["user"]) == (2, "m…a")


async def test_processes_are_added_up(tmp_path: Path) -> None:
    """Their memory and processor time; the first one's start. Here one process is both."""
    async with two(tmp_path) as (one, other):
        alone = one.monitoring.cluster.deployment.folds.process.now()
        for worker in (one, other):
            await worker.beat()
        text = (await other.client.get("/metrics")).text
    lines = (line.split() for line in text.splitlines() if line.startswith("process_"))
    shown = {name: float(value) for name, value in lines}
    if alone:
        assert shown["process_max_fds"] == 2 * alone["process_max_fds"]
        assert shown["process_start_time_seconds"] == alone["process_start_time_seconds"]
    assert shown["process_cpu_seconds_total"] > 0


async def test_every_worker_lists_what_the_record_has(tmp_path: Path) -> None:
    """Also who does not keep it."""
    async with two(tmp_path) as (one, other):
        await _until(lambda: None not in [it.monitoring.record.alerts for it in (one, other)])
        listed = [(await worker.get(f"{API}/alerts"))["source"] for worker in (one, other)]
    assert listed == ["record", "record"]


async def test_one_keeps_the_record(tmp_path: Path) -> None:
    """Of those that write the same one; when it goes, the other does."""
    async with two(tmp_path) as (one, other):
        before = [worker.monitoring.cluster.keeps_record for worker in (one, other)]
        keeper = (one, other)[before.index(True)]
        keeper.monitoring.cluster.leave()
        [successor] = [worker for worker in (one, other) if worker is not keeper]
        assert successor.monitoring.cluster.keeps_record
        assert not keeper.monitoring.cluster.keeps_record
    assert sorted(before) == [False, True]


async def test_alerts_are_decided_once_and_shown_by_all(tmp_path: Path) -> None:
    """From the figures of both; when the leader goes, the next goes on with the same alert."""
    async with two(tmp_path) as (one, other):
        for _ in range(10):
            call(other.monitoring, "failed")
        await other.beat()
        assert await one.monitoring.cluster.decides()
        assert not await other.monitoring.cluster.decides()
        [fired, *_] = one.monitoring.vitals.alerting.look()
        await one.beat()
        seen = (await other.get(f"{API}/alerts"))["alerts"]
        one.monitoring.cluster.deployment._lead = list  # type: ignore[method-assign,assignment]
        one.monitoring.cluster.deployment._board.leave()
        await _until(lambda: other.monitoring.cluster.deployment.leads)
        assert await other.monitoring.cluster.decides()
        again = other.monitoring.vitals.alerting.look()
        [firing, *_] = other.monitoring.vitals.alerting.watch.firing()
    assert fired.integration == "openai"
    assert fired.alert_id in [alert["id"] for alert in seen]
    assert (again, firing.alert_id) == ([], fired.alert_id)


async def test_a_full_reset_forgets_alerts_everywhere(tmp_path: Path) -> None:
    """Whoever was asked."""
    async with two(tmp_path) as (one, other):
        for _ in range(10):
            call(one.monitoring, "failed")
        await one.beat()
        assert one.monitoring.vitals.alerting.look()
        await one.beat()
        assert (await other.get("/health/alerts"))["alerts"]
        limited = rate_of(
            one.monitoring.guard("sun", "shine", GuardOptions(limiter=LimiterOptions()))
        )
        assert limited is not None
        limited.refused = 3
        assert (await other.client.post("/health/reset")).status_code == 200
        await one.beat()
        one.monitoring.cluster.alerts.keep_up()
        await one.beat()
        left = [len((await worker.get("/health/alerts"))["alerts"]) for worker in (one, other)]
        totals = [(await it.get("/health/status"))["system_load"] for it in (one, other)]
    assert (left, limited.refused) == ([0, 0], 0)
    assert [it["total_requests"] for it in totals] == [0, 0]


async def test_a_probe_waits_for_nobody(tmp_path: Path) -> None:
    """Where workers meet may be slow or away: whether this one can work is not said there."""
    app, monitoring = mounted(tmp_path)

    asked: list[str] = []
    monitoring.cluster.deployment._exchange_for_news = lambda: asked.append("")  # type: ignore[method-assign]
    monitoring.vitals.alerting.among(_never)
    async with asking(app) as client:
        await _until(lambda: not monitoring.cluster.deployment.is_alone)
        codes = [(await client.get(f"/health/{one}")).status_code for one in ("live", "ready")]
        probed = list(asked)
        await client.get("/health/status")
    assert (codes, probed, asked) == ([200, 200], [], [""])


async def _never() -> bool:
    return False
