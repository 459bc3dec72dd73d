"""OpenAI's client through its guards, against the simulator on a real port."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from holdfast.events import Usage
from holdfast.integrations.access import ServiceHealth, no_guard
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.openai_client import OpenAI
from holdfast.integrations.openai_records import ChatRequest, Message
from holdfast.simulator.providers.openai.models import CHAT_MODELS, EMBEDDING_DIMENSIONS
from tests.integrations import simulated_port
from tests.integrations.guarded import served
from tests.integrations.loopback import Received, Reply

pytestmark = pytest.mark.real_time

KEY = "sk-made-up-for-tests"
ASK = ChatRequest.of("How calm is the sea?", system="You are a sailor.")
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def stage(url: str, key: str = KEY) -> Any:
    """OpenAI's access to the simulator."""
    return simulated_port.stage(OPENAI, url, {"OPENAI_API_KEY": key}, "/v1")


async def test_an_answer_is_typed_judged_and_its_tokens_are_counted(url: str) -> None:
    """Usage has the model, and parts that add up to the amount."""
    async with stage(url) as on:
        reply = await OpenAI.over(on.access).chat(ASK)
    assert "calm" in reply.text
    assert (reply.finish_reason, reply.model, reply.refusal) == ("stop", ASK.model, None)
    assert reply.tokens is not None
    assert reply.request_id is not None
    assert reply.text not in repr(reply)
    usage = on.client.call.usage
    assert usage is not None
    parts = {"input": float(reply.tokens.input), "output": float(reply.tokens.output)}
    assert usage.cost_usd
    unpriced = Usage("tokens", reply.tokens.total, model=ASK.model, parts=parts)
    assert replace(usage, cost_usd=None) == unpriced
    assert on.client.call.verdict is not None
    assert on.client.call.verdict.judgement == "pass"


async def test_a_stream_gives_words_and_then_the_whole(url: str) -> None:
    """The reply is there once the words have ended, with the same text and its tokens."""
    async with stage(url) as on:
        openai = OpenAI.over(on.access)
        async with openai.stream(ASK) as words:
            early = words.reply
            said = [word async for word in words]
        whole = await openai.chat(ASK)
    assert early is None
    assert len(said) > 2
    assert words.reply is not None
    assert (words.reply.text, words.reply.tokens) == ("".join(said), whole.tokens)
    assert words.reply.request_id
    assert on.told == [("chat", "succeeded", None)] * 2
    assert on.client.calls[0].usage == on.client.calls[1].usage


async def test_leaving_a_stream_early_is_fine(url: str) -> None:
    """The connection is given back and nobody is blamed."""
    async with stage(url) as on, OpenAI.over(on.access).stream("Tell me a tale") as words:
        async for _ in words:
            break
    assert on.told == [("chat", "succeeded", None)]


@pytest.mark.parametrize(
    ("wanted", "members"),
    [
        ({"schema": PERSON}, {"name", "age"}),
        ({"schema": PERSON, "strict": True}, {"name", "age"}),
        ({"keys": ["mood", "wind"]}, {"mood", "wind"}),
        ({}, {"answer"}),
    ],
)
async def test_a_document_is_parsed(url: str, wanted: dict[str, Any], members: set[str]) -> None:
    """By schema, by its keys, or as any object."""
    async with stage(url) as on:
        answer = await OpenAI.over(on.access).chat_json("The sea as JSON, please", **wanted)
    assert set(answer.document) == members
    assert answer.reply.finish_reason == "stop"


async def test_vectors_come_in_the_order_of_the_texts(url: str) -> None:
    """As long as asked, and the same for the same text; the tokens are counted."""
    async with stage(url) as on:
        openai = OpenAI.over(on.access)
        found = await openai.embed(["one sea", "two winds", "one sea"], dimensions=256)
        plain = await openai.embed(["one sea"])
    assert (found.dimensions, plain.dimensions) == (256, 1536)
    assert found.vectors[0] == found.vectors[2] != found.vectors[1]
    usage = on.client.calls[0].usage
    assert usage is not None
    spent = float(found.tokens or 0)
    unpriced = Usage("tokens", spent, model="text-embedding-3-small", parts={"input": spent})
    assert replace(usage, cost_usd=None) == unpriced


