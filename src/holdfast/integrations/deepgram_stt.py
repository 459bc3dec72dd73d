"""Speech to text by Deepgram: whole sounds, sounds to be fetched, and live."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Self

from holdfast.errors import ConfigurationError, InputRefused
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.deepgram import LISTEN
from holdfast.integrations.deepgram_health import check
from holdfast.integrations.deepgram_live import DeepgramLive, LiveOptions, live
from holdfast.integrations.deepgram_records import Transcript, transcript

DEFAULT_MODEL = "nova-3"
_NO_OPTIONS: Mapping[str, str] = {}


class DeepgramStt:
    """Hears through *access*. Every method raises `HoldfastError`."""

    def __init__(self, access: Access) -> None:
        self._access, self._headers = access, signed(access)

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        return cls(access)

    async def transcribe(
        self, audio: bytes, *, model: str = DEFAULT_MODEL, language: str | None = None,
        diarize: bool = False, encoding: str | None = None, sample_rate: int | None = None,
        channels: int = 1, content_type: str = "application/octet-stream",
        options: Mapping[str, str] = _NO_OPTIONS,
    ) -> Transcript:  # fmt: skip
        """What is said in *audio*; *language* None: whichever it is, which is then told.

        Samples without a container need *encoding* (``linear16``, …) and *sample_rate*.
        *diarize* tells the speakers apart; *options* are further query parameters.
        """
        query = _query(model, language, diarize, options)
        query |= _raw(encoding, sample_rate, channels)
        headers = {**self._headers, "content-type": content_type}
        answer = await self._access.http.post(
            LISTEN, params=query, content=audio, headers=headers
        )  # fmt: skip
        return transcript(answer.json())

    async def transcribe_url(
        self, url: str, *, model: str = DEFAULT_MODEL, language: str | None = None,
        diarize: bool = False, options: Mapping[str, str] = _NO_OPTIONS,
    ) -> Transcript:  # fmt: skip
        """What is said in the sound at *url*, which Deepgram fetches itself.

        Nobody here looks into that sound: an empty transcript of it is a warning.
        """
        if not url.startswith(("https://", "http://")):
            raise InputRefused("a sound to be fetched needs an address that begins with https://")
        query = _query(model, language, diarize, options)
        answer = await self._access.http.post(
            LISTEN, params=query, json={"url": url}, headers=self._headers
        )  # fmt: skip
        return transcript(answer.json())

    def live(
        self, *, model: str = DEFAULT_MODEL, language: str | None = "en", diarize: bool = False,
        encoding: str | None = "linear16", sample_rate: int | None = 16_000, channels: int = 1,
        interim_results: bool = True, options: Mapping[str, str] = _NO_OPTIONS,
        timing: LiveOptions | None = None,
    ) -> AbstractAsyncContextManager[DeepgramLive]:  # fmt: skip
        """A conversation that is transcribed while it lasts: ``async with stt.live() as ear:``.

        *encoding* None: the sound brings its container. See `DeepgramLive`.
        """
        query = _query(model, language, diarize, options)
        query |= _raw(encoding, sample_rate, channels)
        query["interim_results"] = _flag(interim_results)
        return live(self._access, self._headers, LISTEN, query, timing or LiveOptions())

    async def health(self) -> ServiceHealth:
        """Whether the key is taken and money is left; free of charge."""
        return await check(self._access.http, self._headers)


def signed(access: Access) -> dict[str, str]:
    """The header that every request carries; `ConfigurationError` without a key."""
    key = access.keys.get("DEEPGRAM_API_KEY", "").strip()
    if not key:
        raise ConfigurationError("set DEEPGRAM_API_KEY")
    return {"authorization": f"Token {key}"}


def _query(
    model: str, language: str | None, diarize: bool, options: Mapping[str, str]
) -> dict[str, str]:
    query = {"model": model, "smart_format": "true"}
    query |= {"language": language} if language else {"detect_language": "true"}
    if diarize:
        query["diarize_model"] = "latest"
    return {**query, **options}


def _raw(encoding: str | None, sample_rate: int | None, channels: int) -> dict[str, str]:
    if encoding is None:
        return {}
    if not sample_rate or sample_rate < 0 or channels < 1:
        raise InputRefused(
            f"{encoding} without a container needs sample_rate and channels, "
            f"got {sample_rate!r} and {channels!r}"
        )
    query = {"encoding": encoding, "sample_rate": str(sample_rate)}
    return query | ({"channels": str(channels)} if channels > 1 else {})


def _flag(value: bool) -> str:
    return "true" if value else "false"
