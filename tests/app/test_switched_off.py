"""Switched off: everything of ours is a no-op, and the host's code runs as if it were not there."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import setup_monitoring
from holdfast.errors import SemanticError
from holdfast.events import Event, Verdict
from tests.api.host import development


@pytest.fixture
def off(tmp_path: Path) -> Monitoring:
    """The monitoring of an application that has it switched off."""
    settings = development(tmp_path, HOLDFAST_ENABLED="false")
    return setup_monitoring(FastAPI(), settings=settings)


async def shine(brightly: int = 1, /, *, twice: bool = False) -> int:
    """What a provider does."""
    return brightly * (2 if twice else 1)


@pytest.mark.real_time
async def test_a_guard_is_not_there(off: Monitoring) -> None:
    """No policy, no validator, no loop of its own; a decorated function is what it was."""
    seen: list[Event] = []
    off.listen(seen.append)
    guard = off.guard("sun", "shine", validators=[lambda _: Verdict("fail", "dark", "eye")])
    assert guard(shine) is shine
    assert await guard.call(shine, 2, twice=True) == 4
    async with guard as same:
        assert same is guard
    with pytest.raises(SemanticError):
        async with guard:
            raise SemanticError(Verdict("fail", "the application's own"))

    async def rays() -> AsyncIterator[int]:
        yield 1
        yield 2

    assert [ray async for ray in await guard.stream(rays)] == [1, 2]
    elsewhere = threading.Thread(target=asyncio.run, args=(guard.call(shine),))
    elsewhere.start()
    await asyncio.to_thread(elsewhere.join)
    off.catch_up()
    assert seen == []


async def test_decorators_leave_functions_as_they_are(off: Monitoring) -> None:
    """With options and without."""
    assert off.monitor_session(shine) is shine
    assert off.monitor_session(service_type="light")(shine) is shine
    assert off.monitor_endpoint("sun")(shine) is shine


async def test_sessions_need_nobody_who_reads_headers(off: Monitoring) -> None:
    """Who completes the session of the request's header is not told that there is none."""
    off.complete_session()
    with off.session("s", user_context={"question": "why"}) as session_id:
        with off.step("chart", {"sign": "leo"}) as step:
            step.gives(house=1)
            step.drops("sign")
            step.judge(Verdict("fail", "wrong"))
        with off.session() as inner:
            assert (session_id, inner) == ("s", "s")


async def test_nothing_waits_and_nothing_is_said(off: Monitoring) -> None:
    """Nothing was emitted, so all of it is kept; misuse is nobody's business."""
    with capture_logs() as logs:
        off.track("no such metric")
        off.track_error("x", "y", ValueError("z"))
        off.track_business("sale", float("nan"))
        off.track_request_end()
        assert await off.kept()
    assert logs == []
