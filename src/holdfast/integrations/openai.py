"""OpenAI: chat, streamed chat, embeddings and models; the official SDK over it, or our client.

``AsyncOpenAI(http_client=http_client(OPENAI, guard_for), max_retries=0)``, or `openai_client`.
"""

from collections.abc import Iterator
from typing import Any

from holdfast.errors import (
    ContentRejected,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
)
from holdfast.events import Usage
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import (
    Integration,
    Operation,
    ServiceDefaults,
    ServiceKind,
)
from holdfast.integrations.openai_answers import (
    ChatWatch,
    judge_completion,
    judge_model,
    tokens_used,
)
from holdfast.integrations.openai_lists import judge_embeddings, judge_models
from holdfast.integrations.openai_structure import judge_structure

_BY_CODE = {
    "insufficient_quota": QuotaExhausted,
    "model_not_found": InvalidRequest,
    "content_filter": ContentRejected,
    "content_policy_violation": ContentRejected,
    "moderation_blocked": ContentRejected,
}


def read_error(exchange: Exchange) -> ProviderError | None:
    """``{"error": {"message", "type", "param", "code"}}``; any of them may be null."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    error = member(exchange.json, "error")
    code, kind = member(error, "code"), member(error, "type")
    return provider_error(
        "openai",
        exchange,
        _BY_CODE.get(str(code)) or _BY_CODE.get(str(kind)) or by_status,
        code=str(code or kind) if code or kind else None,
        detail=str(member(error, "message") or ""),
        request_id=exchange.headers.get("x-request-id"),
    )


def read_usage(exchange: Exchange) -> Usage | None:
    """The tokens that the answer says it cost, and the model it says they were spent on."""
    return tokens_used(member(exchange.json, "usage"), member(exchange.json, "model"))


def _asks_stream(asked: Asked) -> bool:
    return member(asked.json, "stream") is True


def _user_texts(asked: Asked) -> Iterator[str]:
    messages = member(asked.json, "messages")
    for message in messages if isinstance(messages, list) else ():
        if member(message, "role") == "user":
            yield from _texts(member(message, "content"))


def _inputs(asked: Asked) -> Iterator[str]:
    yield from _texts(member(asked.json, "input"))


def _texts(content: Any) -> Iterator[str]:
    for part in content if isinstance(content, list) else (content,):
        text = part if isinstance(part, str) else member(part, "text")
        if isinstance(text, str):
            yield text


OPENAI = Integration(
    name="openai",
    label="OpenAI",
    kind="language model",
    base_url="https://api.openai.com/v1",
    key_names=("OPENAI_API_KEY",),
    operations=(
        Operation(
            name="chat",
            method="POST",
            path="/chat/completions",
            validators=(judge_completion, judge_structure, judge_model),
            texts=_user_texts,
            streams=("text/event-stream",),
            asks_stream=_asks_stream,
            watch=ChatWatch,
        ),
        Operation(
            name="embeddings",
            method="POST",
            path="/embeddings",
            validators=(judge_embeddings,),
            texts=_inputs,
        ),
        Operation(name="models", method="GET", path="/models", validators=(judge_models,)),
        Operation(name="model", method="GET", path="/models/{id}"),
    ),
    read_error=read_error,
    read_usage=read_usage,
    defaults=ServiceDefaults(
        rate_limit=1000,
        max_failures=10,
        circuit_breaker_reset_time=120.0,
        timeout=60.0,
        max_retries=3,
        retry_delay=1.0,
        max_text_length=50_000,
        max_audio_size_mb=25,
        max_audio_duration_sec=300,
    ),
    services=(
        ServiceKind(name="chat", client="holdfast.integrations.openai_client:OpenAI"),
        ServiceKind(name="embeddings", client="holdfast.integrations.openai_client:OpenAI"),
    ),
)
"""Limits are those of the documented ``OPENAI_*`` settings."""
