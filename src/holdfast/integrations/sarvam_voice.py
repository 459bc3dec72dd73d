"""A voice over a socket: texts go in, their sound comes out as it is made.

```python
async with tts.live("hi-IN", speaker="shubh") as voice:
    async for piece in voice.say("नमस्ते"):
        ...
```
Without its completion event a text has no end: it is always asked for.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from holdfast.errors import InputRefused, ProtocolError
from holdfast.events import Usage, Verdict
from holdfast.integrations.access import Access
from holdfast.integrations.exchange import member, parsed
from holdfast.integrations.sarvam import SPEAK_LIVE, read_close, read_error, read_message
from holdfast.integrations.sarvam_answers import CHARACTERS, decoded, judged_sound
from holdfast.integrations.spoken_stream import MOST_WATCHED_BYTES
from holdfast.integrations.websocket import GuardedSocket
from holdfast.integrations.websocket_request import SocketOptions, SocketRequest
from holdfast.validation.verdict import worst

LONGEST_SAID = 2500
FLUSH = json.dumps({"type": "flush"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceOptions:
    """*answer_seconds* bounds each wait for sound that is due. Sarvam hangs up after 60 s idle."""

    answer_seconds: float = 10.0
    socket: SocketOptions = field(default_factory=SocketOptions)


class SarvamVoice:
    """One conversation: one text at a time.

    At its end every text's sound is judged; `ProtocolError` when the socket closed before the
    completion event of a text.
    """

    def __init__(
        self, socket: GuardedSocket, watch: "VoiceWatch", longest: int, answer_seconds: float
    ) -> None:
        self._socket, self._watch = socket, watch
        self._longest, self._answer_seconds = min(longest, LONGEST_SAID), answer_seconds

    async def say(self, text: str) -> AsyncIterator[bytes]:
        """The sound of *text*, piece by piece, until it is complete. Raises `HoldfastError`."""
        if not text.strip() or len(text) > self._longest:
            raise InputRefused(
                f"a text to say has 1 to {self._longest} characters, got {len(text)}"
            )
        self._watch.said(text)
        await self._socket.send(json.dumps({"type": "text", "data": {"text": text}}))
        await self._socket.send(FLUSH)
        self._socket.due_in(self._answer_seconds)
        async for message in self._socket:
            document = document_of(message)
            if is_final(document):
                return
            self._socket.due_in(self._answer_seconds)
            sound = sound_in(document)
            if sound is not None:
                yield sound


class VoiceWatch:
    """Sees every message, and judges each text's sound when it is complete."""

    def __init__(self, config: Mapping[str, Any], model: str) -> None:
        self._config, self._model = config, model
        self._characters = 0
        self._text = ""
        self._sound = bytearray()
        self._judged: Verdict | None = None
        self._unreadable = 0

    @property
    def complete(self) -> bool:
        """Whether every text that was said has come as sound."""
        return self._characters > 0 and not self._text

    def said(self, text: str) -> None:
        """*text* went out."""
        self._text += text
        self._characters += len(text)

    def feed(self, item: str | bytes) -> None:
        """See one message."""
        document = document_of(item)
        sound = sound_in(document)
        if sound is not None and len(self._sound) < MOST_WATCHED_BYTES:
            self._sound += sound
        elif member(document, "type") is None or (sound is None and _is_audio(document)):
            self._unreadable += 1
        if is_final(document):
            config = {**self._config, "text": self._text}
            whole = len(self._sound) < MOST_WATCHED_BYTES
            verdict = judged_sound(config, bytes(self._sound), "mp3") if whole else None
            self._judged = worst((self._judged, verdict))
            self._text = ""
            self._sound.clear()

    def end(self) -> Verdict | None:
        """The gravest verdict; `ProtocolError` when a text has not come to its end."""
        if self._unreadable:
            raise ProtocolError(f"sarvam: {self._unreadable} messages were not readable")
        if self._text:
            raise ProtocolError("sarvam: the socket closed without the completion event")
        return self._judged

    def usage(self) -> Usage | None:
        """The characters that were sent: Sarvam reports none."""
        if not self._characters:
            return None
        return Usage(CHARACTERS, float(self._characters), model=self._model)


@asynccontextmanager
async def voice(
    access: Access, headers: Mapping[str, str], model: str, config: Mapping[str, Any],
    options: VoiceOptions,
) -> AsyncIterator[SarvamVoice]:  # fmt: skip
    """Open the socket and send its *config*, as the first message has to be."""
    watch = VoiceWatch(config, model)
    query = urlencode({"model": model, "send_completion_event": "true"})
    request = SocketRequest(
        headers=headers, watch=lambda: watch, read_error=read_error, read_close=read_close,
        read_message=lambda message: read_message(document_of(message)), options=options.socket,
    )  # fmt: skip
    async with access.open_socket(f"{SPEAK_LIVE}?{query}", "tts-live", request) as socket:
        await socket.send(json.dumps({"type": "config", "data": config}))
        longest = access.limits.max_text_length
        yield SarvamVoice(socket, watch, longest, options.answer_seconds)


def document_of(message: str | bytes) -> Any:
    """A message as JSON; None when it is none."""
    return parsed(message.encode() if isinstance(message, str) else message)


def sound_in(document: Any) -> bytes | None:
    """The sound that a message carries."""
    data = member(document, "data") if _is_audio(document) else None
    return decoded(member(data, "audio"))


def is_final(document: Any) -> bool:
    """Whether a message says that all sound has come."""
    event = member(document, "data") if member(document, "type") == "event" else None
    return bool(member(event, "event_type") == "final")


def _is_audio(document: Any) -> bool:
    return bool(member(document, "type") == "audio")
