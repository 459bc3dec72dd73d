"""Mistral's chat through its guards, against its double: what the how-to asks for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    RateLimited,
    SemanticError,
    Unavailable,
)
from holdfast.events import CallFinished, Usage
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.mistral import MISTRAL, Mistral, judge_reply, read_usage
from holdfast.simulator.providers import Mistral as Double
from tests.integrations.simulated import Simulated, simulated


@asynccontextmanager
async def stage(key: str = "s3cret-key") -> AsyncIterator[Simulated[Mistral]]:
    """The client over its double."""
    keys = {"MISTRAL_API_KEY": key}
    async with simulated(
        MISTRAL, lambda clock: Double(clock=clock), Mistral.over, keys, path="/v1"
    ) as on:
        yield on


async def test_a_question_gets_a_reply_that_is_counted() -> None:
    """Words, why they ended, and the tokens of both directions."""
    async with stage() as on:
        reply = await on.service.chat("How do I begin?")
    (call,) = [fact for fact in on.facts if isinstance(fact, CallFinished)]
    assert reply.text.startswith("You asked: How do I begin?")
    assert (reply.model, reply.finish_reason) == ("mistral-small-latest", "stop")
    assert call.usage == Usage(
        "tokens", 19, model="mistral-small-latest", parts={"input": 4, "output": 15}
    )


async def test_200_without_words_is_no_reply() -> None:
    """HTTP says yes and we say no."""
    async with stage() as on:
        await on.play("empty_success")
        with pytest.raises(SemanticError, match="the reply has no words"):
            await on.service.chat("How do I begin?")


def test_a_reply_that_is_cut_off_is_served_with_a_warning() -> None:
    """Somebody should look at the limit."""
    body = b'{"choices": [{"message": {"content": "And"}, "finish_reason": "length"}]}'
    asked = Exchange(Asked("POST", "/chat/completions"), 200, {}, body)
    verdict = judge_reply(asked)
    assert (verdict.judgement, verdict.reason) == ("warn", "the reply is cut off")
    assert read_usage(asked) is None


@pytest.mark.parametrize(
    ("kind", "parameters", "error"),
    [
        ("error", {"status": 422}, InvalidRequest),
        ("error", {"status": 500}, Unavailable),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited),
    ],
)
async def test_each_outage_is_one_clear_error(
    kind: str, parameters: dict[str, Any], error: type[HoldfastError]
) -> None:
    """What the provider does wrong has a class, and health shows it."""
    async with stage() as on:
        await on.play(kind, **parameters)
        with pytest.raises(error):
            await on.service.chat("How do I begin?")
        assert (await on.service.health()).state == "unhealthy"


async def test_health_is_free_and_a_refused_key_is_told_without_it() -> None:
    """The list of models; 401 for a bad key."""
    async with stage() as on:
        assert await on.service.health() == ServiceHealth("healthy", "models")
    async with stage("bad-key") as on:
        with pytest.raises(AuthenticationError, match="mistral answered 401") as caught:
            await on.service.chat("How do I begin?")
    assert "bad-key" not in f"{caught.value!r} {on.facts}"


async def test_what_cannot_succeed_is_refused() -> None:
    """A blank question, and a missing key."""
    async with stage() as on:
        with pytest.raises(InputRefused, match="chat needs a text"):
            await on.service.chat(" ")
        with pytest.raises(ConfigurationError, match="set MISTRAL_API_KEY"):
            Mistral(on.access.http, "")
