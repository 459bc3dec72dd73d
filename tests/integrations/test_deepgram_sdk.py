"""The official SDK through our client, against the simulator: the wire format has a witness."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

from holdfast.errors import ProtocolError, SemanticError
from holdfast.integrations.deepgram import DEEPGRAM
from tests.integrations.guarded import Watched
from tests.integrations.simulated_port import SECRET, sdk_client
from tests.validation.sounds import tone, wav

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # how the SDK uses websockets
]

SOUND = wav(tone(4.0))
TEXT = "The stars are kind to you today, and the moon agrees."


@asynccontextmanager
async def sdk(
    url: str, *, key: str = SECRET, **scenario: Any
) -> AsyncIterator[tuple[AsyncDeepgramClient, Watched]]:
    """The SDK over our transport, while *scenario* is on."""
    base = f"{url}/deepgram"
    socket = base.replace("http", "ws", 1)
    environment = DeepgramClientEnvironment(
        base=base, production=socket, agent=socket, agent_rest=base
    )
    async with sdk_client(DEEPGRAM, url, **scenario) as client:
        yield (
            AsyncDeepgramClient(
                api_key=key, environment=environment, httpx_client=client.http, max_retries=0
            ),
            client,
        )


async def test_a_file_is_transcribed(url: str) -> None:
    """The SDK's own model is complete; our fact has verdict and usage."""
    async with sdk(url) as (deepgram, client):
        heard: Any = await deepgram.listen.v1.media.transcribe_file(
            request=SOUND, model="nova-3", language="en", diarize_model="latest"
        )
    (channel,) = heard.results.channels
    (best,) = channel.alternatives
    assert best.transcript
    assert best.confidence > 0.9
    assert {word.speaker for word in best.words} == {0, 1}
    assert (heard.metadata.duration, heard.metadata.channels) == (4.0, 1)
    assert heard.metadata.created.year == 2025
    call = client.call
    assert (call.origin.operation, call.outcome) == ("stt", "succeeded")
    assert call.verdict is not None
    assert call.usage is not None
    assert call.usage.amount == 4.0


async def test_an_address_is_transcribed(url: str) -> None:
    """JSON instead of sound."""
    async with sdk(url) as (deepgram, client):
        heard: Any = await deepgram.listen.v1.media.transcribe_url(
            url="https://sounds.example/a.wav", model="nova-3", detect_language=True
        )
    assert heard.results.channels[0].detected_language == "en"
    assert client.call.origin.operation == "stt"


async def test_speech_streams(url: str) -> None:
    """The SDK's only way to speak is a stream; it is one counted and judged call."""
    async with sdk(url) as (deepgram, client):
        sound = [piece async for piece in deepgram.speak.v1.audio.generate(text=TEXT)]
    assert b"".join(sound)[:3] == b"ID3"
    call = client.call
    assert (call.origin.operation, call.outcome) == ("tts-stream", "succeeded")
    assert call.verdict is not None
    assert call.usage is not None
    assert call.usage.amount == len(TEXT)


async def test_silent_failures_reach_the_sdk_s_user_as_ours(url: str) -> None:
    """The SDK would have accepted both: status 200, and no words; half a stream."""
    async with sdk(url, kind="empty_success") as (deepgram, client):
        with pytest.raises(SemanticError, match="the transcript is empty"):
            await deepgram.listen.v1.media.transcribe_file(request=SOUND)
    assert client.call.attempts == 2
    async with sdk(url, kind="truncated_stream") as (deepgram, client):
        with pytest.raises(ProtocolError, match="cut short"):
            _ = [piece async for piece in deepgram.speak.v1.audio.generate(text=TEXT)]


@pytest.mark.parametrize(
    ("key", "scenario", "status"),
    [
        ("bad-key", {}, 401),
        (SECRET, {"kind": "error", "status": 402}, 402),
        (SECRET, {"kind": "error", "status": 500}, 500),
    ],
)
async def test_errors_are_the_sdk_s_own(
    url: str, key: str, scenario: dict[str, Any], status: int
) -> None:
    """It raises what its users know, once, after our attempts."""
    async with sdk(url, key=key, **scenario) as (deepgram, client):
        with pytest.raises(ApiError) as caught:
            await deepgram.listen.v1.media.transcribe_file(request=SOUND)
    assert caught.value.status_code == status
    assert client.call.attempts == (2 if status == 500 else 1)
    assert key not in str(client.facts)


async def test_the_live_protocol_is_the_sdk_s(url: str) -> None:
    """Its socket does not pass through HTTP clients: here it only witnesses the simulator."""
    async with sdk(url) as (deepgram, _):
        connected = deepgram.listen.v1.connect(
            model="nova-3", encoding="linear16", sample_rate="16000", interim_results="true"
        )
        async with connected as socket:
            await socket.send_keep_alive()
            await socket.send_media(tone(5.0))
            await socket.send_finalize()
            await socket.send_close_stream()
            messages = [message async for message in socket]
    kinds = [(type(message).__name__, getattr(message, "is_final", None)) for message in messages]
    assert kinds == [
        ("ListenV1Results", False),
        ("ListenV1Results", True),
        ("ListenV1Results", True),
        ("ListenV1Metadata", None),
    ]
