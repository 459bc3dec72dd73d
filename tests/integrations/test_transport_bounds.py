"""What never leaves, and what is never repeated: hosts, redirects, keys, memory, connections."""

import asyncio
import json

import pytest

from holdfast.errors import CallRefused, InputRefused, ProtocolError, Unavailable
from holdfast.guard.options import GuardOptions
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.transport import MAX_BODY_BYTES
from tests.integrations.guarded import served
from tests.integrations.loopback import Received, Reply, loopback

pytestmark = pytest.mark.real_time
both = pytest.mark.parametrize("library", ["httpx2", "httpx"])

CHAT = "/chat/completions"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
MESSAGE = {"role": "assistant", "content": "hello"}
GOOD = json.dumps({"choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}).encode()


async def answer_well(request: Received, reply: Reply) -> None:
    """Every request gets a good completion."""
    await reply.whole(body=GOOD)


@both
async def test_nothing_goes_to_another_host(library: str) -> None:
    """A request elsewhere is refused before any connection is made."""
    async with (
        loopback(answer_well) as (other, stolen),
        served(OPENAI, answer_well, library=library) as client,
    ):
        for base in (other, f"{client.url}/elsewhere", client.url.replace("http", "https")):
            with pytest.raises(InputRefused, match="openai is configured at"):
                await client.http.post(f"{base}/chat/completions", json=ASKED)
    assert (client.received, stolen, client.facts) == ([], [], [])


@both
async def test_what_is_addressed_to_the_public_host_goes_to_the_configured_one(
    library: str,
) -> None:
    """An SDK that was given no base URL cannot go around the configuration."""
    async with served(OPENAI, answer_well, path="/openai/v1", library=library) as client:
        await client.http.post(f"{OPENAI.base_url}/chat/completions?a=b%2Bc", json=ASKED)
    assert client.received[0].target == "/openai/v1/chat/completions?a=b%2Bc"
    assert client.received[0].headers["host"] == client.url.removeprefix("http://")
    assert client.call.origin.operation == "chat"


async def test_the_public_host_outside_its_base_is_not_readdressed() -> None:
    """Only what belongs below the public base URL is ours to send elsewhere."""
    async with served(OPENAI, answer_well) as client:
        with pytest.raises(InputRefused, match=r"nothing goes to https://api.openai.com/v2/chat$"):
            await client.http.get("https://api.openai.com/v2/chat?key=s3cret")
    assert client.received == []


@both
async def test_redirects_are_not_followed(library: str) -> None:
    """A redirect is a broken protocol: following it would carry the key elsewhere."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(302, b"", location="https://elsewhere.example/")

    async with served(OPENAI, script, library=library) as client:
        with pytest.raises(ProtocolError, match="openai answered 302"):
            await client.http.post(CHAT, json=ASKED)


@both
async def test_an_echoed_key_is_not_repeated(library: str) -> None:
    """The provider's words lose the request's credentials before anyone reads them."""

    async def script(request: Received, reply: Reply) -> None:
        key = request.headers["authorization"]
        await reply.whole(500, json.dumps({"error": {"message": f"cannot use {key}"}}).encode())

    async with served(OPENAI, script, library=library, ours=True) as client:
        headers = {"authorization": "Bearer sk-very-secret"}
        with pytest.raises(Unavailable, match=r"cannot use \*\*\* \*\*\*") as caught:
            await client.http.post(CHAT, json=ASKED, headers=headers)
    assert "sk-very" not in f"{caught.value!r} {client.facts}"


@both
async def test_a_key_that_breaks_the_request_is_not_quoted(library: str) -> None:
    """The library names an illegal header with its value; we do not."""
    async with served(OPENAI, answer_well, library=library) as client:
        headers = {"authorization": "Bearer sk-very-secret\n"}
        with pytest.raises(InputRefused, match="line break in the key") as caught:
            await client.http.post(CHAT, json=ASKED, headers=headers)
    assert caught.value.__suppress_context__
    assert "sk-very" not in f"{caught.value!r} {client.facts}"


@both
async def test_an_unknown_path_is_guarded_and_never_repeated(library: str) -> None:
    """What we have no words for is counted as "other", not judged, and not sent twice."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(500 if request.number == 1 else 200, b"any", "text/plain")

    async with served(OPENAI, script, library=library) as client:
        first = await client.http.post("/audio/speech", json={})
        second = await client.http.post("/audio/speech", json={})
    assert (first.status_code, second.text, len(client.received)) == (500, "any", 2)
    assert [call.origin.operation for call in client.calls] == ["other", "other"]
    assert [call.verdict for call in client.calls] == [None, None]


@both
async def test_a_full_pool_is_not_the_providers_fault(library: str) -> None:
    """Waiting for our own connections is a refusal that no breaker counts."""

    async def script(request: Received, reply: Reply) -> None:
        await asyncio.sleep(5)

    async with served(OPENAI, script, library=library) as client:
        send = client.http._transport._inner
        send._pool._max_connections = 1
        timeout = {"connect": 1.0, "read": 5.0, "write": 1.0, "pool": 0.05}
        hanging = asyncio.create_task(client.http.post(CHAT, json=ASKED))
        await asyncio.sleep(0.05)
        with pytest.raises(CallRefused, match="every connection of the pool is in use"):
            await client.http.post(CHAT, json=ASKED, extensions={"timeout": timeout})
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def test_an_endless_answer_is_refused() -> None:
    """Memory is bounded: an answer longer than the limit is no answer."""
    piece = bytes(MAX_BODY_BYTES // 8)

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin("application/json")
        for _ in range(9):
            await reply.chunk(piece)

    options = GuardOptions(retry=None)
    async with served(OPENAI, script, options=options) as client:
        with pytest.raises(ProtocolError, match=f"longer than {MAX_BODY_BYTES} bytes"):
            await client.http.get("/models")
