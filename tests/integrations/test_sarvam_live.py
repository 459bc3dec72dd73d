"""Sarvam's two sockets through the guarded one, against the simulator."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from holdfast.errors import (
    AuthenticationError,
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
from holdfast.integrations.sarvam import SARVAM, read_close, read_message
from holdfast.integrations.sarvam_ear import EarOptions
from holdfast.integrations.sarvam_records import Transcript
from holdfast.integrations.sarvam_stt import SarvamStt
from holdfast.integrations.sarvam_tts import SarvamTts
from holdfast.integrations.sarvam_voice import SarvamVoice, VoiceOptions
from holdfast.integrations.websocket_request import SocketOptions
from holdfast.simulator.providers import Sarvam
from tests.integrations.guarded import QUICK
from tests.integrations.simulated_port import SECRET, Stage, simulator, stage
from tests.validation.sounds import tone

pytestmark = pytest.mark.real_time

SHORT = SocketOptions(close_seconds=0.2)
VOICE = VoiceOptions(answer_seconds=5.0, socket=SHORT)
EAR = EarOptions(answer_seconds=5.0, settle_seconds=0.4, unanswered_seconds=8.0, socket=SHORT)
QUICK_VOICE, QUICK_EAR = replace(VOICE, answer_seconds=0.3), replace(EAR, answer_seconds=0.3)
NEVER_ANSWERED = ("hang", "latency", "no_end")
TEXT = "Patience will be rewarded in 12 days, when the moon returns."
SOUND, PAUSE = tone(2.0), bytes(16000)
ONCE = replace(QUICK, retry=None)


@pytest.fixture(scope="module", name="url")
def _url() -> Iterator[str]:
    with simulator([Sarvam(quiet_seconds=1.5)]) as url:
        yield url


@asynccontextmanager
async def speaking(url: str, speaker: str = "shubh") -> AsyncIterator[tuple[Stage, SarvamVoice]]:
    """A stage with an open voice on it."""
    async with (
        stage(SARVAM, url) as on,
        SarvamTts(on.access).live("en-IN", speaker=speaker, options=VOICE) as voice,
    ):
        yield on, voice


async def say(on: Stage, *texts: str, hasty: bool = False) -> bytes:
    """Each text, one after the other."""
    sound, options = bytearray(), QUICK_VOICE if hasty else VOICE
    async with SarvamTts(on.access).live("en-IN", speaker="shubh", options=options) as voice:
        for text in texts or (TEXT,):
            async for piece in voice.say(text):
                sound += piece
    return bytes(sound)


async def hear(on: Stage, *sounds: bytes, hasty: bool = False) -> list[Transcript]:
    """All that is said in the sounds."""
    options = QUICK_EAR if hasty else EAR
    async with SarvamStt(on.access).live(language="hi-IN", options=options) as ear:
        for sound in sounds or (SOUND,):
            await ear.send(sound)
        return [part async for part in ear.finish()]


async def test_texts_are_spoken_one_after_the_other_in_one_call(url: str) -> None:
    """Each is judged when its completion event has come; characters are what it costs."""
    async with stage(SARVAM, url) as on:
        sound = await say(on, TEXT, "And so it is.")
        assert (await SarvamTts(on.access).health()).state == "unknown"
    assert len(sound) > 10_000
    assert (on.call.origin.operation, on.call.outcome) == ("tts-live", "succeeded")
    assert on.verdict.judgement == "pass"
    usage = (on.usage.unit, on.usage.amount, on.usage.model)
    assert usage == ("characters", float(len(TEXT) + 13), "bulbul:v3")


async def test_utterances_are_transcribed_in_one_call(url: str) -> None:
    """What a pause ends comes by itself, the rest when finished; silence has no words."""
    async with stage(SARVAM, url) as on:
        heard = await hear(on, PAUSE, SOUND, PAUSE, SOUND)
    assert [part.duration_seconds for part in heard] == [2.0, 2.0]
    assert all(part.language == "hi-IN" and part.text for part in heard)
    assert heard[0].text not in repr(heard)
    assert (on.call.origin.operation, on.call.outcome) == ("stt-live", "succeeded")
    assert on.verdict.judgement == "pass"
    usage = (on.usage.unit, on.usage.amount, on.usage.model)
    assert usage == ("audio_seconds", 4.0, "saaras:v3")


async def test_transcripts_can_be_read_while_sound_is_sent(url: str) -> None:
    """Nobody has to wait for the end."""
    async with stage(SARVAM, url) as on, SarvamStt(on.access).live(options=EAR) as ear:
        for sound in (SOUND, PAUSE):
            await ear.send(sound)
        part = await anext(ear)
        rest = [left async for left in ear.finish()]
    assert (part.language, part.language_probability) == ("hi-IN", 0.97)
    assert rest == []
    assert on.call.outcome == "succeeded"


async def test_silence_alone_is_no_failure(url: str) -> None:
    """Nothing was to be heard, and nothing was."""
    async with stage(SARVAM, url) as on:
        assert await hear(on, PAUSE, PAUSE) == []
    assert (on.call.outcome, on.call.error) == ("succeeded", None)


Use = Callable[..., Awaitable[Any]]


@pytest.mark.parametrize(
    ("kind", "use", "error", "words"),
    [
        ("truncated_stream", say, ProtocolError, "closed without the completion event"),
        ("no_end", say, TimedOut, "the message that was due did not come"),
        ("early_close", say, Unavailable, "the connection was lost"),
        ("hang", say, TimedOut, "the message that was due did not come"),
        ("latency", say, TimedOut, "the message that was due did not come"),
        ("malformed", say, ProtocolError, "not readable"),
        ("empty_success", say, SemanticError, "the audio has 0 bytes"),
        ("silent_audio", say, SemanticError, "silent: no frame of"),
        ("truncated_stream", hear, ProtocolError, "closed, 2.0 s were not transcribed"),
        ("early_close", hear, Unavailable, "the connection was lost"),
        ("hang", hear, TimedOut, "the message that was due did not come"),
        ("latency", hear, TimedOut, "the message that was due did not come"),
        ("malformed", hear, ProtocolError, "not readable"),
        ("empty_success", hear, SemanticError, "empty, and the 2.0 s of sound can be heard"),
        ("wrong_language", hear, SemanticError, "0% of the letters are Devanagari"),
    ],
)
async def test_each_way_of_going_wrong_is_a_failure_that_is_seen(
    url: str, kind: str, use: Use, error: type[HoldfastError], words: str
) -> None:
    """Cut, endless, lost, hanging, slow, garbled, empty, silent or foreign."""
    parameters = {"delay_seconds": 1} if kind == "latency" else {}
    async with stage(SARVAM, url, options=ONCE) as on:
        await on.play(kind, **parameters)
        with pytest.raises(error, match=words or None) as caught:
            await use(on, hasty=kind in NEVER_ANSWERED)
    assert (on.call.outcome, on.call.error) == ("failed", type(caught.value).__name__)


@pytest.mark.parametrize("use", [say, hear])
@pytest.mark.parametrize(
    ("kind", "parameters", "error"),
    [
        ("error", {"status": 403}, AuthenticationError),
        ("error", {"status": 429, "code": "insufficient_quota_error"}, QuotaExhausted),
        ("error", {"status": 503}, RateLimited),
        ("error", {"status": 500}, Unavailable),
    ],
)
async def test_a_refused_opening_has_its_class(
    url: str, use: Use, kind: str, parameters: dict[str, Any], error: type[HoldfastError]
) -> None:
    """The handshake's answer is read like any other; the key is in no message."""
    async with stage(SARVAM, url, options=ONCE) as on:
        await on.play(kind, **parameters)
        with pytest.raises(error) as caught:
            await use(on)
    assert SECRET not in f"{caught.value!r}"
    assert on.call.error == error.__name__


