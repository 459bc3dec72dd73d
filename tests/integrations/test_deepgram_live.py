"""Live transcription through the guarded socket, against the simulator."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from holdfast.errors import (
    AuthenticationError,
    HoldfastError,
    InvalidRequest,
    ProtocolError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.guard.controls import circuit_of
from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.deepgram_live import DeepgramLive, LiveOptions, LivePart
from holdfast.integrations.deepgram_stt import DeepgramStt
from holdfast.integrations.websocket_request import SocketOptions
from holdfast.simulator.providers import Deepgram
from tests.integrations.guarded import QUICK
from tests.integrations.simulated_port import SECRET, Stage, simulator, stage
from tests.validation.sounds import tone, wav

pytestmark = pytest.mark.real_time

HASTY = LiveOptions(
    keep_alive_seconds=0.05, answer_seconds=5.0, unanswered_seconds=2.0,
    socket=SocketOptions(close_seconds=0.2),
)  # fmt: skip
IMPATIENT = replace(HASTY, answer_seconds=0.3)
NEVER_ANSWERED = ("hang", "latency")
SOUND = tone(5.0)
QUIET_SECONDS = 0.6
ONCE = replace(QUICK, retry=None)


@pytest.fixture(scope="module", name="url")
def _url() -> Iterator[str]:
    with simulator([Deepgram(quiet_seconds=QUIET_SECONDS)]) as url:
        yield url


def samples(sound: bytes = SOUND) -> list[bytes]:
    """The sound in pieces of half a second."""
    return [sound[at : at + 16000] for at in range(0, len(sound), 16000)]


async def whole(ear: DeepgramLive, sound: bytes = SOUND) -> list[LivePart]:
    """Send it all, and read to the end."""
    for piece in samples(sound):
        await ear.send(piece)
    await ear.finish()
    return [part async for part in ear]


def failures(on: Stage) -> int:
    """How many failures in a row the breaker has counted."""
    circuit = circuit_of(on.client.guards["stt-live"])
    assert circuit is not None
    return circuit.consecutive_failures


async def test_a_conversation_is_one_judged_and_metered_call(url: str) -> None:
    """Interim and final words come; the final ones are the whole, metered by the provider."""
    async with stage(DEEPGRAM, url) as on, DeepgramStt(on.access).live(timing=HASTY) as ear:
        parts = await whole(ear)
        text = ear.text
    finals = [part for part in parts if part.is_final]
    assert " ".join(part.text for part in finals) == text
    assert len(text.split()) == sum(len(part.words) for part in finals)
    assert any(not part.is_final for part in parts)
    assert text not in repr(parts)
    assert (on.call.origin.operation, on.call.outcome) == ("stt-live", "succeeded")
    assert on.verdict.judgement == "pass"
    assert (on.usage.unit, on.usage.amount, on.usage.model) == ("audio_seconds", 5.0, "nova-3")
    assert on.call.first_byte_ms is not None


async def test_a_container_diarisation_and_vad_events(url: str) -> None:
    """The sound may bring its container; words have speakers, and speech its beginning."""
    async with stage(DEEPGRAM, url) as on:
        ear = DeepgramStt(on.access)
        async with ear.live(encoding=None, diarize=True, timing=HASTY) as live:
            parts = await whole(live, wav(tone(5.0)))
        async with ear.live(options={"vad_events": "true"}, timing=HASTY) as live:
            heard = await whole(live)
    (final,) = parts
    assert {word.speaker for word in final.words} == {0, 1}
    assert heard[0].kind == "speech_started"
    assert [call.outcome for call in on.client.calls] == ["succeeded"] * 2


async def test_keep_alive_holds_a_silent_conversation_and_ends_with_it(url: str) -> None:
    """Longer than the provider waits nothing is said, and nobody is left behind."""
    async with stage(DEEPGRAM, url) as on:
        async with DeepgramStt(on.access).live(timing=HASTY) as ear:
            await ear.send(samples()[0])
            await asyncio.sleep(2 * QUIET_SECONDS)
            names = {task.get_name() for task in asyncio.all_tasks()}
            await ear.finalize()
            part = await anext(ear)
            await ear.finish()
            rest = [left async for left in ear]
        left = {task.get_name() for task in asyncio.all_tasks()}
    assert "deepgram-keep-alive" in names
    assert "deepgram-keep-alive" not in left
    assert (part.is_final, rest) == (True, [])
    assert on.call.outcome == "succeeded"


async def test_without_keep_alive_the_provider_hangs_up(url: str) -> None:
    """NET-0001 is the caller's mistake: it is no evidence against the provider."""
    mute = replace(HASTY, keep_alive_seconds=60.0)
    async with stage(DEEPGRAM, url) as on:
        async with DeepgramStt(on.access).live(timing=mute) as ear:
            await ear.send(samples()[0])
            with pytest.raises(InvalidRequest, match="1011: NET-0001: neither sound nor Keep"):
                await anext(ear)
        assert failures(on) == 0
    assert on.call.outcome == "failed"


