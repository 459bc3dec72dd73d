"""The official SDK through our client, against the simulator: the wire format has a witness."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sarvamai import AsyncSarvamAI
from sarvamai.core.api_error import ApiError
from sarvamai.environment import SarvamAIEnvironment

from holdfast.errors import ProtocolError, SemanticError
from holdfast.integrations.sarvam import SARVAM
from tests.integrations.guarded import Watched
from tests.integrations.simulated_port import SECRET, sdk_client
from tests.validation.sounds import tone, wav

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # how the SDK uses websockets
]

SOUND = wav(tone(4.0))
TEXT = "Patience will be rewarded in 12 days, when the moon returns."
ONCE: Any = {"max_retries": 0}
"""The SDK can only be told so with each call."""


@asynccontextmanager
async def sdk(
    url: str, *, key: str = SECRET, **scenario: Any
) -> AsyncIterator[tuple[AsyncSarvamAI, Watched]]:
    """The SDK over our transport, while *scenario* is on."""
    base = f"{url}/sarvam"
    environment = SarvamAIEnvironment(
        base=base, creative=base, production=base.replace("http", "ws", 1)
    )
    async with sdk_client(SARVAM, url, **scenario) as client:
        yield (
            AsyncSarvamAI(
                api_subscription_key=key, environment=environment, httpx_client=client.http
            ),
            client,
        )


async def translated(sarvam: AsyncSarvamAI) -> Any:
    """The text in Hindi."""
    return await sarvam.text.translate(
        input=TEXT, source_language_code="en-IN", target_language_code="hi-IN",
        request_options=ONCE,
    )  # fmt: skip


async def test_a_text_is_translated(url: str) -> None:
    """The SDK's strict model takes the answer; our fact has verdict and usage."""
    async with sdk(url) as (sarvam, client):
        told = await translated(sarvam)
    assert told.translated_text.strip()
    assert told.source_language_code == "en-IN"
    call = client.call
    assert (call.origin.operation, call.outcome) == ("translation", "succeeded")
    assert call.verdict is not None
    assert call.usage is not None
    assert call.usage.amount == len(TEXT)


async def test_a_text_is_spoken_whole_and_streamed(url: str) -> None:
    """Base64 in one, bytes in the other."""
    async with sdk(url) as (sarvam, client):
        speech = await sarvam.text_to_speech.convert(
            text=TEXT, language_code="en-IN", speaker="shubh", request_options=ONCE
        )
        stream = sarvam.text_to_speech.convert_stream(
            text=TEXT, language_code="en-IN", output_audio_codec="mp3", request_options=ONCE
        )
        pieces = [piece async for piece in stream]
    assert b64decode(speech.audios[0])[:4] == b"RIFF"
    assert b"".join(pieces)[:3] == b"ID3"
    assert [call.origin.operation for call in client.calls] == ["tts", "tts-stream"]
    assert {call.outcome for call in client.calls} == {"succeeded"}
    assert all(call.verdict and call.verdict.judgement == "pass" for call in client.calls)


async def test_a_sound_is_transcribed(url: str) -> None:
    """A form, with a language to be recognised."""
    async with sdk(url) as (sarvam, client):
        heard = await sarvam.speech_to_text.transcribe(
            file=("a.wav", SOUND, "audio/wav"), with_timestamps=True, request_options=ONCE
        )
    assert heard.transcript
    assert (heard.language_code, heard.language_probability) == ("hi-IN", 0.97)
    assert heard.timestamps is not None
    assert heard.timestamps.end_time_seconds == [4.0]
    call = client.call
    assert call.origin.operation == "stt"
    assert call.usage is not None
    assert call.usage.amount == 4.0


async def test_silent_failures_reach_the_sdk_s_user_as_ours(url: str) -> None:
    """The SDK would have accepted both: an untranslated text, half a stream."""
    async with sdk(url, kind="untranslated") as (sarvam, client):
        with pytest.raises(SemanticError, match="came back unchanged"):
            await translated(sarvam)
    assert client.call.attempts == 2
    async with sdk(url, kind="truncated_stream") as (sarvam, client):
        stream = sarvam.text_to_speech.convert_stream(
            text=TEXT, language_code="en-IN", request_options=ONCE
        )
        with pytest.raises(ProtocolError, match="cut short"):
            _ = [piece async for piece in stream]


@pytest.mark.parametrize(
    ("key", "scenario", "status"),
    [
        ("bad-key", {}, 403),
        (SECRET, {"kind": "error", "status": 429}, 429),
        (SECRET, {"kind": "error", "status": 500}, 500),
    ],
)
async def test_errors_are_the_sdk_s_own(
    url: str, key: str, scenario: dict[str, Any], status: int
) -> None:
    """It raises what its users know, after our attempts and none of its own."""
    async with sdk(url, key=key, **scenario) as (sarvam, client):
        with pytest.raises(ApiError) as caught:
            await translated(sarvam)
    assert caught.value.status_code == status
    assert client.call.attempts == (1 if status == 403 else 2)
    assert key not in str(client.facts)


async def test_the_voice_s_protocol_is_the_sdk_s(url: str) -> None:
    """Its sockets do not pass through HTTP clients: here it only witnesses the simulator."""
    kinds = []
    async with sdk(url) as (sarvam, _):
        connected = sarvam.text_to_speech_streaming.connect(
            model="bulbul:v2", send_completion_event="true"
        )
        async with connected as socket:
            await socket.configure(target_language_code="en-IN")
            await socket.ping()
            await socket.convert(TEXT)
            await socket.flush()
            async for message in socket:
                kinds.append(message.type)
                if message.type == "event":
                    break
    assert kinds[-1] == "event"
    assert set(kinds[:-1]) == {"audio"}


async def test_the_ear_s_protocol_is_the_sdk_s(url: str) -> None:
    """The SDK's own classes take each message."""
    async with sdk(url) as (sarvam, _):
        connected = sarvam.speech_to_text_streaming.connect(
            language_code="ta-IN", model="saaras:v3", vad_signals="true"
        )
        async with connected as socket:
            await socket.transcribe(audio=b64encode(SOUND).decode())
            await socket.flush()
            messages: list[Any] = [await socket.recv() for _ in range(3)]
    assert [message.type for message in messages] == ["events", "events", "data"]
    assert messages[0].data.signal_type == "START_SPEECH"
    assert messages[2].data.metrics.audio_duration == 4.0
    assert messages[2].data.transcript