async def test_health_knows_the_conversations_too(url: str) -> None:
    """What the provider did wrong, when it closed or before; nothing that others did."""
    async with stage(SARVAM, url, options=ONCE) as on:
        mouth = SarvamTts(on.access)
        for kind, blamed in (("early_close", "degraded"), ("silent_audio", "degraded")):
            async with mouth.live("en-IN", speaker="shubh", options=VOICE) as voice:
                assert [piece async for piece in voice.say(TEXT)]
            assert (await mouth.health()).state == "healthy"
            with pytest.raises(Unavailable, match="openai is down"):
                await _fail_inside(mouth)
            assert (await mouth.health()).state == "healthy"
            await on.play(kind)
            with suppress(HoldfastError):
                async with mouth.live("en-IN", speaker="shubh", options=VOICE) as voice:
                    _ = [piece async for piece in voice.say(TEXT)]
            assert (await mouth.health()).state == blamed
            await on.behave()


async def _fail_inside(mouth: SarvamTts) -> None:
    async with mouth.live("en-IN", speaker="shubh", options=VOICE):
        raise Unavailable("openai is down")


async def test_an_error_message_ends_the_conversation_with_its_class(url: str) -> None:
    """A speaker of another model is told in a message; it is the caller's mistake."""
    async with speaking(url, "anushka") as (on, voice):
        with pytest.raises(InvalidRequest, match="400: Speaker 'anushka' is not compatible"):
            await anext(voice.say(TEXT))
    assert on.call.outcome == "failed"


