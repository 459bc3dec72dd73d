"""Speech from ElevenLabs, through the guards of its client."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2

from holdfast.errors import ConfigurationError, InputRefused
from holdfast.integrations.elevenlabs import DEFAULT_FORMAT, SPEECH, format_named
from holdfast.validation.audio import read_sound

DEFAULT_MODEL = "eleven_multilingual_v2"


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text. *duration_seconds* is None for a codec that we do not read.

    *character_cost* is what the provider counted.
    """

    audio: bytes = field(repr=False)
    content_type: str
    duration_seconds: float | None
    request_id: str | None
    character_cost: int | None


class ElevenLabs:
    """Speaks through *http*: ``http_client(ELEVENLABS, ..., raise_provider_errors=True)``."""

    def __init__(self, http: httpx2.AsyncClient, api_key: str) -> None:
        if not api_key.strip():
            raise ConfigurationError("set ELEVENLABS_API_KEY")
        self._http, self._headers = http, {"xi-api-key": api_key}

    async def speech(
        self,
        text: str,
        voice_id: str,
        *,
        model_id: str = DEFAULT_MODEL,
        output_format: str = DEFAULT_FORMAT,
        speed: float | None = None,
    ) -> Speech:
        """*text* in the voice *voice_id*; *speed* 1.0 is normal. Raises `HoldfastError`."""
        if not voice_id.strip():
            raise InputRefused(f"speech needs a voice, got voice_id={voice_id!r}")
        document: dict[str, Any] = {"text": text, "model_id": model_id}
        if speed is not None:
            document["voice_settings"] = {"speed": speed}
        answer = await self._http.post(
            SPEECH.format(voice_id=quote(voice_id, safe="")),
            params={"output_format": output_format},
            json=document,
            headers=self._headers,
        )
        return _speech(answer, output_format)


def _speech(answer: httpx2.Response, output_format: str) -> Speech:
    codec, rate = format_named(output_format)
    sound = read_sound(answer.content, codec, rate)
    cost = answer.headers.get("character-cost", "")
    return Speech(
        audio=answer.content,
        content_type=answer.headers.get("content-type", ""),
        duration_seconds=sound.duration_seconds if sound else None,
        request_id=answer.headers.get("request-id"),
        character_cost=int(cost) if cost.isdecimal() else None,
    )
