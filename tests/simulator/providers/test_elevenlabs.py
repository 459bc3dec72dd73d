"""ElevenLabs' wire format, and audio that really is audio."""

import io
import math
import wave
from array import array
from typing import Any, NamedTuple

import pytest
from httpx2 import Response

from holdfast.simulator.providers import ElevenLabs
from holdfast.simulator.providers.elevenlabs.sound import FORMATS
from tests.simulator.calls import SPEAK, inside

TEXT = "The Moon in Rohini asks for patience, and patience will be rewarded in time."
PLAUSIBLE_SECONDS = len(TEXT) / 14
BITRATES = {3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192), 2: (0, 8, 16, 24, 32, 40, 48)}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000)}


class Frame(NamedTuple):
    """One MPEG Layer III frame, as far as one can tell without decoding it."""

    rate: int
    bitrate: int
    seconds: float
    reservoir_bytes: int
    coded_bits: int


def frames(data: bytes) -> list[Frame]:
    """Walk through an MP3 file from its tag to its end; each frame must start where one ended."""
    assert data[:3] == b"ID3"
    at, found = 10 + data[9], []
    while at < len(data):
        head = int.from_bytes(data[at : at + 4], "big")
        assert head >> 21 == 0x7FF, f"no frame at byte {at}"
        version, index = head >> 19 & 3, head >> 12 & 15
        rate, bitrate = RATES[version][head >> 10 & 3], BITRATES[version][index]
        side = int.from_bytes(data[at + 4 : at + 13], "big")
        reservoir, length_at = (side >> 63, 9 + 5 + 4) if version == 3 else (side >> 64, 8 + 1)
        coded = side >> (72 - length_at - 12) & 0xFFF
        samples = 1152 if version == 3 else 576
        found.append(Frame(rate, bitrate, samples / rate, reservoir, coded))
        at += samples * bitrate * 125 // rate + (head >> 9 & 1)
    return found


async def speak(path: str = SPEAK, audio: str | None = None, **body: Any) -> Response:
    """Let a simulator of its own say the text."""
    params = {"output_format": audio} if audio else {}
    async with inside() as client:
        return await client.post(path, params=params, json={"text": TEXT, **body})


async def test_speech_is_mp3_unless_asked_otherwise() -> None:
    """The documented content type and headers, and one credit per character."""
    answer = await speak()
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["character-cost"] == str(len(TEXT))
    assert len(answer.headers["request-id"]) == 20
    assert {(frame.rate, frame.bitrate) for frame in frames(answer.content)} == {(44100, 128)}


@pytest.mark.parametrize("name", [name for name in FORMATS if name.startswith("mp3")])
async def test_mp3_is_made_of_independent_sounding_frames(name: str) -> None:
    """Frames of the asked rate, none borrowing from another, most of them not empty."""
    found = frames((await speak(audio=name)).content)
    _, rate, bitrate = name.split("_")
    assert {(f.rate, f.bitrate) for f in found} == {(int(rate), int(bitrate))}
    assert {f.reservoir_bytes for f in found} == {0}
    assert math.isclose(sum(f.seconds for f in found), PLAUSIBLE_SECONDS, rel_tol=0.1)
    assert sum(f.coded_bits > 0 for f in found) > 0.6 * len(found)


@pytest.mark.parametrize("name", [name for name in FORMATS if name.startswith("wav")])
async def test_wav_is_mono_sound(name: str) -> None:
    """A file the standard library reads: the asked rate, a plausible length, and loud enough."""
    answer = await speak(audio=name)
    with wave.open(io.BytesIO(answer.content)) as file:
        rate, count = file.getframerate(), file.getnframes()
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = array("h", file.readframes(count))
    assert rate == int(name.split("_")[1])
    assert math.isclose(count / rate, PLAUSIBLE_SECONDS, rel_tol=0.05)
    assert math.sqrt(sum(s * s for s in samples) / count) > 3000
    assert max(samples) < 32_000


async def test_pcm_is_the_samples_of_the_wav() -> None:
    """The same sound without a header."""
    pcm, wav = await speak(audio="pcm_16000"), await speak(audio="wav_16000")
    assert pcm.headers["content-type"] == "audio/pcm"
    assert wav.content[44:] == pcm.content


async def test_a_stream_is_the_same_audio_in_pieces() -> None:
    """Streamed or whole, the bytes are the same; only the whole has a length in front."""
    whole, stream = await speak(), await speak(f"{SPEAK}/stream")
    assert stream.content == whole.content
    assert "content-length" in whole.headers
    assert "content-length" not in stream.headers


