"""Text to speech by Deepgram: whole, or as it is made."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.deepgram import SPEAK
from holdfast.integrations.deepgram_answers import codec_of
from holdfast.integrations.deepgram_health import check
from holdfast.integrations.deepgram_records import Speech
from holdfast.integrations.deepgram_stt import signed
from holdfast.integrations.exchange import WHOLE, Asked
from holdfast.validation.audio import read_sound

DEFAULT_MODEL = "aura-2-thalia-en"
_NO_OPTIONS: Mapping[str, str] = {}


class DeepgramTts:
    """Speaks through *access*. Every method raises `HoldfastError`.

    *encoding* is mp3, linear16, mulaw, alaw, opus, flac or aac; *container* wav, ogg or none;
    *sample_rate* in Hz; *speed* 0.7 to 1.5. None: the provider's default.
    """

    def __init__(self, access: Access) -> None:
        self._access, self._headers = access, signed(access)

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        return cls(access)

    async def speech(
        self, text: str, *, model: str = DEFAULT_MODEL, encoding: str | None = None,
        container: str | None = None, sample_rate: int | None = None, speed: float | None = None,
        options: Mapping[str, str] = _NO_OPTIONS,
    ) -> Speech:  # fmt: skip
        """*text* in the voice *model*, judged before it is handed on."""
        query = _query(model, encoding, container, sample_rate, speed, options)
        answer = await self._access.http.post(
            SPEAK, params=query, json={"text": text}, headers=self._headers,
            extensions={WHOLE: True},
        )  # fmt: skip
        codec, rate = codec_of(Asked("POST", SPEAK, query))
        sound = read_sound(answer.content, codec, rate)
        characters = answer.headers.get("dg-char-count", "")
        return Speech(
            audio=answer.content,
            content_type=answer.headers.get("content-type", ""),
            duration_seconds=sound.duration_seconds if sound else None,
            request_id=answer.headers.get("dg-request-id"),
            characters=int(characters) if characters.isdecimal() else None,
        )

    @asynccontextmanager
    async def stream(
        self, text: str, *, model: str = DEFAULT_MODEL, encoding: str | None = None,
        container: str | None = None, sample_rate: int | None = None, speed: float | None = None,
        options: Mapping[str, str] = _NO_OPTIONS,
    ) -> AsyncIterator[AsyncIterator[bytes]]:  # fmt: skip
        """The bytes as they are made: ``async with tts.stream(text) as pieces:``.

        They are judged after the last one, which is when `SemanticError` may be raised. Leaving
        early is no failure.
        """
        query = _query(model, encoding, container, sample_rate, speed, options)
        request: dict[str, Any] = {"json": {"text": text}, "headers": self._headers}
        async with self._access.http.stream("POST", SPEAK, params=query, **request) as answer:
            yield answer.aiter_bytes()

    async def health(self) -> ServiceHealth:
        """Whether the key is taken and money is left; free of charge."""
        return await check(self._access.http, self._headers)


def _query(
    model: str, encoding: str | None, container: str | None, sample_rate: int | None,
    speed: float | None, options: Mapping[str, str],
) -> dict[str, str]:  # fmt: skip
    told: dict[str, Any] = {
        "model": model,
        "encoding": encoding,
        "container": container,
        "sample_rate": sample_rate,
        "speed": speed,
    }
    return {name: str(value) for name, value in told.items() if value is not None} | dict(options)
