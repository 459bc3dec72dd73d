"""ElevenLabs: text to speech. The error table and the judged operations.

The plans limit concurrency, not calls per minute; the client is in `elevenlabs_client`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.errors import (
    InputRefused,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    QuotaExhausted,
)
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.elevenlabs_lists import (
    judge_models,
    judge_subscription,
    judge_voices,
    remaining_characters,
)
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.spoken_stream import SpokenStream
from holdfast.validation.audio import judge_speech

SPEECH = "/v1/text-to-speech/{voice_id}"
VOICES = "/v2/voices"
MODELS = "/v1/models"
SUBSCRIPTION = "/v1/user/subscription"
DEFAULT_FORMAT = "mp3_44100_128"

_BY_CODE = {
    "quota_exceeded": QuotaExhausted,
    "insufficient_credits": QuotaExhausted,
    "max_character_limit_exceeded": InvalidRequest,
    "missing_permissions": PermissionDenied,
}

_LONGEST_TEXT = {
    "eleven_multilingual_v2": 10_000,
    "eleven_multilingual_v1": 10_000,
    "eleven_flash_v2": 30_000,
    "eleven_turbo_v2": 30_000,
    "eleven_flash_v2_5": 40_000,
    "eleven_turbo_v2_5": 40_000,
}
"""Characters that a model takes in one request (``maximum_text_length_per_request``)."""


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
    """The characters in the header ``character-cost``; a subscription tells what is left."""
    if exchange.asked.path == SUBSCRIPTION:
        left = remaining_characters(exchange.json)
        return None if left is None else Usage("characters", 0.0, remaining=left)
    cost = exchange.headers.get("character-cost", "")
    if not cost.isdecimal():
        return None
    model = member(exchange.asked.json, "model_id")
    return Usage("characters", float(cost), model=model if isinstance(model, str) else None)


def fits_the_model(asked: Asked) -> None:
    """Refuses a text that is longer than its model takes."""
    text, model = member(asked.json, "text"), member(asked.json, "model_id")
    longest = _LONGEST_TEXT.get(model) if isinstance(model, str) else None
    if longest is not None and isinstance(text, str) and len(text) > longest:
        raise InputRefused(f"{model} takes at most {longest} characters, got {len(text)}")


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


class SpeechWatch(SpokenStream):
    """Gathers a streamed sound and judges it against the text it should say."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(lambda body: _judged(asked, body))


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
            checks=(fits_the_model,),
            texts=_text,
            expects_json=False,
        ),
        Operation(
            name="tts-stream",
            method="POST",
            path=f"{SPEECH}/stream",
            validators=(judge_audio,),  # an answer that is no stream is judged too
            checks=(fits_the_model,),
            texts=_text,
            expects_json=False,
            streams=("audio/", "application/octet-stream"),
            asks_stream=_always,
            watch=SpeechWatch,
        ),
        Operation(name="voices", method="GET", path="/v1/voices", validators=(judge_voices,)),
        Operation(name="voices-search", method="GET", path=VOICES, validators=(judge_voices,)),
        Operation(name="models", method="GET", path=MODELS, validators=(judge_models,)),
        Operation(
            name="subscription",
            method="GET",
            path=SUBSCRIPTION,
            validators=(judge_subscription,),
        ),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(
        ServiceKind(name="tts", client="holdfast.integrations.elevenlabs_client:ElevenLabs"),
    ),
)
