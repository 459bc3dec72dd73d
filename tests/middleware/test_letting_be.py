"""What belongs to the host is read at most: its `receive` is not asked, its errors are not kept."""

import asyncio
import contextlib
import gc
from typing import Any

import pytest

from holdfast.events import discard
from holdfast.middleware.report import Message, Receive, ReportRequests, Send
from tests.middleware.exchange import Exchange, answering, body


@pytest.mark.parametrize(("leaves", "outcome"), [(True, "client_gone"), (False, "succeeded")])
async def test_a_client_who_left_before_a_plain_reply_is_noticed(
    leaves: bool, outcome: str
) -> None:
    """Though the application answered in full and the server did not complain."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1.0)
        exchange.disconnected = leaves
        await answering()(scope, receive, send)

    exchange = Exchange(app)
    finished = await exchange.play()
    assert (finished.outcome, finished.status) == (outcome, 200)


async def test_who_leaves_is_noticed_by_each_who_watches() -> None:
    """An application that is watched may be mounted in another one."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        exchange.disconnected = True
        await answering()(scope, receive, send)

    inner: list[Any] = []
    exchange = Exchange(ReportRequests(app, sink=inner.append))
    outer = await exchange.play()
    assert (inner[0].outcome, outer.outcome) == ("client_gone", "client_gone")


async def test_nobody_but_the_application_receives() -> None:
    """However late its reply is: a middleware's `receive` may hold a task group open."""
    read: list[Message] = []

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await answering(after=1.0)(scope, receive, send)
        read.append(await receive())

    async def middleware(scope: Any, receive: Receive, send: Send) -> None:
        async def in_a_task_group() -> Message:
            async with asyncio.TaskGroup() as group:
                return await group.create_task(received())

        async def received() -> Message:
            return await receive()

        await ReportRequests(app, sink=discard)(scope, in_a_task_group, send)

    finished = await Exchange(middleware, incoming=[body(b"hello")]).play()
    assert (finished.outcome, read) == ("succeeded", [body(b"hello")])


async def test_what_escapes_leaves_nothing_to_the_garbage_collector() -> None:
    """An error whose traceback leads back to it keeps the request, and all it read, in memory."""

    class Escaped(Exception):
        """One that can be looked for."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        raise Escaped

    async def fail() -> None:
        with contextlib.suppress(Escaped):
            await Exchange(app).play()

    gc.collect()
    gc.disable()
    try:
        await fail()
        assert [one for one in gc.get_objects() if isinstance(one, Escaped)] == []
    finally:
        gc.enable()
