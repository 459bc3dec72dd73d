"""Speech through the guarded client, against the simulator on a real port."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    NotFound,
    ProtocolError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    Unavailable,
)
from holdfast.integrations.elevenlabs import ELEVENLABS
from holdfast.integrations.elevenlabs_client import ElevenLabs
from holdfast.simulator import running
from tests.integrations.guarded import Watched, guarded, served
from tests.integrations.loopback import Received, Reply

pytestmark = pytest.mark.real_time

VOICE = "21m00Tcm4TlvDq8ikWAM"
TEXT = "The stars are kind to you today, and the moon agrees."


class Stage:
    """The client, what is under it, and the simulator's switches."""

    def __init__(self, voice: ElevenLabs, client: Watched, url: str) -> None:
        self.voice, self.client, self._url = voice, client, url

    async def play(self, kind: str, **parameters: Any) -> None:
        """Start a scenario."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            document = {"kind": kind, **parameters}
            answer = await http.put(f"{self._url}/_scenarios/elevenlabs", json=document)
        assert answer.status_code == 200


@asynccontextmanager
async def stage(api_key: str = "key-simulated") -> AsyncIterator[Stage]:
    """A stage, cleared away at the end."""
    async with (
        running() as url,
        guarded(ELEVENLABS, f"{url}/elevenlabs", ours=True) as client,
    ):
        yield Stage(ElevenLabs(client.http, api_key), client, url)


@pytest.mark.parametrize(
    ("output_format", "content_type"),
    [
        ("mp3_44100_128", "audio/mpeg"),
        ("mp3_22050_32", "audio/mpeg"),
        ("wav_22050", "audio/wav"),
        ("pcm_16000", "audio/pcm"),
    ],
)
async def test_speech_is_judged_and_measured(output_format: str, content_type: str) -> None:
    """Each format is decoded, and comes with its length and cost."""
    async with stage() as on:
        speech = await on.voice.speech(TEXT, VOICE, output_format=output_format)
    assert speech.content_type == content_type
    assert speech.character_cost == len(TEXT)
    assert speech.duration_seconds is not None
    assert len(TEXT) / 30 < speech.duration_seconds < len(TEXT) / 4 + 2
    assert speech.request_id
    assert repr(speech.audio[:8]) not in repr(speech)
    call = on.client.call
    assert (call.origin.operation, call.outcome) == ("tts", "succeeded")
    assert call.verdict is not None
    assert call.verdict.judgement == "pass"
    assert call.usage is not None
    assert (call.usage.unit, call.usage.amount) == ("characters", float(len(TEXT)))


@pytest.mark.parametrize(
    ("kind", "parameters", "error", "words"),
    [
        ("error", {"status": 500}, Unavailable, "elevenlabs answered 500: internal_error"),
        ("error", {"status": 401, "code": "quota_exceeded"}, QuotaExhausted, "0 credits"),
        ("error", {"status": 402}, QuotaExhausted, "insufficient_credits"),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited, "answered 429"),
        ("empty_success", {}, SemanticError, "the audio has 0 bytes"),
        ("silent_audio", {}, SemanticError, r"silent: no frame of [\d.]+ s holds sound"),
        ("truncated_stream", {}, ProtocolError, "cut short"),
        ("malformed", {}, SemanticError, "not decodable as mp3"),
    ],
)
async def test_each_outage_is_one_clear_error(
    kind: str, parameters: dict[str, Any], error: type[HoldfastError], words: str
) -> None:
    """What the provider does wrong has a class and a reason."""
    async with stage() as on:
        await on.play(kind, **parameters)
        with pytest.raises(error, match=words):
            await on.voice.speech(TEXT, VOICE)
    assert on.client.call.outcome == "failed"


@pytest.mark.parametrize("output_format", ["wav_22050", "pcm_16000"])
async def test_silence_is_heard_in_samples_too(output_format: str) -> None:
    """Uncompressed silence is measured, not guessed."""
    async with stage() as on:
        await on.play("silent_audio")
        with pytest.raises(SemanticError, match=r"silent: -inf dBFS, at least -50 expected"):
            await on.voice.speech(TEXT, VOICE, output_format=output_format)


async def test_a_streamed_sound_is_judged_at_its_end() -> None:
    """The bytes come as they are made; silence and cost are known when the last has come."""
    path = f"/v1/text-to-speech/{VOICE}/stream"
    headers = {"xi-api-key": "key-simulated"}
    async with stage() as on:
        answer = await on.client.http.post(path, json={"text": TEXT}, headers=headers)
        await on.play("silent_audio")
        with pytest.raises(SemanticError, match="silent"):
            await on.client.http.post(path, json={"text": TEXT}, headers=headers)
    assert answer.content
    good, silent = on.client.calls
    assert (good.origin.operation, good.outcome, silent.outcome) == (
        "tts-stream",
        "succeeded",
        "failed",
    )
    assert good.usage is not None
    assert good.usage.amount == float(len(TEXT))
    assert good.first_byte_ms is not None


async def test_a_voice_cannot_leave_its_place_in_the_path() -> None:
    """Whatever is in a voice's id stays one segment of the path."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(404, b'{"detail": {"status": "voice_not_found", "message": "no"}}')

    async with served(ELEVENLABS, script, path="", ours=True) as client:
        with pytest.raises(NotFound, match="elevenlabs answered 404: voice_not_found: no"):
            await ElevenLabs(client.http, "key").speech("hello", "../../v1/user?x=", speed=1.1)
    (request,) = client.received
    path = "/v1/text-to-speech/..%2F..%2Fv1%2Fuser%3Fx%3D"
    assert request.target == f"{path}?output_format=mp3_44100_128"
    assert json.loads(request.body)["voice_settings"] == {"speed": 1.1}
    assert client.call.origin.operation == "tts"


async def test_a_refused_key_is_not_quoted() -> None:
    """401 is an authentication error that holds no key."""
    async with stage(api_key="bad-key") as on:
        with pytest.raises(AuthenticationError, match="invalid_api_key") as caught:
            await on.voice.speech(TEXT, VOICE)
    assert "bad-key" not in f"{caught.value!r} {on.client.facts}"


@pytest.mark.parametrize(
    ("text", "voice", "words"),
    [
        ("  ", VOICE, "tts needs a text, got '  '"),
        ("a" * 10_001, VOICE, "takes at most 10000 characters, got 10001"),
        ("hello", " ", "speech needs a voice, got voice_id=' '"),
    ],
)
async def test_what_cannot_succeed_is_refused(text: str, voice: str, words: str) -> None:
    """Blank and overlong input costs nothing."""
    async with stage() as on:
        with pytest.raises(InputRefused, match=words):
            await on.voice.speech(text, voice)
    assert all((call.outcome, call.attempts) == ("refused", 0) for call in on.client.calls)


async def test_a_missing_key_names_the_variable() -> None:
    """An empty key is told before anything is sent."""
    async with httpx2.AsyncClient() as http:
        with pytest.raises(ConfigurationError, match="ELEVENLABS_API_KEY"):
            ElevenLabs(http, "")
