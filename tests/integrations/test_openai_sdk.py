"""The official SDK through our clients, against the simulator on a real port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

from holdfast.errors import BreakerOpen, ProtocolError, SemanticError
from holdfast.events import BreakerMoved
from holdfast.integrations.openai import OPENAI
from holdfast.simulator import running
from tests.integrations.guarded import Watched, guarded

pytestmark = pytest.mark.real_time
both = pytest.mark.parametrize("library", ["httpx2", "httpx"])

ASK: dict[str, Any] = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "hello"}]}


class Stage:
    """The SDK, our client under it, and the simulator's switches."""

    def __init__(self, sdk: openai.AsyncOpenAI, client: Watched, url: str) -> None:
        self.sdk, self.client, self._url = sdk, client, url

    async def play(self, kind: str, **parameters: Any) -> None:
        """Start a scenario."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            document = {"kind": kind, **parameters}
            answer = await http.put(f"{self._url}/_scenarios/openai", json=document)
        assert answer.status_code == 200

    async def ask(self, *, stream: bool = False) -> list[str]:
        """Ask once; the words of the answer, in one piece or as they came."""
        if not stream:
            answer = await self.sdk.chat.completions.create(**ASK)
            return [answer.choices[0].message.content or ""]
        chunks = await self.sdk.chat.completions.create(
            **ASK, stream=True, stream_options={"include_usage": True}
        )
        return [part.choices[0].delta.content or "" async for part in chunks if part.choices]


@asynccontextmanager
async def stage(library: str, api_key: str = "sk-simulated") -> AsyncIterator[Stage]:
    """A stage, cleared away at the end."""
    async with (
        running() as url,
        guarded(OPENAI, f"{url}/openai/v1", library=library) as client,
        openai.AsyncOpenAI(api_key=api_key, http_client=client.http, max_retries=0) as sdk,
    ):
        yield Stage(sdk, client, url)


@both
async def test_chat_and_stream_are_counted_once_each(library: str) -> None:
    """Without a base URL of its own the SDK reaches the simulator; each call is one fact."""
    async with stage(library) as on:
        whole = await on.ask()
        pieces = await on.ask(stream=True)
    assert "".join(whole).strip()
    assert len(pieces) > 2
    assert [call.outcome for call in on.client.calls] == ["succeeded", "succeeded"]
    assert [call.origin.operation for call in on.client.calls] == ["chat", "chat"]
    assert all(call.usage and call.usage.amount > 0 for call in on.client.calls)
    assert all(call.verdict and call.verdict.judgement == "pass" for call in on.client.calls)


@both
async def test_an_injected_500_is_retried_once_by_us(library: str) -> None:
    """The SDK sees only the good answer; the fact tells two attempts."""
    async with stage(library) as on:
        await on.play("error", status=500, times=1)
        assert await on.ask()
    assert (on.client.call.outcome, on.client.call.attempts) == ("succeeded", 2)


@both
async def test_the_sdk_raises_its_own_errors_and_never_retries(library: str) -> None:
    """A lasting error is what the SDK's users know, after our attempts and none of its own."""
    async with stage(library) as on:
        await on.play("error", status=500)
        patient = on.sdk.with_options(max_retries=5)
        with pytest.raises(openai.InternalServerError):
            await patient.chat.completions.create(**ASK)
    assert (on.client.call.error, on.client.call.attempts) == ("Unavailable", 2)


@both
async def test_a_refused_key_is_the_sdks_authentication_error(library: str) -> None:
    """401 is not retried, and our fact does not quote the key."""
    async with stage(library, api_key="bad-key") as on:
        with pytest.raises(openai.AuthenticationError):
            await on.ask()
    assert on.client.call.error == "AuthenticationError"
    assert "bad-key" not in str(on.client.facts)


@both
async def test_silent_failure_opens_the_breaker(library: str) -> None:
    """Every status is 200, every answer empty: retried, failed, and then refused."""
    async with stage(library) as on:
        await on.play("empty_success")
        for _ in range(2):
            with pytest.raises(SemanticError, match="choice 0 is empty"):
                await on.ask()
        with pytest.raises(BreakerOpen):
            await on.ask()
    assert [(call.outcome, call.attempts) for call in on.client.calls] == [
        ("failed", 2),
        ("failed", 2),
        ("refused", 0),
    ]
    moves = [fact.after for fact in on.client.facts if isinstance(fact, BreakerMoved)]
    assert moves == ["open"]


@both
async def test_an_empty_stream_is_a_semantic_error_too(library: str) -> None:
    """A stream is judged after its last piece."""
    async with stage(library) as on:
        await on.play("empty_success")
        with pytest.raises(SemanticError, match="choice 0 is empty"):
            await on.ask(stream=True)
    assert (on.client.call.outcome, on.client.call.attempts) == ("failed", 1)


@both
async def test_a_truncated_stream_is_not_taken_for_an_answer(library: str) -> None:
    """The SDK's loop would just end; ours raises."""
    async with stage(library) as on:
        await on.play("truncated_stream")
        with pytest.raises(ProtocolError, match="the stream ended without"):
            await on.ask(stream=True)
    assert on.client.call.outcome == "failed"


@both
async def test_leaving_a_stream_early_is_no_failure(library: str) -> None:
    """The SDK closes what its user does not finish; that is a served call."""
    async with stage(library) as on:
        chunks = await on.sdk.chat.completions.create(**ASK, stream=True)
        async for _ in chunks:
            break
        await chunks.close()
    assert (on.client.call.outcome, on.client.call.error) == ("succeeded", None)


@both
async def test_embeddings_and_models_pass(library: str) -> None:
    """The other operations have their own names."""
    async with stage(library) as on:
        vectors = await on.sdk.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
        models = await on.sdk.models.list()
    assert len(vectors.data) == 2
    assert models.data
    assert [call.origin.operation for call in on.client.calls] == ["embeddings", "models"]


class Weather(BaseModel):
    """What the SDK turns into a schema, and an answer into."""

    place: str
    degrees: int
    days: list[str]


@both
async def test_json_mode_and_structured_outputs_pass(library: str) -> None:
    """The SDK's own parser finds what it asked for; without JSON we say no before it could."""
    says: Any = {"role": "user", "content": "The weather as JSON"}
    async with stage(library) as on:
        create, parse = on.sdk.chat.completions.create, on.sdk.chat.completions.parse
        whole = await create(
            model="gpt-5-mini", messages=[says], response_format={"type": "json_object"}
        )
        read = await parse(model="gpt-5-mini", messages=[says], response_format=Weather)
        await on.play("wrong_json")
        with pytest.raises(SemanticError, match="lacks 'place'"):
            await parse(model="gpt-5-mini", messages=[says], response_format=Weather)
    assert "{" in (whole.choices[0].message.content or "")
    assert read.choices[0].message.parsed is not None
    assert read.choices[0].message.parsed.days


@both
async def test_vectors_of_either_encoding_are_judged(library: str) -> None:
    """The SDK asks for base64 unless told otherwise; both are read, and both can be wrong."""
    async with stage(library) as on:
        create = on.sdk.embeddings.create
        model, texts = "text-embedding-3-small", ["a", "b"]
        packed = await create(model=model, input=texts, dimensions=8)
        plain = await create(model=model, input=texts, dimensions=8, encoding_format="float")
        await on.play("zero_vectors")
        with pytest.raises(SemanticError, match="vector 0 is zero"):
            await create(model=model, input=texts, encoding_format="float")
        one = await on.sdk.models.retrieve("gpt-5-mini")
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert one.id == "gpt-5-mini"
