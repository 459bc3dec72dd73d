"""Each request is told once, with what really went over the wire."""

import asyncio
from typing import Any

import pytest

from holdfast import context
from holdfast.events import RequestFinished, Scope, discard
from holdfast.middleware.report import Message, Receive, ReportRequests, Send
from tests.jumping_time import EPOCH
from tests.middleware.exchange import DISCONNECT, Exchange, answering, begin, body, piece


async def test_a_request_is_told_whole() -> None:
    """Every field of the fact is what the client saw."""
    assert await Exchange(answering(after=0.25), method="POST").play() == RequestFinished(
        EPOCH + 0.25, "POST", "", 200, "succeeded", 250.0, 250.0, 0, 2, None, Scope()
    )


async def test_background_work_is_not_the_clients_time() -> None:
    """A request ends with its last body byte, whatever the application does afterwards."""
    finished = await Exchange(answering(after=0.25, then=60.0)).play()
    assert (finished.duration_ms, finished.outcome) == (250.0, "succeeded")


async def test_a_stream_has_a_first_and_a_last_byte() -> None:
    """The head is not a byte of the answer, and neither is an empty piece."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        await piece(send, b"", more=True)
        for _ in range(3):
            await asyncio.sleep(1.0)
            await piece(send, b"chunk", more=True)
        await piece(send)

    finished = await Exchange(app).play()
    assert (finished.first_byte_ms, finished.duration_ms) == (1000.0, 3000.0)
    assert finished.response_bytes == 15


async def test_an_empty_answer_has_a_first_byte_too() -> None:
    """A 204 is there when its end is."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.5)
        await begin(send, 204)
        await piece(send)

    finished = await Exchange(app).play()
    assert (finished.first_byte_ms, finished.response_bytes) == (500.0, 0)


async def test_a_chunked_body_is_counted() -> None:
    """Bytes are those received, not those a header promised."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await answering()(scope, receive, send)

    incoming = [body(b"abc", more=True), body(b"defg", more=True), body(b"h")]
    finished = await Exchange(app, headers={"Content-Length": "99"}, incoming=incoming).play()
    assert finished.request_bytes == 8


async def test_head_sends_no_body() -> None:
    """What a framework hands over for HEAD never leaves the server."""
    assert (await Exchange(answering(), method="HEAD").play()).response_bytes == 0


async def test_a_file_sent_by_its_path_is_an_answer() -> None:
    """Servers that send files by themselves get no body message: the request still ended."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        await send({"type": "http.response.pathsend", "path": "/some/file"})

    assert (await Exchange(app).play()).outcome == "succeeded"


@pytest.mark.parametrize(("status", "outcome"), [(404, "succeeded"), (500, "failed")])
async def test_only_our_own_faults_are_failures(status: int, outcome: str) -> None:
    """A 4xx is an answer, a 5xx a failure named by its status."""
    finished = await Exchange(answering(status)).play()
    error = str(status) if outcome == "failed" else None
    assert (finished.status, finished.outcome, finished.error) == (status, outcome, error)


async def test_what_escapes_is_a_500_of_its_type() -> None:
    """The framework answers 500 outside of us; the error passes on."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        raise KeyError("x")

    exchange = Exchange(app)
    with pytest.raises(KeyError):
        await exchange.play()
    finished = exchange.finished
    assert (finished.status, finished.outcome, finished.error) == (500, "failed", "KeyError")


async def test_an_error_in_mid_stream_keeps_the_status_that_was_sent() -> None:
    """The client saw 200 and half an answer: failed, by the error's name."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        await piece(send, b"half", more=True)
        raise ValueError("broken")

    exchange = Exchange(app)
    with pytest.raises(ValueError, match="broken"):
        await exchange.play()
    finished = exchange.finished
    assert (finished.status, finished.outcome, finished.error) == (200, "failed", "ValueError")


