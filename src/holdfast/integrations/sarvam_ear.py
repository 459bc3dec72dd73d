"""A live transcription over Sarvam's socket: samples go out, transcripts of utterances come back.

```python
async with stt.live(language="hi-IN") as ear:
    await ear.send(samples)              # as often as there are some
    async for part in ear.finish():      # what is not transcribed yet, to its end
        ...
```
The protocol has no closing message: it is whole when, after a flush, all the sound has been
transcribed by the provider's own count, or nothing more comes (it leaves silence out).
"""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from holdfast.errors import ProtocolError
from holdfast.events import Usage, Verdict
from holdfast.integrations.access import Access
from holdfast.integrations.exchange import member
from holdfast.integrations.sarvam import LISTEN_LIVE, read_close, read_error, read_message
from holdfast.integrations.sarvam_answers import SECONDS, UNKNOWN
from holdfast.integrations.sarvam_records import Transcript, transcript
from holdfast.integrations.sarvam_voice import FLUSH, document_of
from holdfast.integrations.sound_sent import RawFormat, SoundSent
from holdfast.integrations.websocket import QUIET, GuardedSocket
from holdfast.integrations.websocket_request import SocketOptions, SocketRequest
from holdfast.validation.transcript import Heard, Spoken, judge_transcript
from holdfast.validation.verdict import worst

SLACK_SECONDS = 0.5
"""What may be left untranscribed at the end without waiting for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarOptions:
    """Times in seconds.

    *answer_seconds*: how long the first answer to `finish`, or one to *unanswered_seconds* of
    sound, may take before the conversation counts as hanging; *settle_seconds*: how long further
    answers to `finish` are waited for.
    """

    answer_seconds: float = 10.0
    settle_seconds: float = 1.5
    unanswered_seconds: float = 60.0
    socket: SocketOptions = field(default_factory=SocketOptions)


class SarvamEar:
    """One conversation. One task may read while others send."""

    def __init__(
        self, socket: GuardedSocket, watch: "EarWatch", rate: int, options: EarOptions
    ) -> None:
        self._socket, self._watch, self._options, self._rate = socket, watch, options, rate

    async def send(self, samples: bytes) -> None:
        """The next piece of sound."""
        if not samples:
            return
        self._watch.sent(samples)
        data = base64.b64encode(samples).decode()
        audio = {"data": data, "sample_rate": self._rate, "encoding": "audio/wav"}
        await self._socket.send(json.dumps({"audio": audio}))
        if self._watch.unanswered_seconds >= self._options.unanswered_seconds:
            self._socket.due_in(self._options.answer_seconds)

    async def finish(self) -> AsyncIterator[Transcript]:
        """Have the rest transcribed now; its transcripts, until nothing is left."""
        self._watch.flushed()
        await self._socket.send(FLUSH)
        while self._watch.unanswered_seconds > SLACK_SECONDS or self._watch.awaiting:
            self._wait()
            async for message in self._socket:
                document = document_of(message)
                if message == QUIET or _words(document) is not None:
                    break
                self._wait()
            else:
                return
            if message == QUIET:
                return
            yield transcript(member(document, "data"))

    def _wait(self) -> None:
        if self._watch.awaiting:
            self._socket.due_in(self._options.answer_seconds)
        else:
            self._socket.quiet_after(self._options.settle_seconds)

    def __aiter__(self) -> "SarvamEar":
        return self

    async def __anext__(self) -> Transcript:
        async for message in self._socket:
            document = document_of(message)
            if _words(document) is not None:
                return transcript(member(document, "data"))
        raise StopAsyncIteration


class EarWatch:
    """Sees every message; an utterance is judged when its transcript comes."""

    def __init__(self, raw: RawFormat, query: Mapping[str, str]) -> None:
        self._raw, self._query = raw, query
        self._pending_bytes, self._heard_something, self._silent = 0, False, True
        self.awaiting = False
        self._seconds, self._answers, self._unreadable = 0.0, 0, 0
        self._judged: Verdict | None = None

    @property
    def complete(self) -> bool:
        """Whether all that can be heard has been transcribed."""
        return self._answers > 0 and not self.awaiting and not self._heard_something

    @property
    def unanswered_seconds(self) -> float:
        """Sound sent, less what has been transcribed by the provider's own count."""
        return self._pending_bytes / self._raw.bytes_per_second

    def sent(self, samples: bytes) -> None:
        """Sound went out. Once something was heard in it, no more of it is measured."""
        self._pending_bytes += len(samples)
        if not self._heard_something:
            whole = samples[: len(samples) // 2 * 2]
            self._heard_something = SoundSent(whole, self._raw).is_silent() is False
            self._silent = self._silent and not self._heard_something

    def flushed(self) -> None:
        """An answer is due, when there is something to be heard."""
        self.awaiting = self._heard_something

    def feed(self, item: str | bytes) -> None:
        """See one message."""
        if item == QUIET:
            self._pending_bytes = 0
            return
        document = document_of(item)
        kind, text = member(document, "type"), _words(document)
        if text is not None:
            self._utterance(member(document, "data"), text)
        elif kind not in ("events", "event", "error"):
            self._unreadable += 1

    def end(self) -> Verdict | None:
        """The gravest verdict; `ProtocolError` when sound was left without a transcript."""
        if self._unreadable:
            raise ProtocolError(f"sarvam: {self._unreadable} messages were not readable")
        if self.awaiting or self._heard_something:
            raise ProtocolError(
                f"sarvam: the socket closed, {self.unanswered_seconds:.1f} s were not transcribed"
            )
        return self._judged

    def usage(self) -> Usage | None:
        """Seconds of sound as Sarvam's own metrics tell them."""
        if not self._answers:
            return None
        return Usage(SECONDS, round(self._seconds, 3), model=self._query.get("model"))

    def _utterance(self, data: Any, text: str) -> None:
        told = member(member(data, "metrics"), "audio_duration")
        seconds = float(told) if isinstance(told, int | float) else None
        language, probability = self._query.get("language-code"), data.get("language_probability")
        code = data.get("language_code")
        heard = Heard(
            text=text,
            language=code if isinstance(code, str) else None,
            language_confidence=probability if isinstance(probability, int | float) else None,
            seconds=seconds,
        )
        spoken = Spoken(
            silent=self._silent,  # of all that was sent: transcripts come late
            language=None if language in (None, UNKNOWN) else language,
            native=self._query.get("mode") in ("transcribe", "verbatim"),
        )
        self._judged = worst((self._judged, judge_transcript(heard, spoken)))
        answered = round((seconds or 0.0) * self._raw.bytes_per_second)
        self._pending_bytes = max(0, self._pending_bytes - answered) if seconds else 0
        self.awaiting = self._heard_something = False
        self._seconds += seconds or 0.0
        self._answers += 1


def _words(document: Any) -> str | None:
    data = member(document, "data") if member(document, "type") == "data" else None
    words = member(data, "transcript")
    return words if isinstance(words, str) else None


@asynccontextmanager
async def ear(
    access: Access, headers: Mapping[str, str], query: Mapping[str, str], options: EarOptions
) -> AsyncIterator[SarvamEar]:
    """Open the socket."""
    rate = int(query["sample_rate"])
    watch = EarWatch(RawFormat(rate), query)
    request = SocketRequest(
        headers=headers, watch=lambda: watch, read_error=read_error, read_close=read_close,
        read_message=lambda message: read_message(document_of(message)), options=options.socket,
    )  # fmt: skip
    path = f"{LISTEN_LIVE}?{urlencode(query)}"
    async with access.open_socket(path, "stt-live", request) as socket:
        yield SarvamEar(socket, watch, rate, options)
