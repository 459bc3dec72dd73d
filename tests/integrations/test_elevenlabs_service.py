"""ElevenLabs as a service: streams, voices, models, credits, health; and its own SDK as witness."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from elevenlabs import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError

from holdfast.errors import HoldfastError, InputRefused, ProtocolError, SemanticError, Unavailable
from holdfast.events import Usage
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.elevenlabs import ELEVENLABS
from holdfast.integrations.elevenlabs_client import ElevenLabs
from holdfast.integrations.elevenlabs_records import Model, Subscription, Voice
from holdfast.simulator.providers import ElevenLabs as Simulated
from holdfast.simulator.providers.elevenlabs.catalog import MODELS, VOICES
from tests.integrations import simulated_port
from tests.integrations.guarded import served
from tests.integrations.loopback import Received, Reply
from tests.integrations.simulated_port import Stage, sdk_http, simulator

pytestmark = pytest.mark.real_time

KEY = "made-up-elevenlabs-key"
VOICE = "21m00Tcm4TlvDq8ikWAM"
TEXT = "The stars are kind to you today, and the moon agrees."
ONCE = {"max_retries": 0}
"""The SDK cannot switch its retries off for good, only for each request."""


def stage(url: str, key: str = KEY) -> Any:
    """ElevenLabs' access to the simulator."""
    return simulated_port.stage(ELEVENLABS, url, {"ELEVENLABS_API_KEY": key})


async def heard(on: Stage, **how: Any) -> bytes:
    """The whole of a streamed text."""
    async with ElevenLabs.over(on.access).stream(TEXT, VOICE, **how) as sound:
        return b"".join([piece async for piece in sound])


async def test_a_stream_is_the_speech_in_pieces(url: str) -> None:
    """Cost and type are known before the first byte; usage has the model."""
    async with stage(url) as on:
        elevenlabs = ElevenLabs.over(on.access)
        async with elevenlabs.stream(TEXT, VOICE, speed=1.1) as sound:
            pieces = [piece async for piece in sound]
        whole = await elevenlabs.speech(TEXT, VOICE, speed=1.1)
    assert (sound.content_type, sound.character_cost) == ("audio/mpeg", len(TEXT))
    assert sound.request_id
    assert b"".join(pieces) == whole.audio
    usage = Usage("characters", float(len(TEXT)), model="eleven_multilingual_v2")
    assert [call.usage for call in on.client.calls] == [usage, usage]
    assert [operation for operation, _, _ in on.told] == ["tts-stream", "tts"]


async def test_leaving_a_stream_early_is_fine(url: str) -> None:
    """The caller hung up; the provider did nothing wrong."""
    async with stage(url) as on, ElevenLabs.over(on.access).stream(TEXT, VOICE) as sound:
        async for _ in sound:
            break
    assert on.told == [("tts-stream", "succeeded", None)]


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("empty_success", SemanticError, "the audio has 0 bytes"),
        ("silent_audio", SemanticError, "silent: no frame"),
        ("short_audio", SemanticError, "is too short for 41 characters"),
        ("wrong_format", SemanticError, "not decodable as mp3"),
        ("truncated_stream", ProtocolError, "cut short"),
    ],
)
async def test_status_200_is_not_enough(
    url: str, kind: str, error: type[HoldfastError], words: str
) -> None:
    """A sound that nobody can understand is no speech, whole or streamed."""
    async with stage(url) as on:
        await on.play(kind)
        with pytest.raises(error, match=words):
            await ElevenLabs.over(on.access).speech(TEXT, VOICE)
        with pytest.raises(error, match=words):
            await heard(on)
    names = [error.__name__] * 2
    assert [(outcome, told) for _, outcome, told in on.told] == [("failed", n) for n in names]


async def test_voices_and_models_are_typed(url: str) -> None:
    """All pages of them; a search that finds nothing is an answer, an empty account is none."""
    async with stage(url) as on:
        elevenlabs = ElevenLabs.over(on.access)
        voices = await elevenlabs.voices()
        models = await elevenlabs.models()
        some, none = await elevenlabs.voices("rach"), await elevenlabs.voices("no such")
        await on.play("empty_success")
        with pytest.raises(SemanticError, match="the list of voices is empty"):
            await elevenlabs.voices()
        with pytest.raises(SemanticError, match="the list of models is empty"):
            await elevenlabs.models()
    labels = {"gender": "female", "accent": "american"}
    assert voices[0] == Voice(VOICE, "Rachel", "premade", labels) == some[0]
    assert ({one.id for one in voices}, none) == (set(VOICES), ())
    assert models[0] == Model("eleven_multilingual_v2", "Eleven Multilingual v2", True, 10_000)
    assert len(models) == len(MODELS)


async def test_every_page_of_voices_is_asked_for() -> None:
    """Each page names the next one, until there is none."""

    async def script(request: Received, reply: Reply) -> None:
        more = "next_page_token=t1" not in request.target
        voices = b'{"voices": [{"voice_id": "%d"}], ' % request.number
        tail = b'"has_more": true, "next_page_token": "t1"}' if more else b'"has_more": false}'
        await reply.whole(body=voices + tail)

    async with served(ELEVENLABS, script, path="", ours=True) as client:
        found = await ElevenLabs(client.http, KEY).voices()
    assert [one.id for one in found] == ["1", "2"]


