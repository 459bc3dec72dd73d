"""OpenAI's wire format, first through its own SDK, then by hand where the SDK hides it."""

import json
import math
from typing import Any

import pytest
from openai import AsyncOpenAI, AuthenticationError, NotFoundError

from holdfast.simulator import running
from holdfast.simulator.providers import OpenAI
from holdfast.simulator.providers.openai.guidance import compose, fragments, keywords
from holdfast.simulator.providers.openai.provider import duration
from tests.simulator.calls import CHAT, CONTEXT, QUESTION, chat, inside


def sdk(url: str, key: str = "sim") -> AsyncOpenAI:
    """The official client, without retries of its own."""
    return AsyncOpenAI(api_key=key, base_url=f"{url}/openai/v1", max_retries=0)


def cosine(a: list[float], b: list[float]) -> float:
    """How near two vectors of unit length are."""
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.real_time
async def test_the_official_sdk_chats() -> None:
    """The answer is finished, speaks of the question and its context, and its usage adds up."""
    async with running() as url, sdk(url) as client:
        answer = await client.chat.completions.create(**chat())
        choice, usage = answer.choices[0], answer.usage
        assert usage is not None
        assert choice.finish_reason == "stop"
        assert choice.message.content is not None
        assert "career" in choice.message.content
        assert "Rohini" in choice.message.content
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        assert answer._request_id is not None


@pytest.mark.real_time
async def test_the_official_sdk_reads_the_stream() -> None:
    """The pieces join to the text of the plain answer; usage comes last, in an empty chunk."""
    async with running() as url, sdk(url) as client:
        plain = await client.chat.completions.create(**chat())
        options = {"include_usage": True}
        stream = await client.chat.completions.create(**chat(stream=True, stream_options=options))
        chunks = [chunk async for chunk in stream]
    pieces = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(pieces) == plain.choices[0].message.content
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert plain.usage is not None
    assert chunks[-1].usage.total_tokens == plain.usage.total_tokens


@pytest.mark.real_time
async def test_the_official_sdk_embeds() -> None:
    """Vectors are of unit length, the same for the same text, nearer for shared words."""
    async with running() as url, sdk(url) as client:
        texts = ["a calm career", "career and calm", "zebra stripes", "a calm career"]
        answer = await client.embeddings.create(model="text-embedding-3-small", input=texts)
    a, b, c, again = [item.embedding for item in answer.data]
    assert len(a) == 1536
    assert math.isclose(math.hypot(*a), 1.0, abs_tol=1e-6)
    assert a == again
    assert cosine(a, b) > 0.5 > cosine(a, c)


@pytest.mark.real_time
async def test_the_official_sdk_knows_the_errors() -> None:
    """A bad key and an unknown model are the SDK's own exceptions, with the documented codes."""
    async with running() as url, sdk(url) as client, sdk(url, "bad-key") as stranger:
        with pytest.raises(AuthenticationError) as refused:
            await stranger.models.list()
        assert refused.value.code == "invalid_api_key"
        with pytest.raises(NotFoundError) as missing:
            await client.chat.completions.create(**chat(model="gpt-0"))
        assert missing.value.code == "model_not_found"
        models = await client.models.list()
        assert "gpt-4o-mini" in [model.id for model in models.data]
        assert (await client.models.retrieve("gpt-4o")).id == "gpt-4o"


async def test_a_stream_is_server_sent_events() -> None:
    """Each event is one `data:` line; without include_usage none has usage; `[DONE]` is last."""
    async with inside() as client:
        answer = await client.post(CHAT, json=chat(stream=True))
        quiet = {"include_obfuscation": False}
        plain = await client.post(CHAT, json=chat(stream=True, stream_options=quiet))
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = answer.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
    assert not any("usage" in chunk for chunk in chunks)
    assert all("obfuscation" in chunk for chunk in chunks)
    assert "obfuscation" not in plain.text


async def test_headers_tell_request_and_limits() -> None:
    """Every answer has its id, its time and what is left; resets are durations."""
    async with inside() as client:
        first = (await client.post(CHAT, json=chat())).headers
        second = (await client.post(CHAT, json=chat())).headers
    assert first["x-request-id"] != second["x-request-id"]
    assert int(first["openai-processing-ms"]) > 0
    assert first["x-ratelimit-limit-requests"] == "10000"
    left = [int(h["x-ratelimit-remaining-requests"]) for h in (first, second)]
    assert left == [9999, 9998]
    assert first["x-ratelimit-reset-requests"] in {"1m0s", "60s"}


def test_durations_are_written_as_openai_does() -> None:
    """Milliseconds, seconds, or minutes and seconds."""
    assert [duration(s) for s in (0.012, 1, 59, 360)] == ["12ms", "1s", "59s", "6m0s"]


async def test_the_announced_limit_is_kept() -> None:
    """The call above the limit is a 429 that says when to come back."""
    async with inside(providers=[OpenAI(requests_per_minute=1)]) as client:
        assert (await client.post(CHAT, json=chat())).status_code == 200
        refused = await client.post(CHAT, json=chat())
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_a_missing_key_is_refused() -> None:
    """No key, or another scheme than Bearer, is a 401 in OpenAI's shape."""
    async with inside() as client:
        for header in ("", "Basic sim", "Bearer "):
            headers = {"authorization": header}
            refused = await client.post(CHAT, json=chat(), headers=headers)
            assert refused.status_code == 401
            assert set(refused.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"model": "text-embedding-3-small"}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "warm"}, "temperature"),
        ({"n": 0}, "n"),
        ({"n": 1.5}, "n"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.name"),
        ({"response_format": "json"}, "response_format"),
    ],
)
async def test_a_bad_chat_request_is_named(change: dict[str, Any], param: str) -> None:
    """What is missing, of the wrong type or out of range is a 400 that names the parameter."""
    async with inside() as client:
        refused = await client.post(CHAT, json=chat(**change))
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == param