async def test_health_asks_for_the_models_and_costs_nothing(url: str) -> None:
    """A key that is taken is healthy; one that is not, or an outage, is told with its reason."""
    async with stage(url) as on:
        openai = OpenAI.over(on.access)
        assert set(await openai.models()) == {*CHAT_MODELS, *EMBEDDING_DIMENSIONS}
        good = await openai.health()
        await on.play("error", status=503)
        down = await openai.health()
        await on.play("empty_success")
        empty = await openai.health()
    async with stage(url) as on:
        await on.play("rate_limited", retry_after_seconds=60)
        slow = await OpenAI.over(on.access).health()
    async with stage(url, "bad-key") as on:
        refused = await OpenAI.over(on.access).health()
    assert good == ServiceHealth("healthy", "models", "9 models")
    assert (down.state, slow.state, empty.state) == ("unhealthy", "degraded", "unhealthy")
    assert "the list of models is empty" in empty.detail
    assert (refused.state, refused.detail) == ("unhealthy", "openai answered 401: invalid_api_key")
    assert all(call.usage is None for call in on.client.calls)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"status": 500}, Unavailable),
        ({"status": 429, "code": "insufficient_quota"}, QuotaExhausted),
        ({"status": 429, "code": "rate_limit_exceeded"}, RateLimited),
        ({"status": 400, "code": "context_length_exceeded"}, InvalidRequest),
        ({"status": 404, "code": "model_not_found"}, InvalidRequest),
        ({"status": 401}, AuthenticationError),
    ],
)
async def test_each_documented_error_is_ours(
    url: str, parameters: dict[str, Any], error: type[HoldfastError]
) -> None:
    """The SDK stands in between and changes nothing."""
    async with stage(url) as on:
        await on.play("error", **parameters)
        with pytest.raises(error) as caught:
            await OpenAI.over(on.access).chat(ASK)
    assert type(caught.value) is error
    assert KEY not in f"{caught.value!r} {on.client.facts}"


async def test_no_environment_leads_the_client_elsewhere(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's own variables do not move it."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/elsewhere")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another")
    async with stage(url) as on:
        assert (await OpenAI.over(on.access).chat(ASK)).text


async def test_a_refusal_is_an_answer() -> None:
    """The model may say no to a document, and is then not judged as one."""
    message = {"role": "assistant", "content": None, "refusal": "I will not."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}

    async def script(request: Received, reply: Reply) -> None:
        assert request.headers["authorization"] == f"Bearer {KEY}"
        await reply.whole(body=json.dumps({"choices": [choice], "model": ASK.model}).encode())

    async with served(OPENAI, script, ours=True) as client:
        answer = await OpenAI(client.http, KEY).chat_json(ASK, schema=PERSON)
    assert (answer.document, answer.reply.refusal) == (None, "I will not.")
    assert answer.reply.tokens is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"messages": ()}, "at least one message"),
        ({"temperature": 2.5}, "temperature is 0 to 2, got 2.5"),
        ({"max_tokens": 0}, "max_tokens is at least 1, got 0"),
        ({"stop": ("a",) * 5}, "at most 4 texts to stop at, got 5"),
    ],
)
def test_what_cannot_succeed_is_no_request(fields: dict[str, Any], words: str) -> None:
    """It is told where it is written down."""
    with pytest.raises(InputRefused, match=words):
        ChatRequest(**{"messages": (Message("user", "hi"),), **fields})


async def test_too_many_or_blank_texts_are_refused(url: str) -> None:
    """Nothing is sent for them."""
    async with stage(url) as on:
        openai = OpenAI.over(on.access)
        for texts, words in (([], "got 0"), (["a"] * 2049, "got 2049"), (["  "], "needs a text")):
            with pytest.raises(InputRefused, match=words):
                await openai.embed(texts)
    assert all(call.attempts == 0 for call in on.client.calls)


async def test_a_missing_key_names_the_variable() -> None:
    """Told before anything is sent; so is an access that was made without guards."""
    async with httpx2.AsyncClient() as http:
        with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
            OpenAI(http, " ")
    with pytest.raises(ConfigurationError, match="no guard for 'search'"):
        no_guard("search")


async def test_the_key_is_nowhere_to_be_read(url: str) -> None:
    """Not in the access, not in the client, not in what many calls at once tell."""
    async with stage(url) as on:
        openai = OpenAI.over(on.access)
        await asyncio.gather(*(openai.chat(ASK) for _ in range(3)))
        assert KEY not in f"{on.access!r} {openai!r} {on.client.facts}"
    assert len(on.client.calls) == 3