async def test_health_tells_the_credits_and_costs_none() -> None:
    """Full, low, spent, unpaid, unreadable, down, and a key that may not look."""
    with simulator([Simulated(character_limit=100)]) as url:
        async with stage(url) as on:
            elevenlabs = ElevenLabs.over(on.access)
            found = [await elevenlabs.health()]
            plan = await elevenlabs.subscription()
            await elevenlabs.speech("a" * 95, VOICE, model_id="eleven_flash_v2_5")
            found.append(await elevenlabs.health())
            for kind in ("spent_credits", "lapsed_account", "empty_success"):
                await on.play(kind)
                found.append(await elevenlabs.health())
            await on.play("error", status=503, times=2)
            found.append(await elevenlabs.health())
    said = "characters are left, the subscription is"
    assert found[:4] == [
        ServiceHealth("healthy", "credits", f"100 {said} active"),
        ServiceHealth("degraded", "credits", f"5 {said} active"),
        ServiceHealth("unhealthy", "credits", f"0 {said} active"),
        ServiceHealth("unhealthy", "credits", f"5 {said} past_due"),
    ]
    assert [one.state for one in found[4:]] == ["unhealthy", "unhealthy"]
    assert "character_count or character_limit is no number" in found[4].detail
    assert (plan.remaining, plan.speaks, plan.affords("a" * 100)) == (100.0, True, True)
    assert not plan.affords("a" * 101)
    assert on.client.calls[0].usage == Usage("characters", 0.0, remaining=100.0)
    assert KEY not in f"{on.access!r} {on.client.facts} {found}"


@pytest.mark.parametrize(
    ("more", "remaining"), [("unlimited", float("inf")), (500, 500.0), (None, 0.0)]
)
async def test_overage_counts_as_what_is_left(more: Any, remaining: float) -> None:
    """A plan may go on beyond its limit, with or without a cap."""
    plan = {"status": "active", "character_count": 9, "character_limit": 9}
    document = {**plan, "max_credit_limit_extension": more}

    async def script(_request: Received, reply: Reply) -> None:
        await reply.whole(body=httpx2.Response(200, json=document).content)

    async with served(ELEVENLABS, script, path="", ours=True) as client:
        found = await ElevenLabs(client.http, KEY).subscription()
    assert found == Subscription("", "active", 9, 9, remaining, None)


async def test_a_key_that_may_not_look_is_unknown_not_down() -> None:
    """A key can be allowed to speak and nothing else."""

    async def script(_request: Received, reply: Reply) -> None:
        await reply.whole(401, b'{"detail": {"status": "missing_permissions", "message": "no"}}')

    async with served(ELEVENLABS, script, path="", ours=True) as client:
        found = await ElevenLabs(client.http, KEY).health()
    assert (found.state, "missing_permissions" in found.detail) == ("unknown", True)


async def test_a_text_longer_than_its_model_takes_is_refused(url: str) -> None:
    """Before it is sent, and by the model's own measure."""
    async with stage(url) as on:
        with pytest.raises(InputRefused, match="eleven_multilingual_v2 takes at most 10000"):
            await ElevenLabs.over(on.access).speech("a" * 10_001, VOICE)
    assert on.client.call.attempts == 0


@asynccontextmanager
async def official(url: str, key: str = KEY) -> AsyncIterator[tuple[AsyncElevenLabs, Stage]]:
    """The SDK, unmodified, over our guarded ``httpx`` client."""
    async with stage(url, key) as on, sdk_http(on.client, ELEVENLABS, url) as http:
        yield AsyncElevenLabs(api_key=key, base_url=f"{url}/elevenlabs", httpx_client=http), on


async def test_the_official_sdk_speaks_and_streams(url: str) -> None:
    """The bytes that our own client gets; each call is one fact, with its cost."""
    async with official(url) as (sdk, on):
        ask: Any = {"voice_id": VOICE, "text": TEXT, "model_id": "eleven_multilingual_v2"}
        whole = [one async for one in sdk.text_to_speech.convert(**ask, request_options=ONCE)]
        pieces = [one async for one in sdk.text_to_speech.stream(**ask, request_options=ONCE)]
        ours = await ElevenLabs.over(on.access).speech(TEXT, VOICE)
    assert b"".join(whole) == b"".join(pieces) == ours.audio
    assert [operation for operation, _, _ in on.told] == ["tts", "tts-stream", "tts"]
    costs = [call.usage.amount for call in on.client.calls if call.usage]
    assert costs == [float(len(TEXT))] * 3


async def test_the_official_sdk_finds_every_required_field(url: str) -> None:
    """Its models are unchecked: what the wire lacks would be None without a word."""
    async with official(url) as (sdk, on):
        subscription = await sdk.user.subscription.get(request_options=ONCE)
        user = await sdk.user.get(request_options=ONCE)
        voices = await sdk.voices.search(request_options=ONCE)
        listed = await sdk.voices.get_all(request_options=ONCE)
        models = await sdk.models.list(request_options=ONCE)
    parts = [subscription, user, user.subscription, voices, *voices.voices, *listed.voices, *models]
    for part in parts:
        fields = type(part).model_fields.items()
        absent = [n for n, f in fields if f.is_required() and getattr(part, n, None) is None]
        assert (type(part).__name__, absent) == (type(part).__name__, [])
    assert {outcome for _, outcome, _ in on.told} == {"succeeded"}


async def test_the_official_sdk_hears_our_no(url: str) -> None:
    """Silence with status 200 is our error; an error answer is the SDK's own."""
    async with official(url) as (sdk, on):
        ask: Any = {"voice_id": VOICE, "text": TEXT, "request_options": ONCE}
        await on.play("silent_audio")
        with pytest.raises(SemanticError, match="silent"):
            _ = [piece async for piece in sdk.text_to_speech.stream(**ask)]
        await on.play("error", status=500)
        with pytest.raises(ApiError) as caught:
            _ = [piece async for piece in sdk.text_to_speech.convert(**ask)]
    assert caught.value.status_code == 500
    assert [(call.error, call.attempts) for call in on.client.calls] == [
        ("SemanticError", 1),
        (Unavailable.__name__, 2),
    ]
    assert KEY not in str(on.client.facts)
