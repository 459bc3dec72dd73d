"""What Deepgram heard and said, typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from holdfast.integrations.deepgram_answers import (
    alternatives,
    confidence_of,
    detected_language,
    transcript_of,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word; times in seconds from the beginning, *speaker* counted from 0 (None: not asked)."""

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float
    speaker: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one *speaker* said without being interrupted; times in seconds."""

    speaker: int
    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Recognised speech. What people said stays out of the repr.

    *language* is set when it was to be detected; *turns* when speakers were to be told apart.
    """

    text: str = field(repr=False)
    confidence: float | None
    words: tuple[Word, ...] = field(repr=False)
    duration_seconds: float
    language: str | None
    request_id: str | None
    turns: tuple[Turn, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text. *duration_seconds* is None for a codec that we do not read.

    *characters* is what the provider counted.
    """

    audio: bytes = field(repr=False)
    content_type: str
    duration_seconds: float | None
    request_id: str | None
    characters: int | None


def transcript(document: Mapping[str, Any]) -> Transcript:
    """The answer of ``/v1/listen``."""
    best = alternatives(document)
    words = tuple(word(one) for found in best for one in found.get("words") or ())
    metadata = document.get("metadata") or {}
    return Transcript(
        text=transcript_of(best),
        confidence=confidence_of(best),
        words=words,
        duration_seconds=float(metadata.get("duration") or 0.0),
        language=detected_language(document),
        request_id=metadata.get("request_id"),
        turns=turns(words),
    )


def word(document: Mapping[str, Any]) -> Word:
    """One entry of ``words``, as it is written when it was to be punctuated."""
    return Word(
        text=str(document.get("punctuated_word") or document.get("word") or ""),
        start_seconds=float(document.get("start") or 0.0),
        end_seconds=float(document.get("end") or 0.0),
        confidence=float(document.get("confidence") or 0.0),
        speaker=document.get("speaker"),
    )


def turns(words: Iterable[Word]) -> tuple[Turn, ...]:
    """Who spoke after whom; empty when no speaker is known."""
    known = [word for word in words if word.speaker is not None]
    spoken = ((speaker, list(group)) for speaker, group in groupby(known, lambda w: w.speaker))
    return tuple(
        Turn(
            speaker or 0,
            " ".join(word.text for word in group),
            group[0].start_seconds,
            group[-1].end_seconds,
        )
        for speaker, group in spoken
    )
