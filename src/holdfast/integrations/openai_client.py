"""Chat, documents and embeddings from OpenAI: the official SDK through the guards of its client."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, Self

import httpx2

from holdfast.errors import ConfigurationError, InputRefused
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.extras import optional
from holdfast.integrations.free_check import free_check
from holdfast.integrations.openai_answers import mid_stream_error
from holdfast.integrations.openai_records import (
    DEFAULT_EMBEDDING_MODEL,
    ChatReply,
    ChatRequest,
    Embedded,
    JsonReply,
    object_with,
    structured,
    tokens,
)

MOST_INPUTS = 2048
"""The documented maximum of texts in one embeddings request."""


class OpenAI:
    """Speaks through *http*: ``http_client(OPENAI, ..., raise_provider_errors=True)``.

    The SDK (extra ``openai``) never retries and takes nothing from its environment variables but
    organisation and project. Every method raises `HoldfastError`.
    """

    def __init__(self, http: httpx2.AsyncClient, api_key: str) -> None:
        if not api_key.strip():
            raise ConfigurationError("set OPENAI_API_KEY")
        self._errors = optional("openai", "openai")
        self._sdk = self._errors.AsyncOpenAI(
            api_key=api_key, base_url=str(http.base_url), http_client=http, max_retries=0
        )

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        return cls(access.http, access.keys.get("OPENAI_API_KEY", ""))

    async def chat(self, ask: ChatRequest | str) -> ChatReply:
        """One whole answer."""
        return await self._ask(_request(ask).document())

    async def chat_json(
        self,
        ask: ChatRequest | str,
        *,
        schema: Mapping[str, Any] | None = None,
        keys: Sequence[str] = (),
        name: str = "answer",
        strict: bool = False,
    ) -> JsonReply:
        """A document that fits *schema*, or is an object with *keys*; with neither, any object.

        What does not fit is a `SemanticError`. *strict*: the provider enforces the schema too,
        and takes only some schemas (all members required, no further ones). With neither, the
        messages must hold the word JSON: the provider wants it so.
        """
        document = _request(ask).document()
        wanted = schema or (object_with(tuple(keys)) if keys else None)
        document["response_format"] = (
            {"type": "json_object"} if wanted is None else structured(wanted, name, strict=strict)
        )
        reply = await self._ask(document)
        return JsonReply(json.loads(reply.text) if reply.text else None, reply)

    @asynccontextmanager
    async def stream(self, ask: ChatRequest | str) -> "AsyncIterator[ChatStream]":
        """The answer as it comes: ``async with openai.stream(ask) as words``.

        It is judged after its last word, and leaving early is fine.
        """
        chunks = await self._sdk.chat.completions.create(
            **_request(ask).document(), stream=True, stream_options={"include_usage": True}
        )
        async with chunks:
            words = ChatStream(chunks, self._errors.APIError)
            async with aclosing(words):
                yield words

    async def embed(
        self,
        texts: Sequence[str],
        *,
        model: str = DEFAULT_EMBEDDING_MODEL,
        dimensions: int | None = None,
    ) -> Embedded:
        """A vector for each of 1 to 2048 *texts*; *dimensions* shortens those of newer models."""
        if not 1 <= len(texts) <= MOST_INPUTS:
            raise InputRefused(f"embeddings take 1 to {MOST_INPUTS} texts, got {len(texts)}")
        more = {} if dimensions is None else {"dimensions": dimensions}
        answer = await self._sdk.embeddings.create(model=model, input=list(texts), **more)
        ordered = sorted(answer.data, key=lambda item: item.index)
        used = answer.usage.total_tokens if answer.usage else None
        return Embedded(tuple(tuple(item.embedding) for item in ordered), answer.model, used)

    async def models(self) -> tuple[str, ...]:
        """The ids of the models that the key may use."""
        return tuple(model.id for model in (await self._sdk.models.list()).data)

    async def health(self) -> ServiceHealth:
        """Whether the key is taken, by the free list of models. It cannot tell the credit."""
        return await free_check("models", self._look)

    async def _look(self) -> ServiceHealth:
        return ServiceHealth("healthy", "models", f"{len(await self.models())} models")

    async def _ask(self, document: dict[str, Any]) -> ChatReply:
        answer = await self._sdk.chat.completions.create(**document)
        choice = answer.choices[0]
        return ChatReply(
            text=choice.message.content or "",
            finish_reason=choice.finish_reason,
            model=answer.model,
            refusal=choice.message.refusal,
            tokens=tokens(answer.usage),
            request_id=answer._request_id,  # noqa: SLF001 - documented by the SDK
        )


class ChatStream:
    """The words of an answer; *reply* is the whole once they have ended."""

    def __init__(self, chunks: Any, failure: type[Exception]) -> None:
        self._chunks, self._failure = chunks, failure
        self._said: list[str] = []
        self._refused: list[str] = []
        self._last: Any = None
        self._reason = ""
        self._usage: Any = None
        self._words = self._read()

    def __aiter__(self) -> AsyncIterator[str]:
        return self._words

    async def aclose(self) -> None:
        """Read no further."""
        await self._words.aclose()

    @property
    def reply(self) -> ChatReply | None:
        """What was said; None before the end."""
        if not self._reason:
            return None
        return ChatReply(
            text="".join(self._said),
            finish_reason=self._reason,
            model=self._last.model,
            refusal="".join(self._refused) or None,
            tokens=tokens(self._usage),
            request_id=self._chunks.response.headers.get("x-request-id"),
        )

    async def _read(self) -> AsyncGenerator[str, None]:
        try:
            async for chunk in self._chunks:
                self._last, self._usage = chunk, chunk.usage or self._usage
                for choice in chunk.choices:
                    self._reason = choice.finish_reason or self._reason
                    self._refused.append(choice.delta.refusal or "")
                    if choice.delta.content:
                        self._said.append(choice.delta.content)
                        yield choice.delta.content
        except self._failure as error:
            raise mid_stream_error(getattr(error, "body", None)) from None


def _request(ask: ChatRequest | str) -> ChatRequest:
    return ChatRequest.of(ask) if isinstance(ask, str) else ask
