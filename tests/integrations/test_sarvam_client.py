"""Translation, speech and transcripts by Sarvam through the guarded clients."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    ProtocolError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.access import Access
from holdfast.integrations.sarvam import SARVAM
from holdfast.integrations.sarvam_stt import SarvamStt
from holdfast.integrations.sarvam_translation import SarvamTranslation
from holdfast.integrations.sarvam_tts import SarvamTts
from tests.integrations.guarded import QUICK
from tests.integrations.simulated_port import SECRET, stage
from tests.validation.sounds import tone, wav

pytestmark = pytest.mark.real_time

TEXT = "Patience will be rewarded in 12 days, when the moon returns."
SOUND = wav(tone(4.0))
SILENCE = wav(bytes(2 * 16000 * 4))
ONCE = replace(QUICK, retry=None)
IMPATIENT = replace(ONCE, timeout_seconds=0.2)


async def translate(access: Access) -> Any:
    """The text in Hindi."""
    return await SarvamTranslation(access).translate(TEXT, "hi-IN", source="en-IN")


async def speak(access: Access) -> Any:
    """The text as one sound."""
    return await SarvamTts(access).speech(TEXT, "en-IN")


async def stream(access: Access) -> bytes:
    """The text as a stream."""
    async with SarvamTts(access).stream(TEXT, "en-IN") as pieces:
        return b"".join([piece async for piece in pieces])


async def hear(access: Access) -> Any:
    """The sound in Hindi."""
    return await SarvamStt(access).transcribe(SOUND, language="hi-IN")


async def hear_any(access: Access) -> Any:
    """The sound in whichever language."""
    return await SarvamStt(access).transcribe(SOUND)


async def hear_silence(access: Access) -> Any:
    """Nothing to be heard."""
    return await SarvamStt(access).transcribe(SILENCE, language="hi-IN")


Use = Callable[[Access], Awaitable[Any]]


@pytest.mark.parametrize("target", ["hi-IN", "bn-IN", "ta-IN", "od-IN", "ur-IN", "sat-IN"])
async def test_a_text_is_translated_judged_and_metered(url: str, target: str) -> None:
    """In the script of the language; what was sent is what it costs."""
    async with stage(SARVAM, url) as on:
        told = await SarvamTranslation(on.access).translate(
            TEXT, target, source="en-IN", model="sarvam-translate:v1"
        )
    assert told.source_language == "en-IN"
    assert told.request_id
    assert told.text not in repr(told)
    assert (on.call.origin.operation, on.verdict.judgement) == ("translation", "pass")
    usage = (on.usage.unit, on.usage.amount, on.usage.model)
    assert usage == ("characters", float(len(TEXT)), "sarvam-translate:v1")


async def test_the_source_may_be_recognised_and_the_script_roman(url: str) -> None:
    """Auto needs no source, and a romanised answer is no untranslated one."""
    async with stage(SARVAM, url) as on:
        back = await SarvamTranslation(on.access).translate("नमस्ते, आप कैसे हैं?", "en-IN")
    assert back.source_language == "hi-IN"
    assert on.verdict.judgement == "pass"


@pytest.mark.parametrize("codec", ["wav", "mp3", "linear16"])
async def test_speech_is_decoded_judged_and_metered(url: str, codec: str) -> None:
    """Out of base64, as long as the text takes."""
    async with stage(SARVAM, url) as on:
        speech = await SarvamTts(on.access).speech(TEXT, "en-IN", codec=codec, pace=1.2)
    assert speech.duration_seconds is not None
    assert len(TEXT) / 40 < speech.duration_seconds < len(TEXT) / 4 + 2
    assert speech.request_id
    assert repr(speech.audio[:8]) not in repr(speech)
    assert (on.call.origin.operation, on.verdict.judgement) == ("tts", "pass")
    usage = (on.usage.unit, on.usage.amount, on.usage.model)
    assert usage == ("characters", float(len(TEXT)), "bulbul:v3")


async def test_a_stream_is_passed_on_and_judged_at_its_end(url: str) -> None:
    """Pieces of MP3, one counted call."""
    async with stage(SARVAM, url) as on:
        assert (await stream(on.access))[:3] == b"ID3"
    assert (on.call.origin.operation, on.verdict.judgement) == ("tts-stream", "pass")
    assert on.usage.amount == len(TEXT)


async def test_a_sound_becomes_words_in_its_script(url: str) -> None:
    """With phrases when asked; the seconds of the sound are what it costs."""
    async with stage(SARVAM, url) as on:
        ear = SarvamStt(on.access)
        heard = await ear.transcribe(SOUND, language="hi-IN", timestamps=True)
        anyhow = await ear.transcribe(tone(2.0), codec="pcm_s16le")
        romanised = await ear.transcribe(SOUND, language="hi-IN", mode="translit")
    assert (heard.language, heard.language_probability) == ("hi-IN", None)
    assert heard.phrases[0].text == heard.text
    assert heard.phrases[0].end_seconds == 4.0
    assert (anyhow.language, anyhow.language_probability) == ("hi-IN", 0.97)
    assert romanised.text.isascii()
    assert heard.text not in repr(heard)
    assert [call.verdict and call.verdict.judgement for call in on.client.calls] == ["pass"] * 3
    amounts = [call.usage and (call.usage.unit, call.usage.amount) for call in on.client.calls]
    assert amounts == [("audio_seconds", 4.0), ("audio_seconds", 2.0), ("audio_seconds", 4.0)]


@pytest.mark.parametrize(
    ("kind", "use", "words"),
    [
        ("empty_success", translate, "the translation is empty"),
        ("untranslated", translate, "the text came back unchanged, not in hi-IN"),
        ("wrong_language", translate, "0% of the letters are Devanagari, the script of hi-IN"),
        ("truncated_stream", translate, "times as many expected"),
        ("empty_success", speak, "0 sounds came, 1 expected"),
        ("silent_audio", speak, "silent: -inf dBFS"),
        ("truncated_stream", speak, "promises .* bytes"),
        ("empty_success", stream, "the audio has 0 bytes"),
        ("silent_audio", stream, "silent: no frame"),
        ("malformed", stream, "not decodable as mp3"),
        ("empty_success", hear, "the transcript is empty, and the 4.0 s of sound can be heard"),
        ("wrong_language", hear, "0% of the letters are Devanagari"),
        ("low_confidence", hear_any, "language hi-IN with confidence 0.20"),
        ("wrong_language", hear_silence, "words, and the sound is silent"),
    ],
)
async def test_what_status_200_hides_is_seen(url: str, kind: str, use: Use, words: str) -> None:
    """Empty, unchanged, foreign, cut, silent or invented: HTTP says yes, we say no."""
    async with stage(SARVAM, url) as on:
        await on.play(kind)
        with pytest.raises(SemanticError, match=words):
            await use(on.access)
    assert (on.call.outcome, on.verdict.judgement) == ("failed", "fail")


@pytest.mark.parametrize("use", [translate, speak, stream, hear])
@pytest.mark.parametrize(
    ("kind", "parameters", "error", "words", "attempts"),
    [
        ("error", {"status": 400}, InvalidRequest, "400: invalid_request_error: The request", 1),
        ("error", {"status": 403}, AuthenticationError, "invalid_api_key_error$", 1),
        (
            "error",
            {"status": 429, "code": "insufficient_quota_error"},
            QuotaExhausted,
            "No credits",
            1,
        ),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited, "rate_limit_exceeded", 1),
        ("error", {"status": 503}, RateLimited, "503: rate_limit_exceeded_error: The service", 2),
        ("error", {"status": 500}, Unavailable, "internal_server_error", 2),
    ],
)
async def test_each_outage_is_one_clear_error(
    url: str, use: Use, kind: str, parameters: dict[str, Any], error: type[HoldfastError],
    words: str, attempts: int,
) -> None:  # fmt: skip
    """The error table, with what is tried again and what is not."""
    async with stage(SARVAM, url) as on:
        await on.play(kind, **parameters)
        with pytest.raises(error, match=words) as caught:
            await use(on.access)
    assert (on.call.error, on.call.attempts) == (error.__name__, attempts)
    assert SECRET not in f"{caught.value!r}"


@pytest.mark.parametrize(
    ("kind", "use", "error"),
    [
        ("malformed", translate, ProtocolError),
        ("early_close", hear, ProtocolError),
        ("truncated_stream", stream, ProtocolError),
        ("hang", translate, TimedOut),
    ],
)
async def test_broken_lines_are_failures(
    url: str, kind: str, use: Use, error: type[HoldfastError]
) -> None:
    """No JSON, half an answer, half a stream, no answer."""
    async with stage(SARVAM, url, options=IMPATIENT if kind == "hang" else ONCE) as on:
        await on.play(kind)
        with pytest.raises(error):
            await use(on.access)
    assert on.call.outcome == "failed"


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (
            lambda on: SarvamTranslation(on).translate("a" * 1001, "hi-IN"),
            r"sarvam translates at most 1000 characters at once \(mayura:v1\), got 1001",
        ),
        (
            lambda on: SarvamTts(on).speech("a" * 1501, "hi-IN", model="bulbul:v2"),
            r"at most 1500 characters at once \(bulbul:v2\), got 1501",
        ),
        (lambda on: SarvamTts(on).stream("a" * 3501, "hi-IN").__aenter__(), "at most 3500"),
        (lambda on: SarvamTts(on).speech(" ", "hi-IN"), "tts needs a text, got ' '"),
        (
            lambda on: SarvamStt(on).transcribe(wav(bytes(4000 * 62), rate=4000)),
            "sarvam hears at most 30 s at once, got 31.0 or more; send it over a socket",
        ),
        (lambda on: SarvamStt(on).transcribe(b""), "stt needs a sound, got 0 bytes"),
    ],
)
async def test_what_cannot_succeed_is_refused(url: str, use: Use, words: str) -> None:
    """The limits of each model, and of what a sound may last, cost nothing."""
    async with stage(SARVAM, url) as on:
        with pytest.raises(InputRefused, match=words):
            await use(on.access)
    assert (on.call.outcome, on.call.attempts) == ("refused", 0)


async def test_a_speaker_of_another_model_is_the_caller_s_mistake(url: str) -> None:
    """400, told in the provider's words."""
    async with stage(SARVAM, url) as on:
        with pytest.raises(InvalidRequest, match="'anushka' is not compatible with model bulbul"):
            await SarvamTts(on.access).speech(TEXT, "en-IN", speaker="anushka")