async def test_leaving_early_is_no_failure(url: str) -> None:
    """Our own goodbye in the middle of a text, or with sound not yet transcribed."""
    async with stage(SARVAM, url) as on:
        async with SarvamTts(on.access).live("en-IN", speaker="shubh", options=VOICE) as voice:
            pieces = voice.say(TEXT)
            await anext(pieces)
        async with SarvamStt(on.access).live(options=EAR) as ear:
            await ear.send(SOUND)
            await ear.send(b"")
    assert [call.outcome for call in on.client.calls] == ["succeeded"] * 2


async def test_a_hanging_ear_is_noticed_while_sound_goes_on(url: str) -> None:
    """So much sound without an answer cannot be."""
    async with stage(SARVAM, url, options=ONCE) as on:
        await on.play("hang")
        async with SarvamStt(on.access).live(options=QUICK_EAR) as ear:
            for _ in range(5):
                await ear.send(SOUND)
            with pytest.raises(TimedOut):
                await anext(ear)


async def test_an_idle_socket_is_closed_by_the_provider(url: str) -> None:
    """1008 is the caller's own: nothing was said for too long."""
    async with stage(SARVAM, url) as on, SarvamStt(on.access).live(options=EAR) as ear:
        with pytest.raises(InvalidRequest, match="1008: closed after inactivity"):
            await anext(ear)


async def test_what_cannot_be_said_is_refused(url: str) -> None:
    """A blank or overlong text costs nothing, and the conversation goes on."""
    async with speaking(url) as (on, voice):
        for text in (" ", "a" * 2501):
            with pytest.raises(InputRefused, match="1 to 2500 characters, got"):
                await anext(voice.say(text))
        assert [piece async for piece in voice.say(TEXT)]
    assert on.call.outcome == "succeeded"


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (1003, "rate limit exceeded", RateLimited),
        (1003, "no quota left", QuotaExhausted),
        (1003, "invalid api key sk-123", AuthenticationError),
        (1003, "", RateLimited),
        (4000, "unknown model", InvalidRequest),
    ],
)
def test_close_codes(code: int, reason: str, error: type[HoldfastError]) -> None:
    """One code stands for several refusals; a key is not repeated."""
    found = read_close(code, reason)
    assert type(found) is error
    assert "sk-123" not in str(found)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"message": "m", "code": 400}, InvalidRequest),
        ({"message": "m", "code": 403}, AuthenticationError),
        ({"error": "m", "code": "rate_limit_exceeded_error"}, RateLimited),
        ({"error": "m", "code": "500"}, Unavailable),
        ({"message": "m"}, Unavailable),
        (None, Unavailable),
    ],
)
def test_error_messages(data: Any, error: type[HoldfastError]) -> None:
    """Named or numbered, each has its class; what is no error is none."""
    assert type(read_message({"type": "error", "data": data})) is error
    assert read_message({"type": "data", "data": data}) is None
    assert read_close(1011, "x") is None
