"""OpenAI, Prokerala, ElevenLabs."""

from datetime import UTC, datetime
from typing import Any

from holdfast.integrations import CATALOG
from holdfast.integrations.elevenlabs_client import ElevenLabs
from holdfast.integrations.prokerala_client import Prokerala
from holdfast.integrations.prokerala_records import Birth
from tests.conformance.calls.ways import Act, Ready, Rows, raw
from tests.conformance.provider_stage import Stage

BIRTH = Birth(datetime(1990, 5, 17, 9, 30, tzinfo=UTC), 28.61, 77.21)
VOICE = "21m00Tcm4TlvDq8ikWAM"
TEXT = "The stars are kind to you today, and the moon agrees."

_OPENAI = {"authorization": "Bearer {OPENAI_API_KEY}"}
_XI = {"xi-api-key": "{ELEVENLABS_API_KEY}"}


def _chat(**more: Any) -> Ready:
    messages = [{"role": "user", "content": "Will the harvest be good?"}]
    asked = {"model": "gpt-4o-mini", "messages": messages, **more}
    return raw("POST", "/chat/completions", headers=_OPENAI, json=asked)


def _stars(stage: Stage) -> Prokerala:
    keys = stage.access().keys
    return Prokerala(stage.http, *(keys[name] for name in CATALOG["prokerala"].key_names))


async def _details(stage: Stage) -> Act:
    client = _stars(stage)
    await client.birth_details(BIRTH)  # with a token, so that only the call itself can fail
    return lambda: client.birth_details(BIRTH)


async def _positions(stage: Stage) -> Act:
    client = _stars(stage)
    await client.birth_details(BIRTH)
    return lambda: client.planet_positions(BIRTH)


async def _token(stage: Stage) -> Act:
    keys = stage.access().keys
    form = {
        "grant_type": "client_credentials",
        "client_id": keys["PROKERALA_CLIENT_ID"],
        "client_secret": keys["PROKERALA_CLIENT_SECRET"],
    }
    return lambda: stage.http.post("/token", data=form)


async def _speech(stage: Stage) -> Act:
    client = ElevenLabs(stage.http, stage.access().keys["ELEVENLABS_API_KEY"])
    return lambda: client.speech(TEXT, VOICE)


CALLS: dict[str, Rows] = {
    "openai": {
        "chat": _chat(),
        "chat (streamed)": _chat(stream=True),
        "embeddings": raw(
            "POST", "/embeddings", headers=_OPENAI,
            json={"model": "text-embedding-3-small", "input": [TEXT, "Another text."]},
        ),
        "models": raw("GET", "/models", headers=_OPENAI),
        "model": raw("GET", "/models/gpt-4o-mini", headers=_OPENAI),
    },
    "prokerala": {
        "token": _token,
        "birth-details": _details,
        "planet-position": _positions,
    },
    "elevenlabs": {
        "tts": _speech,
        "tts-stream": raw(
            "POST", f"/v1/text-to-speech/{VOICE}/stream", headers=_XI, json={"text": TEXT}
        ),
        "voices": raw("GET", "/v1/voices", headers=_XI),
        "voices-search": raw("GET", "/v2/voices", headers=_XI),
        "models": raw("GET", "/v1/models", headers=_XI),
        "subscription": raw("GET", "/v1/user/subscription", headers=_XI),
    },
}  # fmt: skip

NOT_CALLED: dict[str, dict[str, str]] = {}
