"""Streamed answers through the guarded transports of both libraries, on real sockets."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

import pytest

from holdfast.errors import ProtocolError, SemanticError, Unavailable
from holdfast.integrations.openai import OPENAI
from tests.integrations.guarded import Watched, served
from tests.integrations.loopback import Received, Reply

pytestmark = pytest.mark.real_time
both = pytest.mark.parametrize("library", ["httpx2", "httpx"])

CHAT = "/chat/completions"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
DONE = b"data: [DONE]\n\n"


def event(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    """One chunk of a streamed completion."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


async def read(
    client: Watched,
    into: bytearray,
    until: bytes | None = None,
    then: type[BaseException] | None = None,
) -> None:
    """Read a streamed answer *into*, up to the piece that holds *until*, *then* raise that."""
    async with client.http.stream("POST", CHAT, json=ASKED) as answer:
        async for piece in answer.aiter_raw():
            into += piece
            if until and until in into:
                break
        if then is not None:
            raise then


WORDS = (event({"role": "assistant"}), event({"content": "hel"}), event({"content": "lo"}))
GOOD = (*WORDS, event({}, "stop"), DONE)


def streaming(*pieces: bytes, end: bool = True) -> Callable[[Received, Reply], Awaitable[None]]:
    """A script that streams *pieces*, and ends the answer properly or cuts it."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin()
        for piece in pieces:
            await reply.chunk(piece)
        if end:
            await reply.chunk(b"")

    return script


@both
async def test_bytes_pass_unchanged_and_the_call_ends_with_the_stream(library: str) -> None:
    """The caller gets exactly what was sent; one call is counted, judged, at the end."""
    async with (
        served(OPENAI, streaming(*GOOD), library=library) as client,
        client.http.stream("POST", CHAT, json=ASKED) as answer,
    ):
        assert client.facts == []
        body = b"".join([piece async for piece in answer.aiter_raw()])
    assert body == b"".join(GOOD)
    assert client.received[0].headers["accept-encoding"] == "identity"
    call = client.call
    assert (call.outcome, call.attempts) == ("succeeded", 1)
    assert call.verdict is not None
    assert call.verdict.judgement == "pass"
    assert call.first_byte_ms is not None
    assert call.latency_ms is not None
    assert call.first_byte_ms <= call.latency_ms


@both
async def test_each_piece_arrives_before_the_next_is_sent(library: str) -> None:
    """Nothing is held back: the server sends on only when the last piece has been seen."""
    seen = asyncio.Semaphore(0)

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin()
        for piece in GOOD:
            await reply.chunk(piece)
            await seen.acquire()
        await reply.chunk(b"")

    pieces = []
    async with (
        asyncio.timeout(5),
        served(OPENAI, script, library=library) as client,
        client.http.stream("POST", CHAT, json=ASKED) as answer,
    ):
        async for piece in answer.aiter_raw():
            pieces.append(piece)
            seen.release()
    assert tuple(pieces) == GOOD


@both
@pytest.mark.parametrize(
    ("pieces", "missing"),
    [
        (WORDS, r"finish_reason and \[DONE\]"),
        ((*WORDS, event({}, "stop")), r"\[DONE\]"),
        ((*WORDS, DONE), "finish_reason"),
        ((), r"finish_reason and \[DONE\]"),
    ],
)
async def test_a_truncated_stream_raises_after_its_last_piece(
    library: str, pieces: tuple[bytes, ...], missing: str
) -> None:
    """A clean end without the protocol's end marks is a failure, and is not retried."""
    got = bytearray()
    async with served(OPENAI, streaming(*pieces), library=library) as client:
        with pytest.raises(ProtocolError, match=f"stream ended without {missing}$"):
            await read(client, got)
    assert got == b"".join(pieces)
    assert (client.call.outcome, client.call.error) == ("failed", "ProtocolError")
    assert len(client.received) == 1


@both
async def test_a_broken_connection_is_a_protocol_error(library: str) -> None:
    """A connection that dies in the middle fails the call in our words."""
    async with served(OPENAI, streaming(*WORDS, end=False), library=library) as client:
        with pytest.raises(ProtocolError, match="cut short"):
            await client.http.post(CHAT, json=ASKED)
    assert client.call.outcome == "failed"


