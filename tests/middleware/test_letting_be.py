"""What belongs to the host is read at most: its `receive` is not asked, its errors are not kept."""

import asyncio
import contextlib
import gc
from typing import Any

import pytest

from holdfast.events import discard
from holdfast.middleware.report import Message, Receive, ReportRequests, Send
from tests.middleware.exchange import DISCONNECT, Exchange, answering, begin, body, piece


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


async def test_who_leaves_a_stream_has_left_though_it_was_ended_in_good_order() -> None:
    """Starlette's BaseHTTPMiddleware ends the answer, whatever its application was told."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        await piece(send, b"half", more=True)
        assert (await receive())["type"] == "http.disconnect"
        await piece(send)

    finished = await Exchange(app, incoming=[DISCONNECT]).play()
    assert (finished.outcome, finished.status, finished.error) == ("client_gone", 200, None)


async def test_a_disconnect_that_comes_with_the_end_is_nobody_leaving() -> None:
    """The same class, outside of us: it tells those who listen before it takes the last piece."""
    taken = asyncio.Event()

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        listening = asyncio.create_task(_received(receive))
        await piece(send, b"all")
        assert (await listening)["type"] == "http.disconnect"

    async def middleware(scope: Any, receive: Receive, send: Send) -> None:
        async def until_taken() -> Message:
            await taken.wait()
            return DISCONNECT

        async def taking(message: Message) -> None:
            if message["type"] == "http.response.body":
                taken.set()
                await asyncio.sleep(1.0)

        await ReportRequests(app, sink=told.append)(scope, until_taken, taking)

    told: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}
    await middleware(scope, _nothing, _nowhere)
    assert [one.outcome for one in told] == ["succeeded"]


async def _nothing() -> Message:
    raise AssertionError("nobody asked")


async def _nowhere(message: Message) -> None:
    raise AssertionError("nobody listens")


async def _received(receive: Receive) -> Message:
    return await receive()
