"""What is watched in a live transcription: whether it is whole, and whether it can be right."""

from collections.abc import Mapping
from typing import Any

from holdfast.errors import ProtocolError
from holdfast.events import Usage, Verdict
from holdfast.integrations.deepgram_answers import SECONDS, is_number
from holdfast.integrations.exchange import member, parsed
from holdfast.integrations.sound_sent import RawFormat, SoundSent
from holdfast.validation.transcript import METHOD, Heard, Spoken, judge_transcript
from holdfast.validation.verdict import failed, worst

LARGEST_GAP_SECONDS = 0.5
MOST_CHARACTERS = 200_000
"""Of a longer conversation only the beginning is kept to be judged."""


def document_of(message: str | bytes) -> Any:
    """A message as JSON; None when it is none."""
    return parsed(message.encode() if isinstance(message, str) else message)


class LiveWatch:
    """Sees every message. The closing ``Metadata`` marks the whole; without it, it was cut."""

    def __init__(self, raw: RawFormat | None, query: Mapping[str, str]) -> None:
        self._raw, self._query = raw, query
        self._sent_bytes = self._answered_bytes = 0
        self._heard_something: bool | None = False if raw else None
        self._texts: list[str] = []
        self._characters = 0
        self._confidences: list[tuple[float, int]] = []
        self._ends: dict[int, float] = {}
        self._gap = ""
        self._unreadable = 0
        self._metered: float | None = None
        self.complete = False

    @property
    def text(self) -> str:
        """All final words so far."""
        return " ".join(self._texts)

    @property
    def unanswered_seconds(self) -> float:
        """Sound sent since the last answer; 0 where only its container knows."""
        unanswered = self._sent_bytes - self._answered_bytes
        return unanswered / self._raw.bytes_per_second if self._raw else 0.0

    def sent(self, audio: bytes) -> None:
        """Sound went out. Once something was heard in it, no more of it is measured."""
        self._sent_bytes += len(audio)
        if self._raw is not None and self._heard_something is False:
            whole = audio[: len(audio) // 2 * 2]
            silent = SoundSent(whole, self._raw).is_silent()
            self._heard_something = None if silent is None else not silent

    def feed(self, item: str | bytes) -> None:
        """See one message."""
        document = document_of(item)
        self._answered_bytes = self._sent_bytes
        match member(document, "type"):
            case "Results" if member(document, "is_final"):
                self._final(document)
            case "Metadata":
                self.complete = True
                told = member(document, "duration")
                self._metered = float(told) if is_number(told) else None
            case None:
                self._unreadable += 1

    def end(self) -> Verdict | None:
        """Judge the conversation; `ProtocolError` when the closing message is missing."""
        if self._unreadable:
            raise ProtocolError(f"deepgram: {self._unreadable} messages were not readable")
        if not self.complete:
            raise ProtocolError("deepgram: the socket closed without the closing Metadata")
        gap = failed(METHOD, self._gap) if self._gap else None
        if not self._sent_bytes:
            return gap
        return worst((gap, judge_transcript(self._heard(), self._spoken())))

    def usage(self) -> Usage | None:
        """Seconds of sound as metered at the end; as far as finals have come before it."""
        seconds = self._metered
        if seconds is None and self._ends:
            seconds = max(self._ends.values())
        if seconds is None:
            return None
        return Usage(SECONDS, seconds, model=self._query.get("model"))

    def _final(self, document: Any) -> None:
        start, length = member(document, "start"), member(document, "duration")
        if is_number(start) and is_number(length):
            self._follows(document, float(start), float(length))
        found = member(member(document, "channel"), "alternatives")
        best = found[0] if isinstance(found, list) and found else None
        text, confidence = member(best, "transcript"), member(best, "confidence")
        if isinstance(text, str) and text and self._characters < MOST_CHARACTERS:
            self._texts.append(text)
            self._characters += len(text)
            if is_number(confidence):
                self._confidences.append((float(confidence), len(text)))

    def _follows(self, document: Any, start: float, length: float) -> None:
        place = member(document, "channel_index")
        channel = place[0] if isinstance(place, list) and place else 0
        channel = channel if isinstance(channel, int) else 0
        before = self._ends.get(channel, 0.0)
        if start - before > LARGEST_GAP_SECONDS and not self._gap:
            self._gap = f"{start - before:.2f} s are missing between final results at {before:.2f}"
        self._ends[channel] = max(before, start + length)

    def _heard(self) -> Heard:
        weight = sum(count for _, count in self._confidences)
        total = sum(confidence * count for confidence, count in self._confidences)
        return Heard(
            text=self.text,
            confidence=total / weight if weight else None,
            seconds=self._metered,
        )

    def _spoken(self) -> Spoken:
        seconds = self._sent_bytes / self._raw.bytes_per_second if self._raw else None
        language = self._query.get("language")
        return Spoken(
            seconds=seconds,
            silent=None if self._heard_something is None else not self._heard_something,
            language=None if language == "multi" else language,
        )
