"""How each operation of each provider is called once, well: the rows of the conformance matrix.

A provider that is new in `CATALOG` needs a line for each of its operations here; the matrix says
which are missing.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from holdfast.integrations import CATALOG
from holdfast.integrations.did_client import Did
from holdfast.integrations.did_records import Voice
from holdfast.integrations.elevenlabs_client import ElevenLabs
from holdfast.integrations.prokerala_client import Prokerala
from holdfast.integrations.prokerala_records import Birth
from tests.conformance.provider_stage import Stage

Act = Callable[[], Awaitable[Any]]
"""The call itself."""

Ready = Callable[[Stage], Awaitable[Act]]
"""Whatever must be there before (a token, a job to look at), then the call."""

BIRTH = Birth(datetime(1990, 5, 17, 9, 30, tzinfo=UTC), 28.61, 77.21)
VOICE = "21m00Tcm4TlvDq8ikWAM"
TEXT = "The stars are kind to you today, and the moon agrees."


def _openai(method: str, path: str, **document: Any) -> Ready:
    async def ready(stage: Stage) -> Act:
        key = stage.access().keys["OPENAI_API_KEY"]
        headers = {"authorization": f"Bearer {key}"}

        async def act() -> None:
            async with stage.http.stream(
                method, path, json=document or None, headers=headers
            ) as answer:
                async for _ in answer.aiter_bytes():
                    pass

        return act

    return ready


def _chat(**more: Any) -> Ready:
    messages = [{"role": "user", "content": "Will the harvest be good?"}]
    return _openai("POST", "/chat/completions", model="gpt-4o-mini", messages=messages, **more)


def _prokerala(ask: Callable[[Prokerala], Awaitable[Any]]) -> Ready:
    async def ready(stage: Stage) -> Act:
        keys = stage.access().keys
        client = Prokerala(stage.http, *(keys[name] for name in CATALOG["prokerala"].key_names))
        await client.birth_details(BIRTH)  # with a token, so that only the call itself can fail
        return lambda: ask(client)

    return ready


async def _token(stage: Stage) -> Act:
    keys = stage.access().keys
    client = Prokerala(stage.http, *(keys[name] for name in CATALOG["prokerala"].key_names))
    return lambda: client.birth_details(BIRTH)


def _elevenlabs(method: str, path: str, document: Any = None) -> Ready:
    async def ready(stage: Stage) -> Act:
        headers = {"xi-api-key": stage.access().keys["ELEVENLABS_API_KEY"]}

        async def act() -> None:
            async with stage.http.stream(method, path, json=document, headers=headers) as answer:
                async for _ in answer.aiter_bytes():
                    pass

        return act

    return ready


async def _speech(stage: Stage) -> Act:
    client = ElevenLabs(stage.http, stage.access().keys["ELEVENLABS_API_KEY"])
    return lambda: client.speech(TEXT, VOICE)


def _did(ask: Callable[[Did, Any], Awaitable[Any]]) -> Ready:
    async def ready(stage: Stage) -> Act:
        client = Did.over(stage.access())
        talk = await client.create(
            TEXT, "https://example.org/face.jpg", Voice(voice_id="en-US-JennyNeural")
        )
        return lambda: ask(client, talk)

    return ready


Rows = dict[str, Ready]

CALLS: dict[str, Rows] = {
    "openai": {
        "chat": _chat(),
        "chat (streamed)": _chat(stream=True),
        "embeddings": _openai("POST", "/embeddings", model="text-embedding-3-small", input=TEXT),
        "models": _openai("GET", "/models"),
        "model": _openai("GET", "/models/gpt-4o-mini"),
    },
    "prokerala": {
        "token": _token,
        "birth-details": _prokerala(lambda client: client.birth_details(BIRTH)),
        "planet-position": _prokerala(lambda client: client.planet_positions(BIRTH)),
    },
    "elevenlabs": {
        "tts": _speech,
        "tts-stream": _elevenlabs(
            "POST", f"/v1/text-to-speech/{VOICE}/stream", {"text": TEXT}
        ),
        "voices": _elevenlabs("GET", "/v1/voices"),
        "voices-search": _elevenlabs("GET", "/v2/voices"),
        "models": _elevenlabs("GET", "/v1/models"),
        "subscription": _elevenlabs("GET", "/v1/user/subscription"),
    },
    "did": {
        "create": _did(
            lambda client, _: client.create(
                TEXT, "https://example.org/face.jpg", Voice(voice_id="en-US-JennyNeural")
            )
        ),
        "talk": _did(lambda client, talk: client.talk(talk.id)),
        "talks": _did(lambda client, _: client.find("nobody's")),
        "credits": _did(lambda client, _: client.credits()),
    },
}  # fmt: skip

NOT_CALLED: dict[str, dict[str, str]] = {
    "did": {
        "delete": "the client deletes nothing: an operator may",
        "film": "comes from the file host, whose only errors are in test_did_client",
    },
}
"""Operations without a row, and why."""


def operation_of(row: str) -> str:
    """The operation that *row* is about: "chat" of "chat (streamed)"."""
    return row.partition(" (")[0]
