"""What one asks OpenAI, and what it answers, as frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from holdfast.errors import InputRefused

DEFAULT_CHAT_MODEL = "gpt-4.1-mini"
DEFAULT_EMBEDDING_MODEL = "text-embedding-3-small"

HOTTEST = 2.0
MOST_STOPS = 4

Role = Literal["developer", "system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What to answer, and how. *max_tokens* of the answer; None leaves a choice to the model."""

    messages: tuple[Message, ...]
    model: str = DEFAULT_CHAT_MODEL
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.messages:
            raise InputRefused("chat needs at least one message")
        if self.temperature is not None and not 0 <= self.temperature <= HOTTEST:
            raise InputRefused(f"temperature is 0 to {HOTTEST:g}, got {self.temperature}")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise InputRefused(f"max_tokens is at least 1, got {self.max_tokens}")
        if len(self.stop) > MOST_STOPS:
            raise InputRefused(f"at most {MOST_STOPS} texts to stop at, got {len(self.stop)}")

    @classmethod
    def of(cls, question: str, *, system: str | None = None, model: str = "") -> Self:
        """One *question*, under the instructions of *system*."""
        told = () if system is None else (Message("system", system),)
        messages = (*told, Message("user", question))
        return cls(messages=messages, model=model or DEFAULT_CHAT_MODEL)

    def document(self) -> dict[str, Any]:
        """The request as the API takes it."""
        turns = [{"role": one.role, "content": one.content} for one in self.messages]
        more = {
            "temperature": self.temperature,
            "max_completion_tokens": self.max_tokens,
            "stop": list(self.stop) or None,
        }
        wanted = {name: value for name, value in more.items() if value is not None}
        return {"model": self.model, "messages": turns, **wanted}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What was counted: *input* without what was *cached* at the provider, and *output*."""

    input: int
    cached: int
    output: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.input + self.cached + self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """What the model said. *refusal* is its own no; then *text* is empty."""

    text: str = field(repr=False)
    finish_reason: str
    model: str
    refusal: str | None = field(default=None, repr=False)
    tokens: Tokens | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class JsonReply:
    """The *document* that the model made, parsed; None when it refused (see *reply*)."""

    document: Any = field(repr=False)
    reply: ChatReply


@dataclass(frozen=True, slots=True)
class Embedded:
    """One vector for each text, in their order."""

    vectors: tuple[tuple[float, ...], ...] = field(repr=False)
    model: str
    tokens: int | None

    @property
    def dimensions(self) -> int:
        """The numbers of one vector."""
        return len(self.vectors[0])


def tokens(usage: Any) -> Tokens | None:
    """The SDK's *usage* object, or None."""
    if usage is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None) or 0
    return Tokens(usage.prompt_tokens - cached, cached, usage.completion_tokens)


def structured(schema: Mapping[str, Any], name: str, *, strict: bool) -> dict[str, Any]:
    """The ``response_format`` that asks for a document fitting *schema*."""
    return {
        "type": "json_schema",
        "json_schema": {"name": name, "schema": dict(schema), "strict": strict},
    }


def object_with(keys: tuple[str, ...]) -> dict[str, Any]:
    """The schema of an object that has all *keys*, and perhaps more."""
    return {"type": "object", "required": list(keys)}
