"""Deepgram: speech to text and text to speech. The error tables and the judged operations.

https://developers.deepgram.com/reference; options are query parameters. Every operation may be
repeated: nothing is kept, only paid for. The clients are in `deepgram_stt` and `deepgram_tts`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.errors import (
    InputRefused,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    QuotaExhausted,
    Unavailable,
)
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.deepgram_answers import (
    SpeechWatch,
    judge_audio,
    judge_transcription,
    read_usage,
    sounds_in,
)
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import (
    SOCKET,
    Integration,
    Operation,
    ServiceDefaults,
    ServiceKind,
)

LISTEN, SPEAK, PROJECTS = "/v1/listen", "/v1/speak", "/v1/projects"
BALANCES = "/v1/projects/{project_id}/balances"

LONGEST_TEXT = 2000
"""Characters that one request is spoken of; more is answered with 413."""

_BY_CODE: Mapping[str, ErrorClass] = {
    "INSUFFICIENT_PERMISSIONS": PermissionDenied,
    "ASR_PAYMENT_REQUIRED": QuotaExhausted,
    "ASR_UNPROCESSABLE_ENTITY": Unavailable,
}
"""Where the code says more than the status. The last: the upload was cut on its way."""

_BY_CLOSE: tuple[tuple[str, ErrorClass, str], ...] = (
    ("DATA-0000", InvalidRequest, "the sound could not be decoded"),
    ("NET-0001", InvalidRequest, "neither sound nor KeepAlive came for 10 s"),
    ("NET-0000", Unavailable, "no answer was ready in time"),
)

_QUERY = re.compile(r"(\bhttps?://[^\s?\"']+)\?[^\s\"']*")


def read_error(exchange: Exchange) -> ProviderError | None:
    """Three shapes: current (``category``), legacy (``err_code``), and a plain text."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    document = exchange.json
    code = member(document, "err_code") or member(document, "category")
    code = code if isinstance(code, str) else None
    request_id = member(document, "request_id") or exchange.headers.get("dg-request-id")
    return provider_error(
        "deepgram",
        exchange,
        _BY_CODE.get(code or "", by_status),
        code=code,
        detail=_without_queries(_words(document, exchange.status)),
        request_id=request_id if isinstance(request_id, str) else None,
    )


def read_close(code: int, reason: str) -> ProviderError | None:
    """What a socket's close frame says; its reason holds Deepgram's own code."""
    for name, kind, words in _BY_CLOSE:
        if name in reason:
            return kind(f"deepgram closed the socket with {code}: {name}: {words}", code=name)
    return None


def read_message(document: Any) -> ProviderError | None:
    """The error that a socket's message tells."""
    if member(document, "type") != "Error":
        return None
    told = [member(document, name) for name in ("variant", "code", "description", "message")]
    words = ": ".join(dict.fromkeys(text for text in told if isinstance(text, str) and text))
    kind = next((kind for name, kind, _ in _BY_CLOSE if name in words), Unavailable)
    return kind(f"deepgram: {_without_queries(words)[:200] or 'an error without words'}")


def check_text(asked: Asked) -> None:
    """Refuse what would be answered with 413."""
    for text in texts_in(asked):
        if len(text) > LONGEST_TEXT:
            raise InputRefused(
                f"deepgram speaks at most {LONGEST_TEXT} characters at once, got {len(text)}"
            )


def texts_in(asked: Asked) -> Iterator[str]:
    """What is to be spoken."""
    text = member(asked.json, "text")
    if isinstance(text, str):
        yield text


def _words(document: Any, status: int) -> str:
    if isinstance(document, str):  # a gateway's page is no explanation
        return document if status < 500 else ""
    told = (member(document, name) for name in ("err_msg", "message", "details"))
    return ": ".join(text for text in told if isinstance(text, str) and text)


def _without_queries(words: str) -> str:
    """The query of an address that was to be fetched is often its signature."""
    return _QUERY.sub(r"\1?…", words)


def _always(_asked: Asked) -> bool:
    return True


DEEPGRAM = Integration(
    name="deepgram",
    label="Deepgram",
    kind="voice",
    base_url="https://api.deepgram.com",
    key_names=("DEEPGRAM_API_KEY",),
    operations=(
        Operation(
            name="stt",
            method="POST",
            path=LISTEN,
            validators=(judge_transcription,),
            sounds=sounds_in,
        ),
        Operation(name="stt-live", method=SOCKET, path=LISTEN, expects_json=False),
        Operation(
            name="tts",
            method="POST",
            path=SPEAK,
            validators=(judge_audio,),
            checks=(check_text,),
            texts=texts_in,
            expects_json=False,
            whole=True,
        ),
        Operation(
            name="tts-stream",
            method="POST",
            path=SPEAK,
            validators=(judge_audio,),  # of what is not even sent as sound
            checks=(check_text,),
            texts=texts_in,
            expects_json=False,
            streams=("audio/", "application/octet-stream"),
            asks_stream=_always,
            watch=SpeechWatch,
        ),
        Operation(name="projects", method="GET", path=PROJECTS),
        Operation(name="balances", method="GET", path=BALANCES),
        Operation(name="models", method="GET", path="/v1/models"),
    ),
    read_error=read_error,
    read_usage=read_usage,
    defaults=ServiceDefaults(rate_limit=100, max_audio_size_mb=100, max_audio_duration_sec=600),
    services=(
        ServiceKind(name="stt", client="holdfast.integrations.deepgram_stt:DeepgramStt"),
        ServiceKind(name="tts", client="holdfast.integrations.deepgram_tts:DeepgramTts"),
    ),
)
