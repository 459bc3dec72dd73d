"""Whole answers through the guarded transports of both libraries, on real sockets."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest

from holdfast.errors import (
    ProtocolError,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.openai import OPENAI
from tests.integrations.guarded import guarded, served
from tests.integrations.loopback import Received, Reply, loopback

pytestmark = pytest.mark.real_time
both = pytest.mark.parametrize("library", ["httpx2", "httpx"])

CHAT = "/chat/completions"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def completion(content: str = "hello") -> bytes:
    """A finished chat completion that says *content*."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": USAGE}).encode()


async def answer_well(request: Received, reply: Reply) -> None:
    """Every request gets a good completion."""
    await reply.whole(body=completion(), x_request_id=f"r{request.number}")


@both
async def test_a_call_is_counted_once_with_its_cost_and_verdict(library: str) -> None:
    """One request is one finished call that knows operation, usage and judgement."""
    async with served(OPENAI, answer_well, library=library) as client:
        answer = await client.http.post(CHAT, json=ASKED)
    assert answer.json()["choices"][0]["message"]["content"] == "hello"
    assert answer.headers["x-request-id"] == "r1"
    call = client.call
    assert (call.origin.integration, call.origin.operation) == ("openai", "chat")
    assert (call.outcome, call.attempts, len(client.received)) == ("succeeded", 1, 1)
    assert call.usage is not None
    assert (call.usage.unit, call.usage.amount) == ("tokens", 3.0)
    assert call.verdict is not None
    assert call.verdict.judgement == "pass"


@both
async def test_a_500_is_retried_once_by_us_with_the_same_body(library: str) -> None:
    """A failed attempt is sent again whole, and the call is still counted once."""

    async def script(request: Received, reply: Reply) -> None:
        if request.number == 1:
            await reply.whole(500, b'{"error": {"message": "oops", "type": "server_error"}}')
        else:
            await answer_well(request, reply)

    async with served(OPENAI, script, library=library) as client:
        answer = await client.http.post(CHAT, json=ASKED)
    assert answer.status_code == 200
    assert [json.loads(request.body) for request in client.received] == [ASKED, ASKED]
    assert (client.call.outcome, client.call.attempts) == ("succeeded", 2)


@both
async def test_a_generator_body_is_sent_whole_on_every_attempt(library: str) -> None:
    """A body that can be read only once is read once, and repeated from memory."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(503 if request.number == 1 else 200, completion())

    async def body() -> AsyncIterator[bytes]:
        document = json.dumps(ASKED).encode()
        yield document[:5]
        yield document[5:]

    async with served(OPENAI, script, library=library) as client:
        await client.http.post(CHAT, content=body())
    assert [json.loads(request.body) for request in client.received] == [ASKED, ASKED]


@both
async def test_an_error_answer_comes_back_as_the_providers_own_response(library: str) -> None:
    """SDKs see status, body and headers as sent, and are told not to retry."""
    error = b'{"error": {"message": "no such model", "code": "model_not_found"}}'

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(404, error, x_request_id="r9")

    async with served(OPENAI, script, library=library) as client:
        answer = await client.http.post(CHAT, json=ASKED)
    assert (answer.status_code, answer.content) == (404, error)
    assert answer.headers["x-should-retry"] == "false"
    assert answer.headers["x-request-id"] == "r9"
    assert (client.call.outcome, client.call.error) == ("failed", "InvalidRequest")
    assert len(client.received) == 1


@both
async def test_our_own_clients_get_our_own_errors(library: str) -> None:
    """With raise_provider_errors the error says status, code and request id."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(500, b'{"error": {"message": "oops"}}', x_request_id="r1")

    async with served(OPENAI, script, library=library, ours=True) as client:
        with pytest.raises(Unavailable, match=r"^openai answered 500: oops$") as caught:
            await client.http.post(CHAT, json=ASKED)
    assert (caught.value.status, caught.value.request_id) == (500, "r1")


@both
async def test_an_empty_answer_is_a_semantic_error(library: str) -> None:
    """HTTP 200 without words is retried, fails, and tells why."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(body=completion(" "))

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(SemanticError, match="choice 0 is empty"):
            await client.http.post(CHAT, json=ASKED)
    assert (client.call.outcome, client.call.attempts, len(client.received)) == ("failed", 2, 2)
    assert client.call.usage is not None
    assert client.call.usage.amount == 6.0


@both
async def test_a_200_that_is_not_json_is_a_protocol_error(library: str) -> None:
    """An error page with status 200 never reaches the caller as an answer."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(body=b"<html>secret</html>", content_type="text/html")

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(ProtocolError, match="with 19 bytes of text/html, not JSON"):
            await client.http.post(CHAT, json=ASKED)


@both
async def test_a_compressed_answer_is_judged_and_still_decodes(library: str) -> None:
    """The caller gets the raw bytes with their encoding, the validators the decoded ones."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(body=gzip.compress(completion("zipped")), content_encoding="gzip")

    async with served(OPENAI, script, library=library) as client:
        answer = await client.http.post(CHAT, json=ASKED)
    assert answer.json()["choices"][0]["message"]["content"] == "zipped"
    assert client.call.outcome == "succeeded"


@both
async def test_undecodable_compression_is_a_protocol_error(library: str) -> None:
    """An answer that does not unzip was cut or broken on the way."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(body=b"not gzip", content_encoding="gzip")

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(ProtocolError, match="cut short"):
            await client.http.post(CHAT, json=ASKED)


@both
async def test_an_answer_cut_short_is_a_protocol_error(library: str) -> None:
    """Fewer bytes than promised are no answer."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(ProtocolError, match="cut short"):
            await client.http.post(CHAT, json=ASKED)
    assert len(client.received) == 2


@both
async def test_a_dead_port_is_unavailable(library: str) -> None:
    """No connection is the provider's outage, in our words."""
    async with loopback(answer_well) as (url, _):
        pass
    async with guarded(OPENAI, f"{url}/v1", library=library) as client:
        with pytest.raises(Unavailable, match="openai: ConnectError"):
            await client.http.post(CHAT, json=ASKED)
    assert (client.call.outcome, client.call.attempts) == ("failed", 2)


@both
async def test_silence_beyond_the_librarys_timeout_is_timed_out(library: str) -> None:
    """A read timeout of the library is the same error as our own timeout."""

    async def script(request: Received, reply: Reply) -> None:
        await asyncio.sleep(5)

    async with served(OPENAI, script, library=library, timeout_seconds=0.05) as client:
        with pytest.raises(TimedOut, match="openai: ReadTimeout"):
            await client.http.post(CHAT, json=ASKED)


@both
async def test_a_cancelled_call_is_cancelled(library: str) -> None:
    """A caller who goes away before the answer is no failure."""
    arrived = asyncio.Event()

    async def script(request: Received, reply: Reply) -> None:
        arrived.set()
        await asyncio.sleep(5)

    async with served(OPENAI, script, library=library) as client:
        task = asyncio.create_task(client.http.post(CHAT, json=ASKED))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert client.call.outcome == "cancelled"
