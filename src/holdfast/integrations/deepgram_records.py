"""What Deepgram heard and said, typed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from holdfast.integrations.deepgram_answers import (
    alternatives,
    confidence_of,
    detected_language,
    is_number,
    transcript_of,
)
from holdfast.integrations.exchange import member


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


def transcript(document: Any) -> Transcript:
    """The answer of ``/v1/listen``."""
    best = alternatives(document)
    words = tuple(word for found in best for word in words_of(found))
    metadata = member(document, "metadata")
    return Transcript(
        text=transcript_of(best),
        confidence=confidence_of(best),
        words=words,
        duration_seconds=number(member(metadata, "duration")),
        language=detected_language(document),
        request_id=member(metadata, "request_id"),
        turns=turns(words),
    )


def words_of(alternative: Any) -> tuple[Word, ...]:
    """The words of one alternative, as they are written when they were to be punctuated."""
    told = member(alternative, "words")
    return tuple(_word(one) for one in told) if isinstance(told, list) else ()


def number(value: Any) -> float:
    """A number of JSON; 0 for anything else."""
    return float(value) if is_number(value) else 0.0


def _word(document: Any) -> Word:
    speaker = member(document, "speaker")
    return Word(
        text=str(member(document, "punctuated_word") or member(document, "word") or ""),
        start_seconds=number(member(document, "start")),
        end_seconds=number(member(document, "end")),
        confidence=number(member(document, "confidence")),
        speaker=speaker if isinstance(speaker, int) else None,
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
