"""Every kind of misbehaviour, seen from the client."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from openai import APIStatusError, AsyncOpenAI, RateLimitError

from holdfast.simulator import running
from holdfast.simulator.providers.elevenlabs.mp3 import ID3
from tests.simulator.calls import (
    CHAT,
    DETAILS,
    FORM,
    SPEAK,
    chart,
    chat,
    fate,
    inside,
    outside,
    play,
    until,
)

TEXT = {"text": "Patience will be rewarded in time."}


async def recorded(client: httpx2.AsyncClient) -> bool:
    """Whether a request has ended."""
    return bool((await client.get("/_requests")).json()["requests"])


async def hit(client: httpx2.AsyncClient) -> bool:
    """Whether OpenAI's scenario has hit a call."""
    return bool((await fate(client, "openai"))["faulted"])


async def collect(answer: httpx2.Response, into: bytearray) -> None:
    """Read a body; what came before an error stays in *into*."""
    async for piece in answer.aiter_bytes():
        into += piece


async def test_latency_delays_a_good_answer() -> None:
    """The answer comes, later."""
    async with inside() as client:
        await play(client, "openai", kind="latency", delay_seconds=9)
        loop = asyncio.get_running_loop()
        before = loop.time()
        answer = await client.post(CHAT, json=chat())
    assert answer.status_code == 200
    assert loop.time() - before == pytest.approx(9)


@pytest.mark.parametrize(
    ("provider", "status", "path"),
    [
        ("openai", 503, ("error", "type")),
        ("openai", 418, ("error", "type")),
        ("prokerala", 500, ("errors", 0, "detail")),
        ("elevenlabs", 503, ("detail", "code")),
        ("elevenlabs", 504, ("detail", "code")),
        ("elevenlabs", 422, ("detail", 0, "msg")),
    ],
)
async def test_errors_come_in_the_provider_s_own_shape(
    provider: str, status: int, path: tuple[str | int, ...]
) -> None:
    """The status asked for, with a body that the provider's clients can read."""
    addresses = {"openai": CHAT, "prokerala": "/prokerala/token", "elevenlabs": SPEAK}
    async with inside() as client:
        await play(client, provider, kind="error", status=status)
        answer = await client.post(addresses[provider], json={})
    assert answer.status_code == status
    found: Any = answer.json()
    for key in path:
        found = found[key]
    assert isinstance(found, str)


@pytest.mark.parametrize(
    ("provider", "status", "code"),
    [
        ("openai", 429, "insufficient_quota"),
        ("elevenlabs", 401, "quota_exceeded"),
        ("elevenlabs", 429, "system_busy"),
        ("prokerala", 400, "1004"),
    ],
)
async def test_one_of_several_documented_errors_can_be_chosen(
    provider: str, status: int, code: str
) -> None:
    """The code stands in the body."""
    addresses = {"openai": CHAT, "prokerala": "/prokerala/token", "elevenlabs": SPEAK}
    async with inside() as client:
        await play(client, provider, kind="error", status=status, code=code)
        answer = await client.post(addresses[provider], json={})
    assert f'"{code}"' in answer.text


@pytest.mark.real_time
async def test_the_sdk_sees_an_injected_error_and_a_rate_limit() -> None:
    """OpenAI's own client raises its own exceptions, and can read how long to wait."""
    async with running() as url, outside(url) as control:
        base = f"{url}/openai/v1"
        async with AsyncOpenAI(api_key="sim", base_url=base, max_retries=0) as client:
            await play(control, "openai", kind="error", status=500)
            with pytest.raises(APIStatusError, match="server had an error"):
                await client.chat.completions.create(**chat())
            await play(control, "openai", kind="rate_limited", retry_after_seconds=4)
            with pytest.raises(RateLimitError) as limited:
                await client.chat.completions.create(**chat())
    assert limited.value.response.headers["retry-after"] == "4"
    assert limited.value.code == "rate_limit_exceeded"


@pytest.mark.parametrize(
    ("provider", "address"),
    [("openai", CHAT), ("prokerala", "/prokerala/token"), ("elevenlabs", SPEAK)],
)
async def test_rate_limited_says_when_to_come_back(provider: str, address: str) -> None:
    """429 with Retry-After in whole seconds, for each provider."""
    async with inside() as client:
        await play(client, provider, kind="rate_limited")
        answer = await client.post(address, json={})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


async def test_empty_success_says_nothing_with_status_200() -> None:
    """A finished chat without content, a chart without planets, no voices and no audio."""
    async with inside() as client:
        for provider in ("openai", "prokerala", "elevenlabs"):
            await play(client, provider, kind="empty_success")
        said = (await client.post(CHAT, json=chat())).json()
        stream = await client.post(CHAT, json=chat(stream=True))
        body = {"model": "text-embedding-3-small", "input": "x"}
        vectors = (await client.post("/openai/v1/embeddings", json=body)).json()
        planets = (await chart(client)).json()
        details = (await chart(client, DETAILS)).json()
        audio = await client.post(SPEAK, json=TEXT)
        voices = (await client.get("/elevenlabs/v1/voices")).json()
    assert said["choices"][0]["message"]["content"] == ""
    assert said["choices"][0]["finish_reason"] == "stop"
    assert said["usage"]["completion_tokens"] == 0
    assert '"stop"' in stream.text
    assert "[DONE]" in stream.text
    assert vectors["data"] == []
    assert planets == {"status": "ok", "data": {"planet_position": []}}
    assert details == {"status": "ok", "data": {}}
    assert (audio.status_code, audio.content) == (200, b"")
    assert audio.headers["content-type"] == "audio/mpeg"
    assert voices == {"voices": []}


