"""Whatever a provider of voices sends, watches and validators judge it and never fall over."""

import json
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidRequest, ProtocolError, Unavailable
from holdfast.events import Usage
from holdfast.integrations import deepgram, sarvam
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.deepgram_health import check
from holdfast.integrations.deepgram_live import _part
from holdfast.integrations.deepgram_live_watch import LiveWatch
from holdfast.integrations.deepgram_records import transcript
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.integration import Integration
from holdfast.integrations.sarvam import SARVAM
from holdfast.integrations.sarvam_ear import EarWatch
from holdfast.integrations.sarvam_records import transcript as sarvam_transcript
from holdfast.integrations.sarvam_voice import VoiceWatch
from holdfast.integrations.sound_sent import RawFormat
from tests.validation.sounds import tone

NAMES = (
    *("type", "data", "transcript", "language_code", "language_probability", "metrics", "audio"),
    *("audio_duration", "event_type", "results", "channels", "alternatives", "words", "start"),
    *("duration", "channel", "channel_index", "is_final", "confidence", "metadata", "end"),
    *("audios", "translated_text", "source_language_code", "timestamps", "error", "code"),
    *("message", "err_code", "err_msg", "category", "request_id", "balances", "projects"),
)
WORDS = ("Results", "Metadata", "Error", "data", "events", "event", "audio", "final", "error", "")
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 500) | st.floats(0, 2) | st.sampled_from(WORDS)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(DOCUMENTS, st.sampled_from((DEEPGRAM, SARVAM)), st.sampled_from((200, 403, 429, 503)))
def test_any_answer_is_judged_and_classed(
    document: Any, integration: Integration, status: int
) -> None:
    """Validators say what is wrong; error tables and usage never raise."""
    body = json.dumps(document).encode()
    for operation in integration.operations:
        exchange = Exchange(Asked("POST", operation.path, {}, b"{}"), status, {}, body)
        for validator in operation.validators:
            validator(exchange)
        integration.read_usage(exchange)
        assert (integration.read_error(exchange) is None) == (status == 200)


@given(st.lists(DOCUMENTS, max_size=6))
def test_any_conversation_is_watched(documents: list[Any]) -> None:
    """Messages of any shape are read, or counted as not readable."""
    raw, query = RawFormat(16_000), {"language-code": "hi-IN", "mode": "transcribe"}
    config = {"output_audio_codec": "mp3"}
    watches = (LiveWatch(raw, {}), EarWatch(raw, query), VoiceWatch(config, "bulbul:v3"))
    for document in documents:
        message = json.dumps(document)
        for watch in watches:
            watch.feed(message)
        _part(document)
        transcript(document)
        sarvam_transcript(document)
        deepgram.read_message(document)
        sarvam.read_message(document)
    for watch in watches:
        with suppress(ProtocolError):
            watch.end()
        assert isinstance(watch.usage(), Usage | None)
        assert watch.complete in (True, False)


def results(start: float, text: str = "well", **more: Any) -> str:
    """A final result of two seconds."""
    best = {"transcript": text, "confidence": 0.9, "words": []}
    document = {"type": "Results", "is_final": True, "start": start, "duration": 2.0}
    return json.dumps({**document, "channel": {"alternatives": [best]}, **more})


def test_a_gap_between_finals_is_a_fault() -> None:
    """Words that were said in between are lost."""
    watch = LiveWatch(RawFormat(16_000), {"model": "nova-3"})
    watch.sent(tone(6.0))
    for start in (0.0, 4.0):
        watch.feed(results(start))
    assert watch.usage() == Usage("audio_seconds", 6.0, model="nova-3")  # before the end: so far
    watch.feed(json.dumps({"type": "Metadata", "duration": 6.0}))
    verdict = watch.end()
    assert verdict is not None
    assert verdict.reason == "2.00 s are missing between final results at 2.00"


def test_channels_have_their_own_time() -> None:
    """What one channel says does not follow what another says."""
    watch = LiveWatch(None, {})
    watch.sent(b"container")
    for channel in (0, 1):
        for start in (0.0, 2.0):
            watch.feed(results(start, channel_index=[channel, 2]))
    watch.feed(json.dumps({"type": "Metadata"}))
    verdict = watch.end()
    assert verdict is not None
    assert verdict.judgement == "pass"
    assert watch.unanswered_seconds == 0.0


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        (
            {"variant": "DATA-0000", "description": "no sound"},
            InvalidRequest,
            "deepgram: DATA-0000: no sound",
        ),
        ({"description": "gone", "message": "gone"}, Unavailable, "deepgram: gone"),
        ({}, Unavailable, "deepgram: an error without words"),
    ],
)
def test_deepgrams_error_messages(
    document: dict[str, str], error: type[Exception], words: str
) -> None:
    """Their codes are those of the goodbyes; the same words are told once."""
    found = deepgram.read_message({"type": "Error", **document})
    assert type(found) is error
    assert str(found) == words


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("NET-0000: x", Unavailable),
        ("NET-0001: x", InvalidRequest),
        ("DATA-0000: x", InvalidRequest),
    ],
)
def test_deepgrams_goodbyes(reason: str, error: type[Exception]) -> None:
    """The code in the reason says whose fault it was; other goodbyes are read by their number."""
    assert type(deepgram.read_close(1011, reason)) is error
    assert deepgram.read_close(1011, "something else") is None


@pytest.mark.parametrize(
    ("projects", "balances", "health"),
    [
        ([], [], ("healthy", "projects", "the key is taken, it has no project")),
        (
            [{"project_id": "p"}],
            [],
            ("healthy", "projects", "the key is taken, no balance is told"),
        ),
        (
            [{"project_id": "p"}],
            [{"amount": 0.0, "units": "usd"}],
            ("unhealthy", "credits", "0 usd left"),
        ),
    ],
)
async def test_deepgrams_health_reads_the_money(
    projects: list[Any], balances: list[Any], health: tuple[str, str, str]
) -> None:
    """A key without a project is a good key; one without money is not."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        money = request.url.path.endswith("/balances")
        return httpx2.Response(
            200, json={"balances": balances} if money else {"projects": projects}
        )

    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport, base_url="https://api.deepgram.com") as http:
        assert await check(http, {}) == ServiceHealth(*health)  # type: ignore[arg-type]  # a table