async def test_a_body_that_is_no_json_object_is_refused() -> None:
    """Broken JSON and a JSON list are both a 400."""
    async with inside() as client:
        for body in (b"{", b"[1]"):
            assert (await client.post(CHAT, content=body)).status_code == 400


async def test_the_number_of_tokens_can_be_bounded() -> None:
    """A bounded answer ends with `length`, and its usage says so."""
    async with inside() as client:
        answer = (await client.post(CHAT, json=chat(max_completion_tokens=5, n=2))).json()
    assert [choice["finish_reason"] for choice in answer["choices"]] == ["length", "length"]
    assert answer["usage"]["completion_tokens"] == 10


async def test_json_mode_and_stop() -> None:
    """JSON mode answers with an object; a stop text and what follows is left out."""
    async with inside() as client:
        wanted = chat(response_format={"type": "json_object"})
        unsaid = await client.post(CHAT, json=wanted)
        wanted["messages"].append({"role": "user", "content": "Answer in JSON."})
        answer = (await client.post(CHAT, json=wanted)).json()
        short = (await client.post(CHAT, json=chat(stop="."))).json()
    assert (unsaid.status_code, unsaid.json()["error"]["param"]) == (400, "messages")
    assert list(json.loads(answer["choices"][0]["message"]["content"])) == ["answer"]
    assert "." not in short["choices"][0]["message"]["content"]


async def test_content_may_come_in_parts() -> None:
    """The text parts of a message are read like plain text."""
    message = {"role": "user", "content": [{"type": "text", "text": "my orchard"}]}
    async with inside() as client:
        answer = (await client.post(CHAT, json=chat(messages=[message]))).json()
    assert "orchard" in answer["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "change",
    [
        {"input": None},
        {"input": ""},
        {"input": []},
        {"input": ["fine", ""]},
        {"input": "word " * 8193},
        {"dimensions": 0},
        {"dimensions": 4096},
        {"encoding_format": "hex"},
        {"model": "gpt-4o"},
        {"model": "text-embedding-ada-002", "dimensions": 64},
    ],
)
async def test_a_bad_embedding_request_is_refused(change: dict[str, Any]) -> None:
    """Nothing to embed, too much of it, or an impossible shape is a 400."""
    body = {"model": "text-embedding-3-small", "input": "text", **change}
    async with inside() as client:
        assert (await client.post("/openai/v1/embeddings", json=body)).status_code == 400


async def test_embeddings_as_floats_and_shortened() -> None:
    """Floats are the default on the wire; a shortened vector is of unit length again."""
    body = {"model": "text-embedding-3-large", "input": [[1, 2, 3]], "dimensions": 8}
    async with inside() as client:
        answer = (await client.post("/openai/v1/embeddings", json=body)).json()
    numbers = answer["data"][0]["embedding"]
    assert len(numbers) == 8
    assert math.isclose(math.hypot(*numbers), 1.0)
    assert answer["usage"]["prompt_tokens"] == 3


async def test_an_unknown_address_answers_as_the_provider_would() -> None:
    """A wrong path below the prefix is OpenAI's own 404."""
    async with inside() as client:
        lost = await client.get("/openai/v1/responses")
    assert lost.status_code == 404
    assert "/v1/responses" in lost.json()["error"]["message"]


def test_guidance_is_made_of_its_input() -> None:
    """The same input gives the same text; another seed or variant another one."""
    said = compose(QUESTION, CONTEXT, seed=7)
    assert said == compose(QUESTION, CONTEXT, seed=7)
    others = {compose(QUESTION, CONTEXT, seed, v) for seed in range(5) for v in range(2)}
    assert len(others) > 5
    assert compose("", "", seed=7).count(".") >= 3


def test_words_and_facts_are_found() -> None:
    """Words that carry meaning, once each; facts without the instructions around them."""
    assert keywords(QUESTION, 3) == ["stay", "calm", "career"]
    assert fragments(CONTEXT, 3) == ["Chart Moon in Rohini pada 2", "Sun in Tula"]


async def test_credit_is_used_up_once() -> None:
    """Beyond it every call that costs is `insufficient_quota`; the list of models is free."""
    async with inside(providers=[OpenAI(credit_tokens=200)]) as client:
        codes = [(await client.post(CHAT, json=chat())).status_code for _ in range(6)]
        last = await client.post(CHAT, json=chat())
        models = await client.get("/openai/v1/models")
    assert (codes[0], codes[-1]) == (200, 429)
    assert last.json()["error"]["code"] == "insufficient_quota"
    assert models.status_code == 200


@pytest.mark.parametrize(
    ("schema", "param"),
    [
        ({"name": "a b", "schema": {}}, "response_format.json_schema.name"),
        ({"name": "a", "schema": []}, "schema"),
        (
            {"name": "a", "strict": True, "schema": {"type": "object"}},
            "response_format.json_schema",
        ),
    ],
)
async def test_a_schema_that_is_not_allowed_is_named(schema: dict[str, Any], param: str) -> None:
    """A bad name, no object, or a strict schema that leaves something open."""
    async with inside() as client:
        wanted = {"type": "json_schema", "json_schema": schema}
        refused = await client.post(CHAT, json=chat(response_format=wanted))
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)
