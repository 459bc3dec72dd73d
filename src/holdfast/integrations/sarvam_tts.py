"""Text to speech by Sarvam: whole, as it is made, and over a socket."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from holdfast.errors import SemanticError
from holdfast.integrations.exchange import member
from holdfast.integrations.sarvam import SPEAK, SPEAK_STREAM
from holdfast.integrations.sarvam_answers import DEFAULT_RATE, codec_of, decoded
from holdfast.integrations.sarvam_client import SarvamClient
from holdfast.integrations.sarvam_key import given
from holdfast.integrations.sarvam_records import Speech
from holdfast.integrations.sarvam_voice import SarvamVoice, VoiceOptions, voice
from holdfast.validation.audio import METHOD, read_sound
from holdfast.validation.verdict import failed

DEFAULT_MODEL = "bulbul:v3"


class SarvamTts(SarvamClient):
    """Speaks through *access*. Every method raises `HoldfastError`.

    *language* is ``hi-IN`` and the like; *speaker* in lower case, one of the model's own (None:
    its default); *codec* wav, mp3, linear16, mulaw, alaw, flac or aac; *sample_rate* in Hz; *pace*
    1.0 is normal. *more* is sent as it is: ``pitch``, ``loudness``, ``temperature``, …
    """

    async def speech(
        self, text: str, language: str, *, speaker: str | None = None, model: str = DEFAULT_MODEL,
        codec: str = "wav", sample_rate: int = DEFAULT_RATE, pace: float | None = None, **more: Any,
    ) -> Speech:  # fmt: skip
        """*text* as one sound, judged before it is handed on."""
        document = _document(text, language, speaker, model, codec, sample_rate, pace) | more
        with self._traffic.watched():
            answer = await self._access.http.post(SPEAK, json=document, headers=self._headers)
        told = answer.json()
        sounds = member(told, "audios")
        audio = decoded(sounds[0]) if isinstance(sounds, list) and sounds else None
        if audio is None:  # only where no guard stands, for its validators see this first
            raise SemanticError(failed(METHOD, "no sound in base64 came"))
        sound = read_sound(audio, codec_of(codec, audio), sample_rate)
        return Speech(audio, sound.duration_seconds if sound else None, member(told, "request_id"))

    @asynccontextmanager
    async def stream(
        self, text: str, language: str, *, speaker: str | None = None, model: str = DEFAULT_MODEL,
        codec: str = "mp3", sample_rate: int = DEFAULT_RATE, pace: float | None = None, **more: Any,
    ) -> AsyncIterator[AsyncIterator[bytes]]:  # fmt: skip
        """The bytes as they are made: ``async with tts.stream(text, "hi-IN") as pieces:``.

        They are judged after the last one, which is when `SemanticError` may be raised. Leaving
        early is no failure.
        """
        document = _document(text, language, speaker, model, codec, sample_rate, pace) | more
        http, headers = self._access.http, self._headers
        opening = http.stream("POST", SPEAK_STREAM, json=document, headers=headers)
        async with self._traffic.opened(opening) as answer:
            yield answer.aiter_bytes()

    def live(
        self, language: str, *, speaker: str, model: str = DEFAULT_MODEL, codec: str = "mp3",
        sample_rate: int = DEFAULT_RATE, pace: float | None = None,
        options: VoiceOptions | None = None, **more: Any,
    ) -> AbstractAsyncContextManager[SarvamVoice]:  # fmt: skip
        """A socket that speaks one text after the other: see `SarvamVoice`."""
        config = given(
            language_code=language, speaker=speaker, output_audio_codec=codec,
            speech_sample_rate=sample_rate, pace=pace,
        )  # fmt: skip
        options = options or VoiceOptions()
        return self._traffic.opened(
            voice(self._access, self._headers, model, config | more, options)
        )


def _document(
    text: str, language: str, speaker: str | None, model: str, codec: str, sample_rate: int,
    pace: float | None,
) -> dict[str, Any]:  # fmt: skip
    return given(
        text=text, language_code=language, speaker=speaker, model=model, pace=pace,
        output_audio_codec=codec, speech_sample_rate=sample_rate,
    )  # fmt: skip