async def test_a_refused_key_is_not_quoted_and_a_missing_one_is_named(url: str) -> None:
    """403 is an authentication error here; no key at all costs nothing."""
    async with stage(SARVAM, url, key="bad-key") as on:
        with pytest.raises(AuthenticationError) as caught:
            await translate(on.access)
    assert "bad-key" not in f"{caught.value!r} {on.client.facts}"
    async with stage(SARVAM, url, key=" ") as on:
        for client in (SarvamTranslation, SarvamTts, SarvamStt):
            with pytest.raises(ConfigurationError, match="set SARVAM_API_KEY"):
                client.over(on.access)


async def test_health_is_what_the_traffic_tells(url: str) -> None:
    """Nothing is asked for it; a refusal of ours or the caller's mistake says nothing."""
    async with stage(SARVAM, url) as on:
        mouth = SarvamTts(on.access)
        states = [await mouth.health()]
        for kind, parameters in (
            ("latency", {"delay_seconds": 0}),
            ("error", {"status": 500}),
            ("error", {"status": 400}),
            ("error", {"status": 403}),
        ):
            await on.play(kind, **parameters)
            with suppress(HoldfastError):
                await mouth.speech(TEXT, "en-IN")
            states.append(await mouth.health())
    assert [health.state for health in states] == [
        "unknown",
        "healthy",
        "degraded",
        "degraded",
        "unhealthy",
    ]
    assert {health.evidence for health in states} == {"traffic"}
    assert len(on.client.calls) == 4
