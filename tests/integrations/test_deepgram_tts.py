"""Text spoken by Deepgram through the guarded client, against the simulator."""

from dataclasses import replace
from typing import Any

import pytest

from holdfast.errors import (
    HoldfastError,
    InputRefused,
    ProtocolError,
    QuotaExhausted,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.deepgram_tts import DeepgramTts
from tests.integrations.guarded import QUICK
from tests.integrations.simulated_port import Stage, stage

pytestmark = pytest.mark.real_time

TEXT = "The stars are kind to you today, and the moon agrees."
ONCE = replace(QUICK, retry=None)
IMPATIENT = replace(ONCE, timeout_seconds=0.2)


async def stream(on: Stage) -> bytes:
    """The text as a stream, to its end."""
    async with DeepgramTts(on.access).stream(TEXT) as pieces:
        return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize(
    ("options", "content_type"),
    [
        ({}, "audio/mpeg"),
        ({"encoding": "linear16"}, "audio/wav"),
        ({"encoding": "linear16", "container": "none", "sample_rate": 16000}, "audio/l16"),
        ({"encoding": "linear16", "speed": 1.4}, "audio/wav"),
    ],
)
async def test_speech_is_judged_measured_and_metered(
    url: str, options: dict[str, Any], content_type: str
) -> None:
    """Each format is decoded; characters and model are the provider's own figures."""
    async with stage(DEEPGRAM, url) as on:
        speech = await DeepgramTts(on.access).speech(TEXT, **options)
    assert speech.content_type == content_type
    assert speech.characters == len(TEXT)
    assert speech.duration_seconds is not None
    assert len(TEXT) / 30 < speech.duration_seconds < len(TEXT) / 4 + 2
    assert speech.request_id
    assert repr(speech.audio[:8]) not in repr(speech)
    assert (on.call.origin.operation, on.verdict.judgement) == ("tts", "pass")
    usage = (on.usage.unit, on.usage.amount, on.usage.model)
    assert usage == ("characters", float(len(TEXT)), "aura-2-thalia-en")


async def test_a_stream_is_passed_on_as_it_comes_and_judged_at_its_end(url: str) -> None:
    """The same sound in pieces, with the cost in its head."""
    async with stage(DEEPGRAM, url) as on:
        mouth = DeepgramTts(on.access)
        async with mouth.stream(TEXT) as pieces:
            sound = [piece async for piece in pieces]
        assert b"".join(sound) == (await mouth.speech(TEXT)).audio
    streamed = on.client.calls[0]
    assert len(sound) > 1
    assert streamed.origin.operation == "tts-stream"
    assert streamed.usage is not None
    assert streamed.usage.amount == len(TEXT)
    assert streamed.verdict is not None
    assert streamed.first_byte_ms is not None


@pytest.mark.parametrize(
    ("kind", "parameters", "error", "words"),
    [
        ("empty_success", {}, SemanticError, "the audio has 0 bytes"),
        ("silent_audio", {}, SemanticError, "silent: no frame of"),
        ("truncated_stream", {}, ProtocolError, "cut short"),
        ("malformed", {}, SemanticError, "not decodable as mp3"),
        ("error", {"status": 402}, QuotaExhausted, "ASR_PAYMENT_REQUIRED"),
        ("error", {"status": 503}, Unavailable, "SERVICE_UNAVAILABLE"),
        ("hang", {}, TimedOut, "ReadTimeout|within"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_each_outage_is_one_clear_error(
    url: str, kind: str, parameters: dict[str, Any], error: type[HoldfastError], words: str,
    *, streamed: bool,
) -> None:  # fmt: skip
    """Whole or streamed, what is wrong has a class and a reason."""
    async with stage(DEEPGRAM, url, options=IMPATIENT if kind == "hang" else ONCE) as on:
        await on.play(kind, **parameters)
        with pytest.raises(error, match=words):
            await (stream(on) if streamed else DeepgramTts(on.access).speech(TEXT))
    assert (on.call.outcome, on.call.error) == ("failed", error.__name__)


async def test_silence_in_samples_is_heard_and_tried_again(url: str) -> None:
    """A whole answer that cannot be right is asked for once more; both were paid for."""
    async with stage(DEEPGRAM, url) as on:
        await on.play("silent_audio", times=1)
        await DeepgramTts(on.access).speech(TEXT, encoding="linear16")
    assert (on.call.outcome, on.call.attempts) == ("succeeded", 2)
    assert on.usage.amount == 2 * len(TEXT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" ", "tts needs a text, got ' '"),
        ("a" * 2001, "deepgram speaks at most 2000 characters at once, got 2001"),
    ],
)
async def test_what_cannot_succeed_is_refused(url: str, text: str, words: str) -> None:
    """Blank and overlong texts cost nothing, streamed or not."""
    async with stage(DEEPGRAM, url) as on:
        mouth = DeepgramTts(on.access)
        with pytest.raises(InputRefused, match=words):
            await mouth.speech(text)
        with pytest.raises(InputRefused):
            async with mouth.stream(text):
                pass
    assert {(call.outcome, call.attempts) for call in on.client.calls} == {("refused", 0)}


async def test_leaving_a_stream_early_is_no_failure(url: str) -> None:
    """Who has heard enough goes."""
    async with stage(DEEPGRAM, url) as on:
        async with DeepgramTts(on.access).stream(TEXT * 20) as pieces:
            await anext(pieces)
        assert (await DeepgramTts(on.access).health()).state == "healthy"
    assert on.client.calls[0].outcome == "succeeded"