async def test_leaving_early_is_no_failure_and_keep_alive_never_leaks(url: str) -> None:
    """Our own goodbye, our own error and our own cancellation are not the provider's fault."""
    async with stage(DEEPGRAM, url) as on:
        async with DeepgramStt(on.access).live(timing=HASTY) as ear:
            await ear.send(samples()[0])
        with pytest.raises(ZeroDivisionError):
            async with DeepgramStt(on.access).live(timing=HASTY) as ear:
                raise ZeroDivisionError
        task = asyncio.ensure_future(_forever(on))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert failures(on) == 0
    assert "deepgram-keep-alive" not in names
    assert [call.outcome for call in on.client.calls] == ["succeeded", "succeeded", "cancelled"]


async def _forever(on: Stage) -> None:
    async with DeepgramStt(on.access).live(timing=HASTY) as ear:
        await anext(ear)


@pytest.mark.parametrize(
    ("kind", "parameters", "error", "words"),
    [
        ("truncated_stream", {}, ProtocolError, "closed without the closing Metadata"),
        ("early_close", {}, Unavailable, "the connection was lost"),
        ("hang", {}, TimedOut, "the message that was due did not come"),
        ("latency", {"delay_seconds": 1}, TimedOut, "the message that was due did not come"),
        ("malformed", {}, ProtocolError, "messages were not readable"),
        ("empty_success", {}, SemanticError, "empty, and the 5.0 s of sound can be heard"),
        ("low_confidence", {}, SemanticError, "confidence 0.20"),
        ("error", {"status": 401}, AuthenticationError, "answered 401: INVALID_AUTH"),
        ("error", {"status": 402}, QuotaExhausted, "ASR_PAYMENT_REQUIRED"),
        ("error", {"status": 500}, Unavailable, "answered 500"),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited, "TOO_MANY_REQUESTS"),
    ],
)
async def test_each_way_of_going_wrong_is_a_failure_that_is_seen(
    url: str, kind: str, parameters: dict[str, Any], error: type[HoldfastError], words: str
) -> None:
    """Cut, lost, hanging, slow, garbled, empty, unsure or not opened at all."""
    async with stage(DEEPGRAM, url, options=ONCE) as on:
        await on.play(kind, **parameters)
        timing = IMPATIENT if kind in NEVER_ANSWERED else HASTY
        with pytest.raises(error, match=words) as caught:
            async with DeepgramStt(on.access).live(timing=timing) as ear:
                await whole(ear)
        names = {task.get_name() for task in asyncio.all_tasks()}
    assert (on.call.outcome, on.call.error) == ("failed", error.__name__)
    assert SECRET not in f"{caught.value!r}"
    assert "deepgram-keep-alive" not in names


async def test_a_slow_conversation_is_still_a_good_one(url: str) -> None:
    """Each answer late, but not too late."""
    async with stage(DEEPGRAM, url) as on:
        await on.play("latency", delay_seconds=0.1)
        async with DeepgramStt(on.access).live(timing=HASTY) as ear:
            assert await whole(ear)
    assert on.call.outcome == "succeeded"


async def test_only_the_opening_is_tried_again(url: str) -> None:
    """A handshake that failed once is repeated; words that were sent are not."""
    async with stage(DEEPGRAM, url) as on:
        await on.play("error", status=503, times=1)
        async with DeepgramStt(on.access).live(timing=HASTY) as ear:
            await whole(ear)
    assert (on.call.outcome, on.call.attempts) == ("succeeded", 2)


async def test_sound_that_cannot_be_decoded_is_the_caller_s(url: str) -> None:
    """DATA-0000: nobody else's fault."""
    async with stage(DEEPGRAM, url) as on:
        with pytest.raises(InvalidRequest, match="DATA-0000"):
            async with DeepgramStt(on.access).live(encoding=None, timing=HASTY) as ear:
                await whole(ear, b"no sound at all")
        assert failures(on) == 0
