"""What Sarvam heard and said, typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.integrations.exchange import member


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text. *duration_seconds* is None for a codec that we do not read."""

    audio: bytes = field(repr=False)
    duration_seconds: float | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a transcript; times in seconds."""

    text: str = field(repr=False)
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Recognised speech. What people said stays out of the repr.

    *language_probability* is None when the language was given. *phrases* were asked for.
    """

    text: str = field(repr=False)
    language: str | None
    language_probability: float | None
    request_id: str | None
    phrases: tuple[Phrase, ...] = field(default=(), repr=False)
    duration_seconds: float | None = None


def transcript(document: Mapping[str, Any]) -> Transcript:
    """The answer of ``/speech-to-text``, or the data of a socket's message."""
    seconds = member(document.get("metrics"), "audio_duration")
    return Transcript(
        text=document["transcript"],
        language=document.get("language_code"),
        language_probability=document.get("language_probability"),
        request_id=document.get("request_id"),
        phrases=_phrases(document.get("timestamps")),
        duration_seconds=None if seconds is None else float(seconds),
    )


def _phrases(timestamps: Any) -> tuple[Phrase, ...]:
    names = ("words", "start_time_seconds", "end_time_seconds")
    told = [member(timestamps, name) or [] for name in names]
    return tuple(
        Phrase(str(text), float(start), float(end)) for text, start, end in zip(*told, strict=False)
    )
