"""Asking the simulator, without a port or on a real one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response

from holdfast.simulator import create_simulator

KEY = {"authorization": "Bearer sim", "xi-api-key": "sim"}
VOICE = "21m00Tcm4TlvDq8ikWAM"
SPEAK = f"/elevenlabs/v1/text-to-speech/{VOICE}"
CHAT = "/openai/v1/chat/completions"
PLANETS = "/prokerala/v2/astrology/planet-position"
DETAILS = "/prokerala/v2/astrology/birth-details"
BIRTH = {"ayanamsa": "1", "coordinates": "10.21,78.09", "datetime": "2004-02-12T15:19:21+05:30"}
QUESTION = "How do I stay calm while my career in Chennai changes?"
CONTEXT = "You are a guide. Chart: Moon in Rohini pada 2; Sun in Tula."
FORM = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "mine"}


def inside(seed: int = 7, **options: Any) -> AsyncClient:
    """A client whose calls reach a simulator of its own without a port."""
    application = create_simulator(seed, **options)
    transport = ASGITransport(app=application)
    return AsyncClient(transport=transport, base_url="http://simulator", headers=KEY, timeout=None)


def outside(url: str, timeout_seconds: float = 5.0) -> AsyncClient:
    """A client for the simulator at *url*."""
    return AsyncClient(base_url=url, headers=KEY, timeout=timeout_seconds, trust_env=False)


def chat(**more: Any) -> dict[str, Any]:
    """The body of a chat request."""
    messages = [{"role": "system", "content": CONTEXT}, {"role": "user", "content": QUESTION}]
    return {"model": "gpt-4o-mini", "messages": messages, **more}


async def play(client: AsyncClient, provider: str, **scenario: Any) -> None:
    """Switch a scenario on."""
    stored = await client.put(f"/_scenarios/{provider}", json=scenario)
    assert stored.status_code == 200, stored.text


async def token(client: AsyncClient) -> dict[str, str]:
    """The header that Prokerala wants."""
    grant = await client.post("/prokerala/token", data=FORM)
    return {"authorization": f"Bearer {grant.json()['access_token']}"}


async def chart(
    client: AsyncClient, path: str = PLANETS, params: Mapping[str, str] = BIRTH
) -> Response:
    """A chart, asked for with a fresh token."""
    return await client.get(path, params=params, headers=await token(client))


async def fate(client: AsyncClient, provider: str) -> Any:
    """What the control API says of *provider*."""
    return (await client.get(f"/_scenarios/{provider}")).json()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    """Ask again and again until something on a real port *holds*."""
    async with asyncio.timeout(seconds):
        for pause in (0.01,) * round(seconds * 100):
            if await holds():
                return
            await asyncio.sleep(pause)