async def test_silent_audio_is_as_long_and_without_a_sound() -> None:
    """MP3 frames hold nothing after their headers, samples are zero; the length is the same."""
    async with inside() as client:
        loud = await client.post(SPEAK, json=TEXT)
        await play(client, "elevenlabs", kind="silent_audio")
        quiet = await client.post(SPEAK, json=TEXT)
        stream = await client.post(f"{SPEAK}/stream", json=TEXT)
        pcm = await client.post(SPEAK, json=TEXT, params={"output_format": "pcm_16000"})
    assert len(quiet.content) == len(loud.content)
    assert quiet.content == stream.content
    size = 417
    frames = quiet.content[len(ID3) :]
    assert {frames[i + 4 : i + size] for i in range(0, len(frames), size)} == {bytes(size - 4)}
    assert pcm.content
    assert not any(pcm.content)


async def test_an_incomplete_chart_breaks_a_rule_each_time() -> None:
    """Planets are missing or contradict themselves; details miss a part or misname the mansion."""
    async with inside() as client:
        good = (await chart(client, DETAILS)).json()["data"]
        await play(client, "prokerala", kind="incomplete_chart")
        charts = [(await chart(client)).json()["data"]["planet_position"] for _ in range(12)]
        details = [(await chart(client, DETAILS)).json()["data"] for _ in range(12)]
    counts = {len(planets) for planets in charts}
    assert counts == {7, 10}
    for planets in charts:
        exact = [abs(p["degree"] - p["longitude"] % 30) < 0.001 for p in planets]
        assert len(planets) < 10 or not any(exact)
    for detail in details:
        missing = "chandra_rasi" not in detail
        assert missing or detail["nakshatra"]["name"] != good["nakshatra"]["name"]


@pytest.mark.real_time
async def test_a_truncated_chat_stream_ends_without_a_word() -> None:
    """The HTTP answer is complete, but nothing in it says that the chat has finished."""
    async with running() as url, outside(url) as client:
        await play(client, "openai", kind="truncated_stream")
        options = {"include_usage": True}
        cut = await client.post(CHAT, json=chat(stream=True, stream_options=options))
        plain = await client.post(CHAT, json=chat())
        assert (await fate(client, "openai"))["faulted"] == 1
    chunks = [json.loads(line[6:]) for line in cut.text.split("\n\n") if line]
    assert chunks
    assert {chunk["choices"][0]["finish_reason"] for chunk in chunks} == {None}
    assert plain.json()["choices"][0]["finish_reason"] == "stop"


@pytest.mark.real_time
@pytest.mark.parametrize("path", [SPEAK, f"{SPEAK}/stream"])
async def test_a_truncated_audio_stream_is_cut_in_the_middle(path: str) -> None:
    """The connection is gone before the body is complete, and some audio has arrived."""
    got = bytearray()
    async with running() as url, outside(url) as client:
        await play(client, "elevenlabs", kind="truncated_stream")
        async with client.stream("POST", path, json=TEXT) as answer:
            assert answer.status_code == 200
            with pytest.raises(httpx2.RemoteProtocolError):
                await collect(answer, got)
        records = (await client.get("/_requests")).json()["requests"]
    assert got.startswith(b"ID3")
    assert (records[0]["outcome"], records[0]["fault"]) == ("cut", "truncated_stream")


@pytest.mark.real_time
async def test_a_hanging_call_ends_when_the_client_leaves() -> None:
    """Nothing is answered, no task is left behind, and the record says who went."""
    async with running() as url, outside(url, timeout_seconds=0.1) as client:
        await play(client, "prokerala", kind="hang")
        with pytest.raises(httpx2.ReadTimeout):
            await client.post("/prokerala/token", data=FORM)
        await until(lambda: recorded(client))
        found = (await client.get("/_requests")).json()["requests"]
        coroutines = [str(task.get_coro()) for task in asyncio.all_tasks()]
    assert (found[0]["outcome"], found[0]["fault"]) == ("client_gone", "hang")
    assert found[0]["status"] is None
    assert not [name for name in coroutines if "_until_client_leaves" in name]


@pytest.mark.real_time
async def test_a_hanging_call_does_not_keep_the_simulator_from_stopping() -> None:
    """Who still waits when it stops gets an answer, at once."""
    async with running() as url:
        client = outside(url)
        await play(client, "openai", kind="hang")
        waiting = asyncio.create_task(client.post(CHAT, json=chat()))
        await until(lambda: hit(client))
    async with asyncio.timeout(5):
        assert (await waiting).status_code == 200
    await client.aclose()


async def test_a_hang_can_be_bounded() -> None:
    """After its seconds the answer comes after all."""
    async with inside() as client:
        await play(client, "openai", kind="hang", seconds=30)
        assert (await client.post(CHAT, json=chat())).status_code == 200
    assert asyncio.get_running_loop().time() >= 30


async def test_malformed_is_200_with_a_body_that_is_no_document() -> None:
    """Broken JSON, or the page of a gateway."""
    async with inside() as client:
        await play(client, "openai", kind="malformed")
        broken = await client.post(CHAT, json=chat())
        await play(client, "openai", kind="malformed", body="html")
        page = await client.post(CHAT, json=chat())
    assert (broken.status_code, page.status_code) == (200, 200)
    with pytest.raises(ValueError, match="Unterminated"):
        broken.json()
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.startswith("<!doctype html>")