@both
async def test_how_the_connection_ends_after_the_end_marker_does_not_matter(library: str) -> None:
    """The whole answer had come: a connection that is dropped then takes nothing away."""
    async with served(OPENAI, streaming(*GOOD, end=False), library=library) as client:
        answer = await client.http.post(CHAT, json=ASKED)
    assert answer.content == b"".join(GOOD)
    assert client.call.outcome == "succeeded"


@both
async def test_leaving_early_is_no_failure(library: str) -> None:
    """The provider did answer: a caller who has read enough is counted as served."""
    async with served(OPENAI, streaming(*GOOD), library=library) as client:
        await read(client, bytearray(), until=WORDS[1])
    assert (client.call.outcome, client.call.verdict) == ("succeeded", None)


@both
async def test_leaving_at_the_end_marker_is_judged(library: str) -> None:
    """Who closes after [DONE] had the whole answer: an unfinished one is told while closing."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.chunk(b"".join((*WORDS, event({}, "length"), DONE)))
        await asyncio.sleep(5)

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(SemanticError, match="truncated: the token limit was reached"):
            await read(client, bytearray(), until=DONE)
    assert (client.call.outcome, client.call.error) == ("failed", "SemanticError")


@both
async def test_closing_never_replaces_the_error_one_leaves_with(library: str) -> None:
    """A rejected answer is counted, but a caller's own error or cancellation stays what it is."""
    whole = streaming(b"".join((*WORDS, event({}, "length"), DONE)))
    async with served(OPENAI, whole, library=library) as client:
        for mine in (KeyError, asyncio.CancelledError):
            with pytest.raises(mine):
                await read(client, bytearray(), until=DONE, then=mine)
    assert [call.error for call in client.calls] == ["SemanticError", "SemanticError"]


@both
async def test_a_connection_that_stays_open_after_the_end_marker_does_not_hang(
    library: str,
) -> None:
    """[DONE] is the end, even if the server forgets to hang up."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.chunk(b"".join(GOOD))
        await asyncio.sleep(5)

    async with served(OPENAI, script, library=library) as client:
        async with asyncio.timeout(2):
            answer = await client.http.post(CHAT, json=ASKED)
    assert answer.content == b"".join(GOOD)
    assert client.call.outcome == "succeeded"


@both
async def test_a_cancelled_stream_is_cancelled(library: str) -> None:
    """A reader who goes away in the middle is no failure of the provider."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.chunk(WORDS[0])
        await asyncio.sleep(5)

    async with served(OPENAI, script, library=library) as client:
        got = bytearray()
        task = asyncio.create_task(read(client, got))
        while not got:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert client.call.outcome == "cancelled"


@both
async def test_a_zipped_stream_is_watched_all_the_same(library: str) -> None:
    """A server that compresses although asked not to is judged, its bytes passed unchanged."""
    zipped = gzip.compress(b"".join((*WORDS, event({}, "length"), DONE)))

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin(content_encoding="gzip")
        await reply.chunk(zipped)
        await reply.chunk(b"")

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(SemanticError, match="token limit"):
            await client.http.post(CHAT, json=ASKED)


@both
async def test_an_error_in_the_stream_is_told_once(library: str) -> None:
    """Whoever reads on gets our error; whoever read the provider's own words and closes, not."""
    error = b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'
    async with served(OPENAI, streaming(*WORDS, error), library=library) as client:
        with pytest.raises(Unavailable, match="server_error in the middle of the stream"):
            await client.http.post(CHAT, json=ASKED)
        await read(client, bytearray(), until=b"overloaded")
    assert [call.error for call in client.calls] == ["Unavailable", "Unavailable"]


@both
async def test_a_stream_that_never_starts_is_retried(library: str) -> None:
    """Before the first byte a failed stream is an ordinary failed attempt."""

    async def script(request: Received, reply: Reply) -> None:
        if request.number == 1:
            await reply.whole(503, b"{}")
        else:
            await streaming(*GOOD)(request, reply)

    async with served(OPENAI, script, library=library) as client:
        answer = await client.http.post(CHAT, json=ASKED)
    assert answer.content == b"".join(GOOD)
    assert (client.call.outcome, client.call.attempts) == ("succeeded", 2)


@both
async def test_an_unknown_event_stream_passes_unjudged(library: str) -> None:
    """A stream on a path we do not know is passed on as it comes, and counted at its end."""
    async with served(OPENAI, streaming(b"data: 1\n\n"), library=library) as client:
        answer = await client.http.post("/responses", json={})
    assert answer.content == b"data: 1\n\n"
    assert (client.call.origin.operation, client.call.verdict) == ("other", None)
