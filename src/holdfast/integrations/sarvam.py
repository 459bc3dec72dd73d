"""Sarvam: translation, text to speech, speech to text. The error tables and judged operations.

https://docs.sarvam.ai/api-reference-docs; a bad key is answered with 403, not 401. Every operation
may be repeated: nothing is kept, only paid for. The clients are in `sarvam_translation`,
`sarvam_tts` and `sarvam_stt`.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.errors import (
    AuthenticationError,
    InputRefused,
    InvalidRequest,
    ProtocolError,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import (
    SOCKET,
    Integration,
    Operation,
    ServiceKind,
)
from holdfast.integrations.sarvam_answers import (
    SpeechWatch,
    judge_audios,
    judge_streamed,
    judge_translated,
    judge_words,
    read_usage,
    sounds_in,
    texts_in,
)

TRANSLATE, SPEAK, SPEAK_STREAM = "/translate", "/text-to-speech", "/text-to-speech/stream"
LISTEN, SPEAK_LIVE, LISTEN_LIVE = "/speech-to-text", "/text-to-speech/ws", "/speech-to-text/ws"

LONGEST_TRANSLATED = {"mayura:v1": 1000, "sarvam-translate:v1": 2000}
LONGEST_SPOKEN = {"bulbul:v2": 1500, "bulbul:v3": 2500, "bulbul:v4-flash": 2500}
LONGEST_STREAMED = 3500
"""Characters that one request may hold, by its model."""

LONGEST_HEARD_SECONDS = 30.0
"""Of sound in one request; longer sounds go to the batch API, or over a socket."""

_BY_CODE: Mapping[str, ErrorClass] = {
    "invalid_api_key_error": AuthenticationError,
    "authentication_error": AuthenticationError,
    "insufficient_quota_error": QuotaExhausted,
    "rate_limit_exceeded_error": RateLimited,
}

_BY_WORD: Mapping[str, ErrorClass] = {
    "quota": QuotaExhausted,
    "credit": QuotaExhausted,
    "rate": RateLimited,
    "key": AuthenticationError,
    "auth": AuthenticationError,
}
"""One close code stands for all of these; its reason tells which."""


def read_error(exchange: Exchange) -> ProviderError | None:
    """One envelope: ``{"error": {"message", "code", "request_id"}}``. The code goes first."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    error = member(exchange.json, "error")
    code, words = member(error, "code"), member(error, "message")
    code = code if isinstance(code, str) else None
    request_id = member(error, "request_id")
    return provider_error(
        "sarvam",
        exchange,
        _BY_CODE.get(code or "", by_status),
        code=code,
        detail=words if isinstance(words, str) else "",
        request_id=request_id if isinstance(request_id, str) else None,
    )


def read_close(code: int, reason: str) -> ProviderError | None:
    """1003 is a limit, a quota or a bad key; 4000 a model, language or rate it does not know."""
    if code == 4000:
        return InvalidRequest(f"sarvam closed the socket with 4000: {reason[:200]}", code="4000")
    if code != 1003:
        return None
    kind = next((kind for word, kind in _BY_WORD.items() if word in reason.lower()), RateLimited)
    words = "" if kind is AuthenticationError else f": {reason[:200]}"
    return kind(f"sarvam closed the socket with 1003{words}", code="1003")


def read_message(document: Any) -> ProviderError | None:
    """The error that a socket's message tells; its code is a name or an HTTP status.

    A message that cannot be read (None) is one too: what was in it will not come again.
    """
    if document is None:
        return ProtocolError("sarvam: a message was not readable")
    if member(document, "type") != "error":
        return None
    data = member(document, "data")
    code, words = member(data, "code"), member(data, "message") or member(data, "error")
    status = int(code) if str(code).isdecimal() else None
    kind = _BY_CODE.get(str(code)) or (class_of(status) if status else None) or Unavailable
    if status == 403:
        kind = AuthenticationError
    told = "" if kind is AuthenticationError else str(words or "")[:200]
    parts = ("sarvam", str(code) if code is not None else "", told)
    return kind(": ".join(part for part in parts if part), status=status, code=str(code))


def check_translated(asked: Asked) -> None:
    """Refuse what the model would answer with 400."""
    _check(asked, "translates", LONGEST_TRANSLATED, "mayura:v1")


def check_spoken(asked: Asked) -> None:
    """Refuse what the model would answer with 400."""
    _check(asked, "speaks", LONGEST_SPOKEN, "bulbul:v3")


def check_streamed(asked: Asked) -> None:
    """Refuse what a stream would answer with 400, whatever the model."""
    _check(asked, "streams", {}, "", LONGEST_STREAMED)


def check_heard(asked: Asked) -> None:
    """Refuse a sound that is not for this endpoint."""
    for sound in sounds_in(asked):
        seconds = sound.seconds(LONGEST_HEARD_SECONDS)
        if seconds is not None and seconds > LONGEST_HEARD_SECONDS:
            raise InputRefused(
                f"sarvam hears at most {LONGEST_HEARD_SECONDS:g} s at once, "
                f"got {seconds:.1f} or more; send it over a socket"
            )


def _check(
    asked: Asked, does: str, longest: Mapping[str, int], default: str, fixed: int | None = None
) -> None:
    model = str(member(asked.json, "model") or default)
    most = fixed or longest.get(model, max(longest.values(), default=LONGEST_STREAMED))
    for text in texts_in(asked):
        if len(text) > most:
            raise InputRefused(
                f"sarvam {does} at most {most} characters at once ({model}), got {len(text)}"
            )


def _always(_asked: Asked) -> bool:
    return True


SARVAM = Integration(
    name="sarvam",
    label="Sarvam",
    kind="voice",
    base_url="https://api.sarvam.ai",
    key_names=("SARVAM_API_KEY",),
    operations=(
        Operation(
            name="translation",
            method="POST",
            path=TRANSLATE,
            validators=(judge_translated,),
            checks=(check_translated,),
            texts=texts_in,
        ),
        Operation(
            name="tts",
            method="POST",
            path=SPEAK,
            validators=(judge_audios,),
            checks=(check_spoken,),
            texts=texts_in,
        ),
        Operation(
            name="tts-stream",
            method="POST",
            path=SPEAK_STREAM,
            validators=(judge_streamed,),  # of what is not even sent as sound
            checks=(check_streamed,),
            texts=texts_in,
            expects_json=False,
            streams=("audio/", "application/octet-stream"),
            asks_stream=_always,
            watch=SpeechWatch,
        ),
        Operation(
            name="stt",
            method="POST",
            path=LISTEN,
            validators=(judge_words,),
            checks=(check_heard,),
            sounds=sounds_in,
        ),
        Operation(name="tts-live", method=SOCKET, path=SPEAK_LIVE, expects_json=False),
        Operation(name="stt-live", method=SOCKET, path=LISTEN_LIVE, expects_json=False),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(
        ServiceKind(
            name="translation", client="holdfast.integrations.sarvam_translation:SarvamTranslation"
        ),
        ServiceKind(name="tts", client="holdfast.integrations.sarvam_tts:SarvamTts"),
        ServiceKind(name="stt", client="holdfast.integrations.sarvam_stt:SarvamStt"),
    ),
)
