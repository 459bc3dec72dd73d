"""A talk, its film and the account's credits, as frozen records."""

from dataclasses import dataclass, field
from typing import Any, Literal

from holdfast.integrations.did_answers import SETTLED

TalkStatus = Literal["created", "started", "done", "error", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who speaks: a provider of voices that D-ID knows, and the id there."""

    voice_id: str
    provider: str = "microsoft"
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One job. *result_url* is signed: it opens the film to anybody, until it expires."""

    id: str
    status: TalkStatus
    created_at: str | None
    user_data: str | None
    duration_seconds: float | None
    result_url: str | None = field(repr=False)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in SETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A finished talk that was looked at: it can be fetched, and is an MP4 of *size_bytes*."""

    talk_id: str
    url: str = field(repr=False)
    content_type: str
    size_bytes: int
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class Credits:
    """What the account may still spend, of how much (None where D-ID does not tell)."""

    remaining: float
    total: float | None


def talk(document: dict[str, Any]) -> Talk:
    """The record of a judged answer."""
    seconds = document.get("duration")
    return Talk(
        id=document["id"],
        status=document["status"],
        created_at=document.get("created_at"),
        user_data=document.get("user_data"),
        duration_seconds=float(seconds) if isinstance(seconds, int | float) else None,
        result_url=document.get("result_url"),
    )
