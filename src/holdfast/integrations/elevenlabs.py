"""ElevenLabs: text to speech. The error table and the judged operations.

The plans limit concurrency, not calls per minute; the client is in `elevenlabs_client`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.errors import InvalidRequest, ProviderError, QuotaExhausted
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import Integration, Operation
from holdfast.validation.audio import judge_speech

SPEECH = "/v1/text-to-speech/{voice_id}"
DEFAULT_FORMAT = "mp3_44100_128"

MOST_WATCHED_BYTES = 8 * 1024 * 1024
"""A longer streamed sound is passed on unjudged."""

_BY_CODE = {
    "quota_exceeded": QuotaExhausted,
    "insufficient_credits": QuotaExhausted,
    "max_character_limit_exceeded": InvalidRequest,
}


class Format(NamedTuple):
    """An ``output_format`` such as ``mp3_44100_128``: codec and samples per second."""

    codec: str
    sample_rate: int


def read_error(exchange: Exchange) -> ProviderError | None:
    """Three shapes of ``detail``: current, legacy without *code*, and a list of field errors."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    detail = member(exchange.json, "detail")
    code, words = _code(detail), _words(detail)
    return provider_error(
        "elevenlabs",
        exchange,
        _BY_CODE.get(code or "", by_status),
        code=code,
        detail=words,
        request_id=exchange.headers.get("request-id") or member(detail, "request_id"),
    )


def read_usage(exchange: Exchange) -> Usage | None:
    """The characters in the header ``character-cost``."""
    cost = exchange.headers.get("character-cost", "")
    return Usage("characters", float(cost)) if cost.isdecimal() else None


def format_of(asked: Asked) -> Format:
    """What was asked for; an unreadable sample rate is 0."""
    return format_named(asked.query.get("output_format", DEFAULT_FORMAT))


def format_named(name: str) -> Format:
    """``mp3_44100_128`` and the like, read."""
    codec, _, rest = name.partition("_")
    rate = rest.partition("_")[0]
    return Format(codec, int(rate) if rate.isdecimal() else 0)


def judge_audio(exchange: Exchange) -> Verdict | None:
    """The sound against the text it should say."""
    return _judged(exchange.asked, exchange.body)


class SpeechWatch:
    """Gathers a streamed sound and judges it at its end; it has no end marker of its own."""

    complete = False

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._body = bytearray()
        self._too_long = False

    def feed(self, item: bytes) -> None:
        """See the next bytes."""
        self._too_long = self._too_long or len(self._body) + len(item) > MOST_WATCHED_BYTES
        if not self._too_long:
            self._body += item

    def end(self) -> Verdict | None:
        """Judge the whole; None when it was too long to be kept."""
        return None if self._too_long else _judged(self._asked, bytes(self._body))

    def usage(self) -> Usage | None:
        """It is in the headers of the answer, which a watch does not see."""
        return None


def _judged(asked: Asked, body: bytes) -> Verdict | None:
    codec, rate = format_of(asked)
    text = member(asked.json, "text")
    speed = member(member(asked.json, "voice_settings"), "speed")
    return judge_speech(
        body,
        codec=codec,
        sample_rate=rate,
        text=text if isinstance(text, str) else "",
        speed=speed if isinstance(speed, int | float) and speed > 0 else 1.0,
    )


def _text(asked: Asked) -> Iterator[str]:
    text = member(asked.json, "text")
    if isinstance(text, str):
        yield text


def _code(detail: Any) -> str | None:
    if isinstance(detail, list):
        return "validation_error"
    told = member(detail, "code") or member(detail, "status")
    return str(told) if told else None


def _words(detail: Any) -> str:
    if isinstance(detail, list):
        return _field_errors(detail)
    return detail if isinstance(detail, str) else str(member(detail, "message") or "")


def _field_errors(problems: list[Any]) -> str:
    told = [(member(problem, "loc"), member(problem, "msg")) for problem in problems[:3]]
    return "; ".join(
        f"{'.'.join(map(str, place)) if isinstance(place, list) else '?'}: {message}"
        for place, message in told
    )


def _always(_asked: Asked) -> bool:
    return True


ELEVENLABS = Integration(
    name="elevenlabs",
    label="ElevenLabs",
    kind="voice",
    base_url="https://api.elevenlabs.io",
    key_names=("ELEVENLABS_API_KEY",),
    operations=(
        Operation(
            name="tts",
            method="POST",
            path=SPEECH,
            validators=(judge_audio,),
            texts=_text,
            expects_json=False,
        ),
        Operation(
            name="tts-stream",
            method="POST",
            path=f"{SPEECH}/stream",
            validators=(judge_audio,),  # an answer that is no stream is judged too
            texts=_text,
            expects_json=False,
            streams=("audio/", "application/octet-stream"),
            asks_stream=_always,
            watch=SpeechWatch,
        ),
        Operation(name="voices", method="GET", path="/v1/voices"),
        Operation(name="voices-search", method="GET", path="/v2/voices"),
        Operation(name="models", method="GET", path="/v1/models"),
        Operation(name="subscription", method="GET", path="/v1/user/subscription"),
    ),
    read_error=read_error,
    read_usage=read_usage,
)
