"""Mistral's chat, as https://docs.mistral.ai/api describes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from holdfast.errors import ConfigurationError, HoldfastError, ProviderError
from holdfast.events import Usage, Verdict
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import (
    Integration,
    Operation,
    ServiceDefaults,
    ServiceKind,
)
from holdfast.validation.verdict import failed, passed, warned


def judge_reply(exchange: Exchange) -> Verdict:
    """A reply has words; one that was cut off is worth a look."""
    choices = member(exchange.json, "choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    text = member(member(first, "message"), "content")
    if not isinstance(text, str) or not text.strip():
        return failed("reply", "the reply has no words")
    cut = member(first, "finish_reason") in ("length", "model_length")
    return warned("reply", "the reply is cut off") if cut else passed("reply")


def read_error(exchange: Exchange) -> ProviderError | None:
    """The status tells the class, ``{"message"}`` the words."""
    error, words = class_of(exchange.status), member(exchange.json, "message")
    detail = words if isinstance(words, str) else ""
    return provider_error("mistral", exchange, error, detail=detail) if error else None


def read_usage(exchange: Exchange) -> Usage | None:
    """The tokens that the answer counts, by direction."""
    told = member(exchange.json, "usage")
    sent, got = member(told, "prompt_tokens"), member(told, "completion_tokens")
    if not isinstance(sent, int) or not isinstance(got, int):
        return None
    model = member(exchange.json, "model")
    return Usage("tokens", sent + got, model=model, parts={"input": sent, "output": got})


def texts(asked: Asked) -> Iterator[str]:
    """What ``MISTRAL_MAX_TEXT_LENGTH`` bounds: the words of each message."""
    messages = member(asked.json, "messages")
    for message in messages if isinstance(messages, list) else ():
        words = member(message, "content")
        if isinstance(words, str):
            yield words


MISTRAL = Integration(
    name="mistral",
    label="Mistral",
    kind="language model",
    base_url="https://api.mistral.ai/v1",
    key_names=("MISTRAL_API_KEY",),
    operations=(
        Operation(
            name="chat",
            method="POST",
            path="/chat/completions",
            validators=(judge_reply,),
            texts=texts,
        ),
        Operation(name="models", method="GET", path="/models"),
    ),
    read_error=read_error,
    read_usage=read_usage,
    defaults=ServiceDefaults(timeout=60.0, max_text_length=50_000),
    services=(ServiceKind(name="chat", client="holdfast.integrations.mistral:Mistral"),),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said, and why it stopped ("stop", "length")."""

    text: str = field(repr=False)
    model: str
    finish_reason: str


class Mistral:
    """Speaks through *http*: ``http_client(MISTRAL, ..., raise_provider_errors=True)``."""

    def __init__(self, http: httpx2.AsyncClient, api_key: str) -> None:
        if not api_key.strip():
            raise ConfigurationError("set MISTRAL_API_KEY")
        self._http, self._headers = http, {"authorization": f"Bearer {api_key}"}

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        return cls(access.http, access.keys.get("MISTRAL_API_KEY", ""))

    async def chat(self, question: str, *, model: str = "mistral-small-latest") -> Reply:
        """The reply to *question*; raises `HoldfastError`."""
        document = {"model": model, "messages": [{"role": "user", "content": question}]}
        answer = await self._http.post("/chat/completions", json=document, headers=self._headers)
        told: dict[str, Any] = answer.json()
        first = told["choices"][0]
        return Reply(first["message"]["content"], told.get("model", model), first["finish_reason"])

    async def health(self) -> ServiceHealth:
        """By the list of models, which is free."""
        try:
            await self._http.get("/models", headers=self._headers)
        except HoldfastError as no:
            return ServiceHealth("unhealthy", "models", str(no))
        return ServiceHealth("healthy", "models")
