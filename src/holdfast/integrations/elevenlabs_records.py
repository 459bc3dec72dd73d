"""What ElevenLabs gives, as frozen records."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from holdfast.integrations.elevenlabs_lists import remaining_characters
from holdfast.integrations.exchange import member

SERVING = ("active", "trialing", "free")
"""The states of a subscription in which it speaks."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text. *duration_seconds* is None for a codec that we do not read.

    *character_cost* is what the provider counted.
    """

    audio: bytes = field(repr=False)
    content_type: str
    duration_seconds: float | None
    request_id: str | None
    character_cost: int | None


class SpeechStream:
    """The sound as it is made: iterate over its bytes. It is judged after the last ones."""

    def __init__(self, answer: httpx2.Response) -> None:
        self._answer = answer
        self.content_type: str = answer.headers.get("content-type", "")
        self.request_id: str | None = answer.headers.get("request-id")
        self.character_cost = cost_in(answer.headers)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.aiter_bytes()


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that the account may use."""

    id: str
    name: str
    category: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """A model; *longest_text* is in characters, None when it is not told."""

    id: str
    name: str
    speaks: bool
    longest_text: int | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """The plan, and what is left of it: *remaining* characters (infinite without a cap)."""

    tier: str
    status: str
    used: int
    limit: int
    remaining: float
    resets_at: float | None

    @property
    def speaks(self) -> bool:
        """Whether the provider would serve it."""
        return self.status in SERVING and self.remaining > 0

    def affords(self, text: str) -> bool:
        """Whether *text* can be spoken by what is left, at a character a letter."""
        return self.status in SERVING and self.remaining >= len(text)


def voice(document: Mapping[str, Any]) -> Voice:
    """The record of a judged voice."""
    name, category = (str(document.get(name) or "") for name in ("name", "category"))
    return Voice(document["voice_id"], name, category, dict(document.get("labels") or {}))


def model(document: Mapping[str, Any]) -> Model:
    """The record of a judged model."""
    longest = document.get("maximum_text_length_per_request")
    return Model(
        document["model_id"],
        str(document.get("name") or ""),
        document.get("can_do_text_to_speech") is True,
        longest if isinstance(longest, int) else None,
    )


def subscription(document: Mapping[str, Any]) -> Subscription:
    """The record of a judged subscription."""
    resets_at = member(document, "next_character_count_reset_unix")
    return Subscription(
        str(document.get("tier") or ""),
        document["status"],
        document["character_count"],
        document["character_limit"],
        remaining_characters(document) or 0.0,
        float(resets_at) if isinstance(resets_at, int) else None,
    )


def cost_in(headers: Mapping[str, str]) -> int | None:
    """The characters that *headers* say were charged."""
    cost = headers.get("character-cost", "")
    return int(cost) if cost.isdecimal() else None
