"""wss /speech-to-text/ws: samples in, transcripts of utterances out."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

from holdfast.simulator.hearing import Sound, listen
from holdfast.simulator.providers.sarvam import hear
from holdfast.simulator.providers.sarvam.scripts import spelt
from holdfast.simulator.talk import Close, Frame, Mapped, Message, Talk
from holdfast.simulator.wire import Call
from holdfast.validation.duration import container_of

OCCURRED_AT = 1_790_000_000.0
MOST_BYTES = 4_000_000


class EarTalk(Talk):
    """An utterance ends where the sound falls silent for a message, or with a flush."""

    def __init__(self, call: Call, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds
        self._call = call
        self._signals = call.query.get("vad_signals") == "true"
        self._pending: list[Sound] = []
        self._heard_bytes = 0

    def hear(self, message: Message, /) -> Iterator[Frame]:
        """Sound, or a flush."""
        try:
            document = json.loads(message)
            audio = document.get("audio")
            sound = None if audio is None else self._sound(audio)
        except (ValueError, TypeError, AttributeError, KeyError):
            yield _error("The message could not be read.", "invalid_request_error")
            return
        if sound is not None:
            yield from self._listen(sound)
        elif document.get("type") == "flush":
            yield from self._transcribed()

    def quiet(self) -> Iterator[Frame]:
        """Nothing was heard for long."""
        yield Close(1008, "closed after inactivity")

    def _listen(self, sound: Sound) -> Iterator[Frame]:
        if sound.silent and any(not one.silent for one in self._pending):
            yield from self._transcribed()
            return
        if self._signals and not sound.silent and not self._pending:
            yield self._signal("START_SPEECH")
        self._pending.append(sound)

    def _transcribed(self) -> Iterator[Frame]:
        """Silence is left out: a flush of nothing but silence has no answer."""
        spoken = [sound for sound in self._pending if not sound.silent]
        self._pending.clear()
        if not spoken:
            return
        if self._signals:
            yield self._signal("END_SPEECH")
        seconds = sum(sound.seconds for sound in spoken)
        whole = Sound(seconds, silent=False, digest="".join(one.digest for one in spoken))
        given = self._call.query.get("language-code", "unknown")
        data = hear.heard(self._call, whole, given, self._call.query.get("mode", "transcribe"))
        data |= {"timestamps": None, "diarized_transcript": None}
        data["metrics"] = {"audio_duration": round(seconds, 4), "processing_latency": 0.1}
        yield _text({"type": "data", "data": data})

    def _sound(self, audio: dict[str, Any]) -> Sound | None:
        data = b64decode(audio["data"], validate=True)
        self._heard_bytes += len(data)
        if self._heard_bytes > MOST_BYTES:
            raise ValueError("more sound than the simulator takes")
        told = self._call.query.get("sample_rate") or audio.get("sample_rate") or hear.PCM_RATE
        return listen(data, 0 if container_of(data) == "wav" else int(told))

    def _signal(self, kind: str) -> str:
        return _text({"type": "events", "data": {"signal_type": kind, "occured_at": OCCURRED_AT}})


def nothing(_call: Call, talk: Talk) -> Talk:
    """Transcripts without a word."""
    return Mapped(talk, _changed(lambda _words: ""))


def misheard(_call: Call, talk: Talk) -> Talk:
    """Words in the script of another language."""
    return Mapped(talk, _changed(lambda words: spelt(words, "ta-IN")))


def unsure(_call: Call, talk: Talk) -> Talk:
    """A language that is a guess."""
    return Mapped(talk, _with(language_probability=hear.UNSURE))


def is_end(frame: Frame) -> bool:
    """Whether *frame* is a transcript."""
    return isinstance(frame, str) and '"type": "data"' in frame


def _changed(change: Callable[[str], str]) -> Callable[[Frame], Frame]:
    def replaced(frame: Frame) -> Frame:
        if not is_end(frame) or not isinstance(frame, str):
            return frame
        words = json.loads(frame)["data"]["transcript"]
        return _with(transcript=change(words))(frame)

    return replaced


def _with(**fields: Any) -> Callable[[Frame], Frame]:
    def replaced(frame: Frame) -> Frame:
        if not is_end(frame) or not isinstance(frame, str):
            return frame
        document = json.loads(frame)
        return _text({**document, "data": {**document["data"], **fields}})

    return replaced


def _error(message: str, code: str) -> str:
    return _text({"type": "error", "data": {"error": message, "code": code}})


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