async def test_a_faster_voice_is_shorter() -> None:
    """Twenty percent more speed is a sixth less time."""
    normal, fast = await speak(), await speak(voice_settings={"speed": 1.2})
    ratio = len(frames(fast.content)) / len(frames(normal.content))
    assert math.isclose(ratio, 1 / 1.2, rel_tol=0.02)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"text": "   "}, 400, "empty_text"),
        ({"text": "x" * 10_001}, 400, "text_too_long"),
        ({"model_id": "eleven_unheard"}, 404, "model_not_found"),
        ({"model_id": ["x"]}, 404, "model_not_found"),
        ({"voice_settings": {"speed": 3}}, 400, "invalid_voice_settings"),
        ({"voice_settings": {"stability": "high"}}, 400, "invalid_voice_settings"),
    ],
)
async def test_what_is_refused_says_why(change: dict[str, Any], status: int, code: str) -> None:
    """The current shape of `detail`, with the request's id in it."""
    answer = await speak(**change)
    detail = answer.json()["detail"]
    assert answer.status_code == status
    assert (detail["code"], detail["status"]) == (code, code)
    assert detail["request_id"] == answer.headers["request-id"]


async def test_an_unknown_voice_or_format_is_refused() -> None:
    """404 for the voice; 400 for the format, with those that are spoken."""
    voice = await speak("/elevenlabs/v1/text-to-speech/nobody")
    audio = await speak(audio="opus_48000_32")
    assert voice.json()["detail"]["code"] == "voice_not_found"
    assert voice.status_code == 404
    assert audio.status_code == 400
    assert "mp3_44100_128" in audio.json()["detail"]["message"]


async def test_a_refused_key_comes_in_the_legacy_shape() -> None:
    """Only status and message."""
    async with inside() as client:
        for key in ("", "bad-key"):
            answer = await client.post(SPEAK, json={"text": "x"}, headers={"xi-api-key": key})
            assert answer.status_code == 401
            assert set(answer.json()["detail"]) == {"status", "message"}


@pytest.mark.parametrize("body", [b"{}", b'{"text": 5}', b"[]", b'{"text":"a","voice_settings":1}'])
async def test_a_body_of_the_wrong_form_is_a_list(body: bytes) -> None:
    """422, and `detail` is the list of a framework's validation."""
    async with inside() as client:
        answer = await client.post(SPEAK, content=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


async def test_broken_json_is_named() -> None:
    """400 with the code for it."""
    async with inside() as client:
        answer = await client.post(SPEAK, content=b"{")
    assert answer.json()["detail"]["code"] == "malformed_json"


async def test_credits_are_counted_and_run_out() -> None:
    """The subscription shows what was spent; what does not fit is a 402 and costs nothing."""
    async with inside(providers=[ElevenLabs(character_limit=100)]) as client:
        first = await client.post(SPEAK, json={"text": TEXT})
        second = await client.post(SPEAK, json={"text": TEXT})
        account = (await client.get("/elevenlabs/v1/user/subscription")).json()
    assert [first.status_code, second.status_code] == [200, 402]
    assert (account["character_count"], account["character_limit"]) == (len(TEXT), 100)


async def test_voices_and_models_are_listed() -> None:
    """Both versions of the voices, page by page, and models as a bare list."""
    async with inside() as client:
        voices = (await client.get("/elevenlabs/v1/voices")).json()["voices"]
        params = {"page_size": "2"}
        first = (await client.get("/elevenlabs/v2/voices", params=params)).json()
        params["next_page_token"] = first["next_page_token"]
        rest = (await client.get("/elevenlabs/v2/voices", params=params)).json()
        george = (await client.get("/elevenlabs/v2/voices", params={"search": "geo"})).json()
        refused = await client.get("/elevenlabs/v2/voices", params={"page_size": "101"})
        models = (await client.get("/elevenlabs/v1/models")).json()
    assert first["voices"] + rest["voices"] == voices
    assert (first["has_more"], rest["has_more"], rest["next_page_token"]) == (True, False, None)
    assert [voice["name"] for voice in george["voices"]] == ["George"]
    assert refused.status_code == 400
    assert "eleven_multilingual_v2" in [model["model_id"] for model in models]


async def test_an_unknown_address_answers_as_the_provider_would() -> None:
    """The framework's own 404."""
    async with inside() as client:
        lost = await client.get("/elevenlabs/v1/sing")
    assert (lost.status_code, lost.json()) == (404, {"detail": "Not Found"})
