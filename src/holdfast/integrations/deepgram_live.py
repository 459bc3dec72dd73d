"""A live transcription: sound goes out, words come back, until both have said goodbye.

```python
async with stt.live(language="en") as ear:
    await ear.send(samples)              # as often as there are some
    await ear.finish()                   # no more; then read to the end
    async for part in ear:
        if part.is_final: ...
```
https://developers.deepgram.com/reference/speech-to-text/listen-streaming
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from holdfast.integrations.access import Access
from holdfast.integrations.deepgram import read_close, read_error, read_message
from holdfast.integrations.deepgram_answers import raw_format
from holdfast.integrations.deepgram_live_watch import LiveWatch, document_of
from holdfast.integrations.deepgram_records import Word, number, words_of
from holdfast.integrations.exchange import Asked, member
from holdfast.integrations.websocket import GuardedSocket, Message
from holdfast.integrations.websocket_request import SocketOptions, SocketRequest

KEEP_ALIVE, FINALIZE, CLOSE_STREAM = (
    json.dumps({"type": name}) for name in ("KeepAlive", "Finalize", "CloseStream")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOptions:
    """Times in seconds. Deepgram hangs up after 10 s without sound or KeepAlive.

    *keep_alive_seconds*: how long we say nothing before we say that we are still there.
    *answer_seconds*: how long an answer to `finish`, `finalize` or to *unanswered_seconds* of
    sound may take before the conversation counts as hanging.
    """

    keep_alive_seconds: float = 4.0
    answer_seconds: float = 10.0
    unanswered_seconds: float = 15.0
    socket: SocketOptions = field(default_factory=SocketOptions)


@dataclass(frozen=True, slots=True)
class LivePart:
    """Words so far. What was said stays out of the repr.

    *kind* is "words", "speech_started" or "utterance_end". Only *is_final* ones make the whole;
    *speech_final*: the speaker paused. Times in seconds from the beginning.
    """

    kind: str
    start_seconds: float
    duration_seconds: float = 0.0
    text: str = field(default="", repr=False)
    confidence: float = 0.0
    words: tuple[Word, ...] = field(default=(), repr=False)
    is_final: bool = False
    speech_final: bool = False
    channel: int = 0


class DeepgramLive:
    """One conversation. One task may read while others send.

    It ends when Deepgram has closed it after `finish`, with `ProtocolError` when it closes without
    its closing message, with `SemanticError` when the whole cannot be right.
    """

    def __init__(self, socket: GuardedSocket, watch: LiveWatch, options: LiveOptions) -> None:
        self._socket, self._watch, self._options = socket, watch, options
        self._finishing = False
        self._sent_at = asyncio.get_running_loop().time()

    @property
    def text(self) -> str:
        """All final words so far."""
        return self._watch.text

    async def send(self, audio: bytes) -> None:
        """The next piece of sound."""
        if audio:
            self._watch.sent(audio)
            await self._send(audio)
            if self._watch.unanswered_seconds >= self._options.unanswered_seconds:
                self._socket.due_in(self._options.answer_seconds)

    async def finalize(self) -> None:
        """Have what was sent so far recognised now."""
        await self._send(FINALIZE)
        self._socket.due_in(self._options.answer_seconds)

    async def finish(self) -> None:
        """No more sound comes: the rest of the words follow, and the closing message."""
        self._finishing = True
        await self._send(CLOSE_STREAM)
        self._socket.due_in(self._options.answer_seconds)

    def __aiter__(self) -> "DeepgramLive":
        return self

    async def __anext__(self) -> LivePart:
        while True:
            message = await anext(self._socket)
            if self._finishing:
                self._socket.due_in(self._options.answer_seconds)
            part = _part(document_of(message))
            if part is not None:
                return part

    async def keep_alive(self) -> None:
        """Say that we are still there whenever nothing else was sent, until cancelled."""
        loop, every = asyncio.get_running_loop(), self._options.keep_alive_seconds
        while not self._finishing:
            quiet = loop.time() - self._sent_at
            if quiet < every:
                await asyncio.sleep(every - quiet)
            else:
                await self._send(KEEP_ALIVE)

    async def _send(self, message: Message) -> None:
        self._sent_at = asyncio.get_running_loop().time()
        await self._socket.send(message)


@asynccontextmanager
async def live(
    access: Access, headers: Mapping[str, str], path: str, query: Mapping[str, str],
    options: LiveOptions,
) -> AsyncIterator[DeepgramLive]:  # fmt: skip
    """Open *path* with *query*; KeepAlive goes on exactly as long as the block."""
    watch = LiveWatch(raw_format(Asked("GET", path, query)), query)
    request = SocketRequest(
        headers=headers, watch=lambda: watch, read_error=read_error, read_close=read_close,
        read_message=lambda message: read_message(document_of(message)), options=options.socket,
    )  # fmt: skip
    async with access.open_socket(f"{path}?{urlencode(query)}", "stt-live", request) as socket:
        ear = DeepgramLive(socket, watch, options)
        alive = asyncio.create_task(ear.keep_alive(), name="deepgram-keep-alive")
        try:
            yield ear
        finally:
            alive.cancel()
            await asyncio.wait({alive})  # what it could not send, the reader is told
            if not alive.cancelled():
                alive.exception()


def _part(document: Any) -> LivePart | None:
    match member(document, "type"):
        case "Results":
            return _words(document)
        case "SpeechStarted":
            return LivePart("speech_started", number(member(document, "timestamp")))
        case "UtteranceEnd":
            return LivePart("utterance_end", number(member(document, "last_word_end")))
    return None


def _words(document: Any) -> LivePart:
    found = member(member(document, "channel"), "alternatives")
    best = found[0] if isinstance(found, list) and found else None
    place = member(document, "channel_index")
    channel = place[0] if isinstance(place, list) and place else 0
    return LivePart(
        kind="words",
        start_seconds=number(member(document, "start")),
        duration_seconds=number(member(document, "duration")),
        text=str(member(best, "transcript") or ""),
        confidence=number(member(best, "confidence")),
        words=words_of(best),
        is_final=bool(member(document, "is_final")),
        speech_final=bool(member(document, "speech_final")),
        channel=channel if isinstance(channel, int) else 0,
    )
