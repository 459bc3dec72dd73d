"""Speech recognised by Deepgram through the guarded client, against the simulator."""

from dataclasses import replace
from typing import Any

import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    PermissionDenied,
    ProtocolError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.deepgram_stt import DeepgramStt
from tests.integrations.guarded import QUICK
from tests.integrations.simulated_port import SECRET, stage
from tests.validation.sounds import tone, wav

pytestmark = pytest.mark.real_time

IMPATIENT = replace(QUICK, timeout_seconds=0.2, retry=None)
SOUND = wav(tone(4.0))
SILENCE = wav(bytes(2 * 16000 * 4))


async def test_a_sound_becomes_words_that_are_judged_and_metered(url: str) -> None:
    """Words with their times, the provider's seconds as usage, a verdict."""
    async with stage(DEEPGRAM, url) as on:
        heard = await DeepgramStt(on.access).transcribe(SOUND, language="en")
    assert len(heard.text.split()) == len(heard.words) == 10
    assert heard.words[-1].end_seconds <= heard.duration_seconds == 4.0
    assert heard.confidence is not None
    assert heard.confidence > 0.9
    assert heard.request_id
    assert heard.text not in repr(heard)
    assert (on.call.origin.operation, on.verdict.judgement) == ("stt", "pass")
    assert (on.usage.unit, on.usage.amount, on.usage.model) == ("audio_seconds", 4.0, "nova-3")


async def test_raw_samples_are_understood_and_measured(url: str) -> None:
    """Without a container the query says what they are, to the provider and to us."""
    async with stage(DEEPGRAM, url) as on:
        ear = DeepgramStt(on.access)
        heard = await ear.transcribe(tone(2.0), encoding="linear16", sample_rate=16000)
        with pytest.raises(InputRefused, match="needs sample_rate and channels, got None and 1"):
            await ear.transcribe(tone(2.0), encoding="linear16")
    assert (heard.duration_seconds, heard.language) == (2.0, "en")


async def test_speakers_are_told_apart_when_asked(url: str) -> None:
    """Words carry a speaker, and make turns."""
    async with stage(DEEPGRAM, url) as on:
        heard = await DeepgramStt(on.access).transcribe(SOUND, language="en", diarize=True)
    assert [turn.speaker for turn in heard.turns] == [0, 1]
    assert " ".join(turn.text for turn in heard.turns) == heard.text
    assert heard.turns[0].end_seconds <= heard.turns[1].start_seconds


async def test_a_sound_elsewhere_is_fetched_by_the_provider(url: str) -> None:
    """Only its address goes out; nothing is said about a sound that we never had."""
    async with stage(DEEPGRAM, url) as on:
        ear = DeepgramStt(on.access)
        heard = await ear.transcribe_url("https://sounds.example/a.wav?signature=hush")
        with pytest.raises(InputRefused, match="begins with https://"):
            await ear.transcribe_url("file:///etc/passwd")
    assert heard.text
    assert "hush" not in repr(on.client.facts)


async def test_silence_has_no_words_and_that_is_right(url: str) -> None:
    """An empty transcript of a silent sound is a good answer."""
    async with stage(DEEPGRAM, url) as on:
        heard = await DeepgramStt(on.access).transcribe(SILENCE, language="en")
    assert (heard.text, on.verdict.judgement) == ("", "pass")


@pytest.mark.parametrize(
    ("kind", "sound", "words"),
    [
        ("empty_success", SOUND, "the transcript is empty, and the 4.0 s of sound can be heard"),
        ("low_confidence", SOUND, "confidence 0.20, at least 0.4 expected"),
        ("wrong_language", SOUND, "es was recognised, en expected"),
        ("wrong_language", SILENCE, "words, and the sound is silent"),
    ],
)
async def test_what_status_200_hides_is_seen(url: str, kind: str, sound: bytes, words: str) -> None:
    """Empty, unsure, foreign or invented words: HTTP says yes, we say no."""
    async with stage(DEEPGRAM, url) as on:
        await on.play(kind)
        with pytest.raises(SemanticError, match=words):
            await DeepgramStt(on.access).transcribe(sound, language="en")
    assert (on.call.outcome, on.verdict.judgement) == ("failed", "fail")
    assert on.usage.amount == 4.0 * on.call.attempts  # each was paid for


