"""What Sarvam heard and said, typed."""

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


def transcript(document: Any) -> Transcript:
    """The answer of ``/speech-to-text``, or the data of a socket's message."""
    return Transcript(
        text=str(member(document, "transcript") or ""),
        language=member(document, "language_code"),
        language_probability=_number(member(document, "language_probability")),
        request_id=member(document, "request_id"),
        phrases=_phrases(member(document, "timestamps")),
        duration_seconds=_number(member(member(document, "metrics"), "audio_duration")),
    )


def _phrases(timestamps: Any) -> tuple[Phrase, ...]:
    names = ("words", "start_time_seconds", "end_time_seconds")
    told = [member(timestamps, name) for name in names]
    listed = [one if isinstance(one, list) else [] for one in told]
    return tuple(
        Phrase(str(text), _number(start) or 0.0, _number(end) or 0.0)
        for text, start, end in zip(*listed, strict=False)
    )


def _number(value: Any) -> float | None:
    proper = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if proper else None
