"""wss /v1/listen: the words of a sound that is still being made."""

import json
from collections.abc import Iterator
from typing import Any

from holdfast.clock import iso
from holdfast.simulator.hearing import Sound, Spoken, listen, recognised
from holdfast.simulator.providers.deepgram import errors
from holdfast.simulator.providers.deepgram.listen import CREATED_AT, UNSURE, alternative
from holdfast.simulator.providers.deepgram.options import Options
from holdfast.simulator.talk import Close, Frame, Mapped, Message, Talk
from holdfast.simulator.wire import Call

FINAL_EVERY_SECONDS = 2.0
MOST_BYTES = 4_000_000


class LiveTalk(Talk):
    """One live transcription: a final result every two seconds of sound, and at the end."""

    def __init__(self, call: Call, options: Options, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds
        self._call, self._options = call, options
        self._pending, self._sent_bytes = bytearray(), 0
        self._until, self._words = 0.0, 0

    def hear(self, message: Message, /) -> Iterator[Frame]:
        """Sound, or one of the control messages."""
        if isinstance(message, bytes) and message:
            yield from self._sound(message)
            return
        match _type(message):
            case "KeepAlive":
                return
            case "Finalize":
                yield from self._final(from_finalize=True)
            case "CloseStream":
                yield from self._end()
            case _:
                yield _error("INVALID_JSON", "The message is not one of ours.")
                yield Close(1008, "DATA-0000: unparsable client message")

    def quiet(self) -> Iterator[Frame]:
        """Neither sound nor KeepAlive came in time."""
        yield Close(1011, "NET-0001: did not receive audio data or a text message in time")

    def _sound(self, data: bytes) -> Iterator[Frame]:
        first = not self._sent_bytes
        self._pending += data
        self._sent_bytes += len(data)
        if self._sent_bytes > MOST_BYTES:
            yield Close(1009, "too much sound for the simulator")
            return
        if first and self._options.vad and not self._silent():
            yield _text({"type": "SpeechStarted", "channel": [0], "timestamp": self._until})
        if self._options.rate and self._seconds() >= FINAL_EVERY_SECONDS:
            if self._options.interim:
                yield _text(self._results(final=False))
            yield from self._final()

    def _final(self, *, from_finalize: bool = False) -> Iterator[Frame]:
        if self._heard() is None and self._pending:
            yield Close(1008, "DATA-0000: the payload cannot be decoded as audio")
            return
        yield _text(self._results(final=True, from_finalize=from_finalize))
        self._until += self._seconds()
        self._pending.clear()

    def _end(self) -> Iterator[Frame]:
        if self._pending:
            yield from self._final()
            if self._pending:  # it could not be decoded
                return
        yield _text(
            {
                "type": "Metadata",
                "transaction_key": "deprecated",
                "request_id": errors.request_id(self._call),
                "sha256": errors.uuid(self._call, "sha").replace("-", ""),
                "created": iso(CREATED_AT),
                "duration": round(self._until, 4),
                "channels": self._options.channels,
            }
        )
        yield Close(1000)

    def _results(self, *, final: bool, from_finalize: bool = False) -> dict[str, Any]:
        words = self._recognised()
        best = alternative(words, self._options, self._words)
        if final:
            self._words += len(words)
        info = {"name": self._options.model, "version": "1", "arch": "nova"}
        return {
            "type": "Results",
            "channel_index": [0, self._options.channels],
            "duration": round(self._seconds(), 4),
            "start": round(self._until, 4),
            "is_final": final,
            "speech_final": final,
            "channel": {"alternatives": [best]},
            "metadata": {
                "request_id": errors.request_id(self._call),
                "model_info": info,
                "model_uuid": errors.uuid(self._call, "model"),
            },
            "from_finalize": from_finalize,
        }

    def _recognised(self) -> list[Spoken]:
        sound = self._heard()
        found = recognised(sound, self._call.seed) if sound else []
        begin = self._until
        return [
            word._replace(start=round(begin + word.start, 3), end=round(begin + word.end, 3))
            for word in found
        ]

    def _heard(self) -> Sound | None:
        options = self._options
        return listen(bytes(self._pending), options.rate, options.width, options.channels)

    def _seconds(self) -> float:
        sound = self._heard()
        return sound.seconds if sound else 0.0

    def _silent(self) -> bool:
        sound = self._heard()
        return sound is None or sound.silent


def is_end(frame: Frame) -> bool:
    """Whether *frame* is the closing message."""
    return isinstance(frame, str) and _type(frame) == "Metadata"


def heard_nothing(_call: Call, talk: Talk) -> Talk:
    """Results without a word."""
    return Mapped(talk, lambda frame: _with(frame, transcript="", confidence=0.0, words=[]))


def unsure(_call: Call, talk: Talk) -> Talk:
    """Words that nobody would bet on."""
    return Mapped(talk, lambda frame: _with(frame, confidence=UNSURE))


def _with(frame: Frame, **fields: Any) -> Frame:
    document = json.loads(frame) if isinstance(frame, str) else {}
    if document.get("type") != "Results":
        return frame
    best = {**document["channel"]["alternatives"][0], **fields}
    return _text({**document, "channel": {"alternatives": [best]}})


def _type(message: Message) -> str | None:
    try:
        document = json.loads(message or b"{}")
    except ValueError:
        return None
    return document.get("type") if isinstance(document, dict) else None


def _error(variant: str, description: str) -> str:
    return _text({"type": "Error", "variant": variant, "description": description})


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
