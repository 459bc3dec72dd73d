"""OpenAI's answers with status 200 that are none, through its client and the simulator."""

from typing import Any

import pytest

from holdfast.errors import HoldfastError, ProtocolError, SemanticError, Unavailable
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.openai_client import OpenAI
from holdfast.integrations.openai_records import ChatRequest
from tests.integrations import simulated_port

pytestmark = pytest.mark.real_time

KEY = "sk-made-up-for-tests"
ASK = ChatRequest.of("How calm is the sea?", system="You are a sailor.")


def stage(url: str, key: str = KEY) -> Any:
    """OpenAI's access to the simulator."""
    return simulated_port.stage(OPENAI, url, {"OPENAI_API_KEY": key}, "/v1")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("empty_success", "choice 0 is empty"),
        ("cut_answer", "truncated: the token limit"),
        ("withheld_answer", "content filter"),
        ("broken_json", "no JSON document"),
        ("wrong_json", "the answer lacks 'name'; the answer lacks 'age'"),
    ],
)
async def test_status_200_is_not_enough_for_a_document(url: str, kind: str, words: str) -> None:
    """What is empty, unfinished, no JSON or without its members is not an answer."""
    async with stage(url) as on:
        await on.play(kind)
        with pytest.raises(SemanticError, match=words):
            await OpenAI.over(on.access).chat_json(ASK, keys=("name", "age"))
    assert on.told == [("chat", "failed", "SemanticError")]


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("empty_success", SemanticError, "choice 0 is empty"),
        ("cut_answer", SemanticError, "truncated"),
        ("withheld_answer", SemanticError, "content filter"),
        ("truncated_stream", ProtocolError, "ended without finish_reason"),
        ("stream_error", Unavailable, "server_error in the middle of the stream"),
    ],
)
async def test_status_200_is_not_enough_for_a_stream(
    url: str, kind: str, error: type[HoldfastError], words: str
) -> None:
    """A stream is judged at its end, and the caller hears of it."""
    async with stage(url) as on:
        await on.play(kind)
        with pytest.raises(error, match=words):
            async with OpenAI.over(on.access).stream(ASK) as answer:
                _ = [word async for word in answer]
    assert on.told == [("chat", "failed", error.__name__)]


async def test_a_streamed_document_is_judged_too(url: str) -> None:
    """Over our transport by hand: its words are kept only for this."""
    document = {
        **ASK.document(), "stream": True, "response_format": {"type": "json_object"},
        "messages": [{"role": "user", "content": "JSON, please"}],
    }  # fmt: skip
    headers = {"authorization": f"Bearer {KEY}"}
    async with stage(url) as on:
        await on.client.http.post("/chat/completions", json=document, headers=headers)
        await on.play("broken_json")
        with pytest.raises(SemanticError, match="no JSON document"):
            await on.client.http.post("/chat/completions", json=document, headers=headers)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("wrong_model", "'gpt-3.5-turbo-0125' answered"), ("wrong_usage", "usage does not add up")],
)
async def test_what_is_odd_is_served_and_told(url: str, kind: str, words: str) -> None:
    """A warning is no failure."""
    async with stage(url) as on:
        await on.play(kind)
        await OpenAI.over(on.access).chat(ASK)
        if kind == "wrong_model":
            async with OpenAI.over(on.access).stream(ASK) as answer:
                _ = [word async for word in answer]
    for call in on.client.calls:
        assert call.verdict is not None
        assert (call.outcome, call.verdict.judgement) == ("succeeded", "warn")
        assert words in call.verdict.reason


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("empty_success", "0 vectors came, 3 asked for"),
        ("missing_vectors", "2 vectors came, 3 asked for"),
        ("short_vectors", "768 dimensions, 1536 expected"),
        ("nan_vectors", "vector 0 is not finite"),
        ("zero_vectors", "vector 0 is zero"),
        ("same_vectors", "all 3 different inputs have the same vector"),
    ],
)
async def test_status_200_is_not_enough_for_vectors(url: str, kind: str, words: str) -> None:
    """Vectors that cannot stand for their texts never reach a store."""
    async with stage(url) as on:
        await on.play(kind)
        with pytest.raises(SemanticError, match=words):
            await OpenAI.over(on.access).embed(["a", "b", "c"])
    assert on.told == [("embeddings", "failed", "SemanticError")]