async def test_an_error_after_the_end_is_not_the_requests() -> None:
    """A background task that fails does not take back what the client received."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await answering()(scope, receive, send)
        raise ValueError("later")

    exchange = Exchange(app)
    with pytest.raises(ValueError, match="later"):
        await exchange.play()
    assert (exchange.finished.outcome, exchange.finished.error) == ("succeeded", None)


async def test_an_answer_without_an_end_is_a_failure() -> None:
    """An application that returns too early says so by the name of the fault."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)

    finished = await Exchange(app).play()
    assert (finished.outcome, finished.error) == ("failed", "IncompleteResponse")


async def test_a_client_that_leaves_a_stream_is_gone() -> None:
    """Leaving is an outcome of its own: no success, no failure."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        await piece(send, b"half", more=True)
        assert (await receive())["type"] == "http.disconnect"

    finished = await Exchange(app, incoming=[DISCONNECT]).play()
    assert (finished.outcome, finished.status, finished.error) == ("client_gone", 200, None)


async def test_a_connection_that_breaks_is_a_client_gone() -> None:
    """Sending that raises OSError says the same; what did not leave is not counted."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await begin(send)
        for _ in range(3):
            await piece(send, b"chunk", more=True)

    exchange = Exchange(app, refuse_after=1)
    with pytest.raises(OSError, match="gone"):
        await exchange.play()
    assert (exchange.finished.outcome, exchange.finished.response_bytes) == ("client_gone", 5)


async def test_leaving_before_the_answer_has_no_status() -> None:
    """Nobody saw a 500 when nobody was there."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await receive()
        raise RuntimeError("cannot go on")

    exchange = Exchange(app, incoming=[DISCONNECT])
    with pytest.raises(RuntimeError):
        await exchange.play()
    assert (exchange.finished.outcome, exchange.finished.status) == ("client_gone", 0)


async def test_a_cancelled_request_is_a_client_gone() -> None:
    """Servers cancel the work of who has left; the cancellation passes on."""
    exchange = Exchange(answering(after=60.0))
    task = asyncio.create_task(exchange.play())
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (exchange.finished.outcome, exchange.finished.duration_ms) == ("client_gone", 1000.0)


async def test_a_disconnect_after_the_end_changes_nothing() -> None:
    """Servers send it to everyone whose answer is complete."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await answering()(scope, receive, send)
        await receive()

    assert (await Exchange(app, incoming=[DISCONNECT]).play()).outcome == "succeeded"


async def test_an_unknown_method_has_no_series_of_its_own() -> None:
    """Whatever somebody writes there is counted as _OTHER."""
    assert (await Exchange(answering(), method="BREW").play()).method == "_OTHER"


async def test_requests_in_flight_are_seen_while_they_are() -> None:
    """One more at its start, one less at its end."""
    exchange = Exchange(answering(after=1.0))
    task = asyncio.create_task(exchange.play())
    await asyncio.sleep(0.5)
    assert exchange.connections.requests == 1
    await task


async def test_a_socket_is_open_until_it_ends_badly() -> None:
    """WebSockets are counted while they are open, and are no requests."""
    seen: list[int] = []

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        seen.append(middleware.connections.websockets)
        raise OSError("gone")

    middleware = ReportRequests(app, sink=discard)
    scope = {"type": "websocket", "path": "/ws", "headers": []}
    with pytest.raises(OSError, match="gone"):
        await middleware(scope, _nothing, _nowhere)
    assert (seen, middleware.connections.websockets) == ([1], 0)


async def test_a_lifespan_passes_untouched() -> None:
    """Only connections are watched."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        seen.append((scope["type"], context.scope.get()))

    await ReportRequests(app, sink=discard)({"type": "lifespan"}, _nothing, _nowhere)
    assert seen == [("lifespan", context.NOBODY)]


async def _nothing() -> Message:
    raise AssertionError("nobody asked")


async def _nowhere(message: Message) -> None:
    raise AssertionError("nobody listens")
