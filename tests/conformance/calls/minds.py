"""OpenAI, Prokerala, ElevenLabs, and the knowledge base."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from holdfast.integrations.elevenlabs_client import ElevenLabs
from holdfast.integrations.prokerala_client import Prokerala
from holdfast.integrations.prokerala_records import Birth
from tests.conformance.calls.ways import Act, Ready, Rows, after, client, raw
from tests.conformance.provider_stage import Stage

BIRTH = Birth(datetime(1990, 5, 17, 9, 30, tzinfo=UTC), 28.61, 77.21)
BEFORE = Birth(datetime(1970, 1, 2, 3, 4, tzinfo=UTC), 13.08, 80.27)
QUESTION = "Will the harvest be good?"
VOICE = "21m00Tcm4TlvDq8ikWAM"
TEXT = "The stars are kind to you today, and the moon agrees."

_OPENAI = {"authorization": "Bearer {OPENAI_API_KEY}"}
_XI = {"xi-api-key": "{ELEVENLABS_API_KEY}"}


def _stars(ask: Callable[[Prokerala], Awaitable[Any]], before: Birth = BEFORE) -> Ready:
    """With a token, so that only the call itself can fail; and with what must agree with it."""
    return after("chart", lambda stars: stars.birth_details(before), lambda stars, _: ask(stars))


async def _streamed(openai: Any) -> None:
    async with openai.stream(QUESTION) as words:
        async for _ in words:
            pass


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
        "chat": client("chat", lambda openai: openai.chat(QUESTION)),
        "chat (json)": client("chat", lambda openai: openai.chat_json(QUESTION, keys=("answer",))),
        "chat (streamed)": client("chat", _streamed),
        "embeddings": client("embeddings", lambda openai: openai.embed([TEXT, QUESTION])),
        "models": raw("GET", "/models", headers=_OPENAI),
        "model": raw("GET", "/models/gpt-4o-mini", headers=_OPENAI),
    },
    "prokerala": {
        "token": _token,
        "birth-details": _stars(lambda stars: stars.birth_details(BIRTH)),
        "planet-position": _stars(lambda stars: stars.planet_positions(BIRTH), BIRTH),
        "kundli": _stars(lambda stars: stars.kundli(BIRTH)),
        "chart": _stars(lambda stars: stars.chart(BIRTH)),
    },
    "mistral": {
        "chat": client("chat", lambda mistral: mistral.chat(QUESTION)),
        "models": raw("GET", "/models", headers={"authorization": "Bearer {MISTRAL_API_KEY}"}),
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

NOT_CALLED: dict[str, dict[str, str]] = {
    "rag": dict.fromkeys(
        ("search", "upsert", "delete"), "sends nothing: its own faults are in test_rag_store"
    )
}
