"""wss /text-to-speech/ws: texts in, their sound out."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from holdfast.clock import iso
from holdfast.simulator.providers.elevenlabs.mp3 import ID3
from holdfast.simulator.providers.elevenlabs.sound import pieces
from holdfast.simulator.providers.sarvam import errors
from holdfast.simulator.providers.sarvam.speak import Speech, configured, sound_of
from holdfast.simulator.talk import Close, Frame, Mapped, Message, Talk
from holdfast.simulator.wire import Call, Refused

ENDED_AT = 1_790_000_000.0
LONGEST_SAID = 2500


class VoiceTalk(Talk):
    """Config first; a text is spoken when it is flushed, or longer than the buffer.

    The completion event comes only to those who asked for it.
    """

    def __init__(self, call: Call, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds
        self.silent = self.mute = False
        self._call = call
        self._model = call.query.get("model", "bulbul:v2")
        self._tells_end = call.query.get("send_completion_event", "false").lower() == "true"
        self._speech: Speech | None = None
        self._buffer, self._smallest = "", 50

    def hear(self, message: Message, /) -> Iterator[Frame]:
        """Config, text, flush or ping."""
        try:
            document = json.loads(message)
        except ValueError:
            document = None
        data = document.get("data") if isinstance(document, dict) else None
        match document.get("type") if isinstance(document, dict) else None:
            case "config":
                yield from self._configure(data if isinstance(data, dict) else {})
            case "text":
                yield from self._text(data.get("text") if isinstance(data, dict) else None)
            case "flush":
                yield from self._spoken(last=True)
            case "ping":
                return
            case _:
                yield self._error(422, "The message is not one of ours.")

    def quiet(self) -> Iterator[Frame]:
        """Nothing was heard for a minute."""
        yield Close(1008, "closed after 60 s of inactivity")

    def _configure(self, data: dict[str, Any]) -> Iterator[Frame]:
        yield from self._spoken()
        try:
            self._speech = configured(self._call, data, self._model, "mp3")
        except Refused as no:
            yield self._error(no.answer.status, no.answer.document["error"]["message"])
            yield Close(1003, "invalid config")
            return
        self._smallest = int(data.get("min_buffer_size") or 50)

    def _text(self, told: Any) -> Iterator[Frame]:
        if self._speech is None:
            yield self._error(400, "The first message must be of type config.")
            yield Close(1003, "config is missing")
        elif not isinstance(told, str) or not 0 < len(told) <= LONGEST_SAID:
            yield self._error(400, f"text must have 1 to {LONGEST_SAID} characters.")
        else:
            self._buffer += told
            if len(self._buffer) >= self._smallest:
                yield from self._spoken()

    def _spoken(self, *, last: bool = False) -> Iterator[Frame]:
        if self._speech is not None and self._buffer:
            speech = self._speech._replace(text=self._buffer)
            audio = sound_of(speech, self._call.seed, silent=self.silent).removeprefix(ID3)
            self._buffer = ""
            for piece in () if self.mute else pieces(audio):
                yield self._audio(piece, speech.audio.media_type)
        if last and self._tells_end:
            told = {"event_type": "final", "message": "done", "timestamp": iso(ENDED_AT)}
            yield _text({"type": "event", "data": told})

    def _audio(self, piece: bytes, media_type: str) -> str:
        data = {"content_type": media_type, "audio": b64encode(piece).decode()}
        return _text({"type": "audio", "data": data | {"request_id": self._id()}})

    def _error(self, code: int, message: str) -> str:
        data = {"message": message, "code": code, "request_id": self._id()}
        return _text({"type": "error", "data": data})

    def _id(self) -> str:
        return errors.request_id(self._call)


def is_end(frame: Frame) -> bool:
    """Whether *frame* is the completion event."""
    return isinstance(frame, str) and '"event_type": "final"' in frame


def silent(_call: Call, talk: Talk) -> Talk:
    """As long as it should be, without a sound."""
    if isinstance(talk, VoiceTalk):
        talk.silent = True
    return talk


def mute(_call: Call, talk: Talk) -> Talk:
    """The completion event, and no sound before it."""
    if isinstance(talk, VoiceTalk):
        talk.mute = True
    return talk


def without_end(_call: Call, talk: Talk) -> Talk:
    """All the sound, and no completion event."""
    return Mapped(talk, lambda frame: None if is_end(frame) else frame)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
