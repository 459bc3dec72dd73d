"""Speech from ElevenLabs, through the guards of its client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, Self
from urllib.parse import quote

import httpx2

from holdfast.errors import ConfigurationError, InputRefused
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.elevenlabs import (
    DEFAULT_FORMAT,
    MODELS,
    SPEECH,
    SUBSCRIPTION,
    VOICES,
    format_named,
)
from holdfast.integrations.elevenlabs_records import (
    Model,
    Speech,
    SpeechStream,
    Subscription,
    Voice,
    cost_in,
    model,
    subscription,
    voice,
)
from holdfast.integrations.free_check import free_check
from holdfast.validation.audio import read_sound

DEFAULT_MODEL = "eleven_multilingual_v2"

PAGE_SIZE = 100
MOST_VOICES = 5_000
"""Nobody chooses among more; the rest of the pages is not asked for."""

_LOW_SHARE = 0.1


class ElevenLabs:
    """Speaks through *http*: ``http_client(ELEVENLABS, ..., raise_provider_errors=True)``.

    Every method raises `HoldfastError`.
    """

    def __init__(self, http: httpx2.AsyncClient, api_key: str) -> None:
        if not api_key.strip():
            raise ConfigurationError("set ELEVENLABS_API_KEY")
        self._http, self._headers = http, {"xi-api-key": api_key}

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        return cls(access.http, access.keys.get("ELEVENLABS_API_KEY", ""))

    async def speech(
        self,
        text: str,
        voice_id: str,
        *,
        model_id: str = DEFAULT_MODEL,
        output_format: str = DEFAULT_FORMAT,
        speed: float | None = None,
    ) -> Speech:
        """*text* in the voice *voice_id*; *speed* 1.0 is normal."""
        answer = await self._http.post(
            _path(voice_id),
            params={"output_format": output_format},
            json=_document(text, model_id, speed),
            headers=self._headers,
        )
        return _speech(answer, output_format)

    @asynccontextmanager
    async def stream(
        self,
        text: str,
        voice_id: str,
        *,
        model_id: str = DEFAULT_MODEL,
        output_format: str = DEFAULT_FORMAT,
        speed: float | None = None,
    ) -> AsyncIterator[SpeechStream]:
        """As `speech`, while it is made: ``async with elevenlabs.stream(...) as sound``.

        Silence or a sound cut short raises after the last bytes; leaving early is fine.
        """
        async with self._http.stream(
            "POST",
            f"{_path(voice_id)}/stream",
            params={"output_format": output_format},
            json=_document(text, model_id, speed),
            headers=self._headers,
        ) as answer:
            yield SpeechStream(answer)

    async def voices(self, search: str = "") -> tuple[Voice, ...]:
        """The voices of the account, or those that *search* finds; all pages, 5000 at most."""
        found: list[Voice] = []
        query = {"page_size": str(PAGE_SIZE)} | ({"search": search} if search else {})
        while True:
            page = await self._get(VOICES, query)
            found += [voice(one) for one in page["voices"]]
            following = page.get("next_page_token")
            if not page.get("has_more") or not following or len(found) >= MOST_VOICES:
                return tuple(found)
            query["next_page_token"] = str(following)

    async def models(self) -> tuple[Model, ...]:
        """The models, and what they take."""
        return tuple(model(one) for one in await self._get(MODELS))

    async def subscription(self) -> Subscription:
        """The plan, and what is left of it; free of charge."""
        return subscription(await self._get(SUBSCRIPTION))

    async def health(self) -> ServiceHealth:
        """Whether the subscription speaks, and has characters left; free of charge."""
        return await free_check("credits", self._look)

    async def _look(self) -> ServiceHealth:
        plan = await self.subscription()
        low = plan.speaks and plan.remaining < _LOW_SHARE * plan.limit
        state: Literal["healthy", "degraded", "unhealthy"] = (
            "unhealthy" if not plan.speaks else "degraded" if low else "healthy"
        )
        detail = f"{plan.remaining:,.10g} characters are left, the subscription is {plan.status}"
        return ServiceHealth(state, "credits", detail)

    async def _get(self, path: str, query: dict[str, str] | None = None) -> Any:
        return (await self._http.get(path, params=query, headers=self._headers)).json()


def _path(voice_id: str) -> str:
    if not voice_id.strip():
        raise InputRefused(f"speech needs a voice, got voice_id={voice_id!r}")
    return SPEECH.format(voice_id=quote(voice_id, safe=""))


def _document(text: str, model_id: str, speed: float | None) -> dict[str, Any]:
    settings = {} if speed is None else {"voice_settings": {"speed": speed}}
    return {"text": text, "model_id": model_id, **settings}


def _speech(answer: httpx2.Response, output_format: str) -> Speech:
    codec, rate = format_named(output_format)
    sound = read_sound(answer.content, codec, rate)
    return Speech(
        audio=answer.content,
        content_type=answer.headers.get("content-type", ""),
        duration_seconds=sound.duration_seconds if sound else None,
        request_id=answer.headers.get("request-id"),
        character_cost=cost_in(answer.headers),
    )
