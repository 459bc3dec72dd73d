"""Deepgram and Sarvam."""

from typing import Any

from holdfast.integrations.deepgram_live import LiveOptions
from holdfast.integrations.sarvam_ear import EarOptions
from holdfast.integrations.sarvam_voice import VoiceOptions
from holdfast.simulator.providers.deepgram.provider import PROJECT
from tests.conformance.calls.ways import Rows, client, raw
from tests.validation.sounds import tone, wav

SAMPLES = tone(4.0)
SOUND = wav(SAMPLES)
TEXT = "The stars are kind to you today, and the moon agrees."

_DEEPGRAM = {"authorization": "Token {DEEPGRAM_API_KEY}"}


async def _heard(ear: Any) -> None:
    timing = LiveOptions(answer_seconds=1.0, unanswered_seconds=1.0)
    async with ear.live(timing=timing) as live:
        await live.send(SAMPLES)
        await live.finish()
        async for _ in live:
            pass


async def _spoken(mouth: Any) -> None:
    async with mouth.stream(TEXT) as pieces:
        async for _ in pieces:
            pass


async def _sarvam_spoken(mouth: Any) -> None:
    async with mouth.stream(TEXT, "en-IN", speaker="shubh") as pieces:
        async for _ in pieces:
            pass


async def _sarvam_said(mouth: Any) -> None:
    options = VoiceOptions(answer_seconds=1.0)
    async with mouth.live("en-IN", speaker="shubh", options=options) as voice:
        async for _ in voice.say(TEXT):
            pass


async def _sarvam_heard(ear: Any) -> None:
    options = EarOptions(answer_seconds=1.0, settle_seconds=0.1, unanswered_seconds=30.0)
    async with ear.live(language="hi-IN", options=options) as live:
        await live.send(SAMPLES)
        async for _ in live.finish():
            pass


CALLS: dict[str, Rows] = {
    "sarvam": {
        "translation": client(
            "translation", lambda tongue: tongue.translate("Good morning, friend.", "hi-IN")
        ),
        "tts": client("tts", lambda mouth: mouth.speech(TEXT, "en-IN", speaker="shubh")),
        "tts-stream": client("tts", _sarvam_spoken),
        "tts-live": client("tts", _sarvam_said),
        "stt": client("stt", lambda ear: ear.transcribe(SOUND, language="hi-IN")),
        "stt-live": client("stt", _sarvam_heard),
    },
    "deepgram": {
        "stt": client("stt", lambda ear: ear.transcribe(SOUND, language="en")),
        "stt-live": client("stt", _heard),
        "tts": client("tts", lambda mouth: mouth.speech(TEXT)),
        "tts-stream": client("tts", _spoken),
        "projects": raw("GET", "/v1/projects", headers=_DEEPGRAM),
        "balances": raw("GET", f"/v1/projects/{PROJECT}/balances", headers=_DEEPGRAM),
        "models": raw("GET", "/v1/models", headers=_DEEPGRAM),
    },
}

NOT_CALLED: dict[str, dict[str, str]] = {}
