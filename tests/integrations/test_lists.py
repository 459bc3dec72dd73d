"""Lists with status 200 that are none: vectors, models, voices, subscriptions."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.events import Verdict
from holdfast.integrations import elevenlabs, elevenlabs_lists, openai_lists, rag
from holdfast.integrations.exchange import Asked, Exchange

Judge = Callable[[Exchange], Verdict | None]


def answered(document: Any, wanted: Any = None, **query: str) -> Exchange:
    """An answer with status 200 to the request *wanted*."""
    request = Asked("POST", "/x", query, json.dumps(wanted).encode())
    return Exchange(request, 200, {}, json.dumps(document).encode())


def vector(embedding: Any, index: Any = 0) -> dict[str, Any]:
    """One item of a list of vectors."""
    return {"data": [{"index": index, "embedding": embedding}]}


@pytest.mark.parametrize(
    ("judge", "document", "words"),
    [
        (openai_lists.judge_embeddings, None, "0 vectors came, 1 asked for"),
        (openai_lists.judge_embeddings, {"data": 7}, "0 vectors came, 1 asked for"),
        (openai_lists.judge_embeddings, vector("!"), "item 0 has no vector"),
        (openai_lists.judge_embeddings, vector("AAA="), "item 0 has no vector"),
        (openai_lists.judge_embeddings, vector(["a"]), "item 0 has no vector"),
        (openai_lists.judge_embeddings, vector(7), "item 0 has no vector"),
        (openai_lists.judge_embeddings, vector([1.0], "0"), "item 0 has no vector, or no index"),
        (openai_lists.judge_embeddings, vector([0.0, 1.0]), ""),
        (openai_lists.judge_embeddings, vector("AACAPw=="), ""),
        (openai_lists.judge_models, {"data": {}}, "the list of models is empty"),
        (openai_lists.judge_models, {"data": [{"id": 7}]}, "a model has no id"),
        (elevenlabs_lists.judge_voices, {"voices": 7}, "the answer has no list of voices"),
        (elevenlabs_lists.judge_voices, {"voices": [{}]}, "one of 1 voices has no voice_id"),
        (elevenlabs_lists.judge_models, {"detail": 1}, "the answer has no list of models"),
        (elevenlabs_lists.judge_subscription, [], "character_count or character_limit"),
        (
            elevenlabs_lists.judge_subscription,
            {"character_count": 1, "character_limit": 2},
            "the subscription has no status",
        ),
    ],
)
def test_a_list_is_judged(judge: Judge, document: Any, words: str) -> None:
    """What cannot be used is told; nothing raises."""
    verdict = judge(answered(document, {"input": "a text", "model": "mine"}))
    assert verdict is not None
    assert (verdict.judgement == "pass", words in verdict.reason) == (not words, True)


@pytest.mark.parametrize(
    ("given", "inputs"),
    [
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ([1, 2], ["[1, 2]"]),
        ([[1], [2]], ["[1]", "[2]"]),
        (None, []),
    ],
)
def test_inputs_are_counted_as_the_provider_counts_them(given: Any, inputs: list[str]) -> None:
    """A list of numbers is one input of tokens."""
    assert openai_lists.inputs_of(answered(None, {"input": given}).asked) == inputs


def test_usage_needs_figures() -> None:
    """What is not told is not made up."""
    path = elevenlabs.SUBSCRIPTION
    assert elevenlabs.read_usage(Exchange(Asked("GET", path), 200)) is None
    assert elevenlabs.format_named("opus_48000_64") == ("opus", 48_000)
    assert rag.judge_found("no search") is None