async def test_an_empty_transcript_of_a_sound_nobody_looked_into_is_a_warning(url: str) -> None:
    """What we did not hear we do not blame anybody for."""
    async with stage(DEEPGRAM, url) as on:
        await on.play("empty_success")
        await DeepgramStt(on.access).transcribe_url("https://sounds.example/a.wav")
    assert (on.call.outcome, on.verdict.judgement) == ("succeeded", "warn")


@pytest.mark.parametrize(
    ("kind", "parameters", "error", "words", "attempts"),
    [
        ("error", {"status": 400}, InvalidRequest, "answered 400: Bad Request", 1),
        ("error", {"status": 401}, AuthenticationError, "INVALID_AUTH$", 1),
        (
            "error",
            {"status": 401, "code": "INSUFFICIENT_PERMISSIONS"},
            PermissionDenied,
            "INSUFFICIENT_PERMISSIONS$",
            1,
        ),
        ("error", {"status": 402}, QuotaExhausted, "ASR_PAYMENT_REQUIRED: Project does not", 1),
        ("error", {"status": 422}, Unavailable, "ASR_UNPROCESSABLE_ENTITY", 2),
        ("error", {"status": 504}, Unavailable, "GATEWAY_TIMEOUT", 2),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited, "TOO_MANY_REQUESTS", 1),
        ("malformed", {}, ProtocolError, "not JSON", 2),
        ("early_close", {}, ProtocolError, "cut short", 2),
    ],
)
async def test_each_outage_is_one_clear_error(
    url: str, kind: str, parameters: dict[str, Any], error: type[HoldfastError], words: str,
    attempts: int,
) -> None:  # fmt: skip
    """The error table, with what is tried again and what is not."""
    async with stage(DEEPGRAM, url) as on:
        await on.play(kind, **parameters)
        with pytest.raises(error, match=words) as caught:
            await DeepgramStt(on.access).transcribe(SOUND)
    assert (on.call.error, on.call.attempts) == (error.__name__, attempts)
    assert SECRET not in f"{caught.value!r}"


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (b"", "stt needs a sound, got 0 bytes"),
        (wav(bytes(8000 * 601), rate=4000), "at most 600 s of sound, got 601.0 or more"),
    ],
)
async def test_what_cannot_succeed_is_refused(url: str, sound: bytes, words: str) -> None:
    """An empty sound, and one that really lasts too long though it is small."""
    async with stage(DEEPGRAM, url) as on:
        with pytest.raises(InputRefused, match=words):
            await DeepgramStt(on.access).transcribe(sound)
    assert (on.call.outcome, on.call.attempts) == ("refused", 0)


async def test_a_refused_key_is_not_quoted_and_a_missing_one_is_named(url: str) -> None:
    """401 without the key; no key at all costs nothing."""
    async with stage(DEEPGRAM, url, key="bad-key") as on:
        with pytest.raises(AuthenticationError) as caught:
            await DeepgramStt(on.access).transcribe(SOUND)
    assert "bad-key" not in f"{caught.value!r} {on.client.facts}"
    async with stage(DEEPGRAM, url, key=" ") as on:
        with pytest.raises(ConfigurationError, match="set DEEPGRAM_API_KEY"):
            DeepgramStt.over(on.access)


async def test_health_tells_what_is_left_for_free(url: str) -> None:
    """The key, the money, and what each refusal means."""
    async with stage(DEEPGRAM, url) as on:
        ear = DeepgramStt(on.access)
        assert await ear.health() == ServiceHealth("healthy", "credits", "200 usd left")
        await on.play("error", status=403, operation="balances")
        assert (await ear.health()).evidence == "projects"
        await on.play("error", status=401)
        assert (await ear.health()).state == "unhealthy"
        await on.play("error", status=503)
        assert (await ear.health()).state == "degraded"
    assert {call.origin.operation for call in on.client.calls} == {"projects", "balances"}


async def test_a_hanging_answer_is_bounded(url: str) -> None:
    """An attempt has its time."""
    async with stage(DEEPGRAM, url, options=IMPATIENT) as on:
        await on.play("hang")
        with pytest.raises(TimedOut):
            await DeepgramStt(on.access).transcribe(SOUND)
