"""Users who come to the example application: session, chart, guidance, voice - or a chat."""

import asyncio
import contextlib
from random import Random

import httpx2

_QUESTIONS = (
    "Will the new job in another city be good for my family?",
    "How can I find more patience with my teenage son?",
    "Is this a good season to start the bakery I dream of?",
    "Why do I feel restless although everything goes well?",
    "How should I prepare for my exam in spring?",
    "What helps me to sleep when worries keep me awake?",
)
_PLACES = ((28.61, 77.21), (13.08, 80.27), (19.08, 72.88), (51.51, -0.13), (40.71, -74.01))
_TOKENS = (None, None, "member-token", "member-token", "expired-token")
_CHATS, _GIVE_UP, _IMPATIENT, _FORGET = 0.25, 0.5, 0.1, 0.1
"""The share of users who only chat, of those who leave when there is no chart, of those who ask
for it twice, and of those who never ask for it.
"""


class Traffic:
    """Sends *journeys_per_minute* users to *base_url*, decided by *seed*, until cancelled."""

    def __init__(self, base_url: str, journeys_per_minute: float, seed: int) -> None:
        self._base_url, self._per_minute = base_url, journeys_per_minute
        self._dice = Random(seed)
        self._journeys: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Come and go; a user whom the application fails leaves without a word."""
        if not self._per_minute:
            return
        async with httpx2.AsyncClient(
            base_url=self._base_url, timeout=30.0, trust_env=False
        ) as http:
            number = 0
            while True:
                number += 1
                journey = asyncio.create_task(self._journey(http, number))
                self._journeys.add(journey)
                journey.add_done_callback(self._journeys.discard)
                await asyncio.sleep(self._dice.expovariate(self._per_minute / 60))

    async def _journey(self, http: httpx2.AsyncClient, number: int) -> None:
        with contextlib.suppress(httpx2.HTTPError):
            if self._dice.random() < _CHATS:
                await self._chat(http)
            else:
                await self._guidance(http, f"user-{number % 40:02}")

    async def _chat(self, http: httpx2.AsyncClient) -> None:
        dice = self._dice
        body = {"message": dice.choice(_QUESTIONS), "chat_id": f"chat-{dice.randrange(20):02}"}
        token = dice.choice(_TOKENS)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with http.stream("POST", "/chat", json=body, headers=headers) as answer:
            async for _ in answer.aiter_bytes():
                pass

    async def _guidance(self, http: httpx2.AsyncClient, user: str) -> None:
        started = await http.post("/api/sessions/start", json={"user_id": user})
        session = {"X-Session-ID": started.json()["session_id"]}
        if self._dice.random() >= _FORGET and not await self._chart(http, session):
            return
        question = {"question": self._dice.choice(_QUESTIONS)}
        answer = await http.post("/api/spiritual/guidance", json=question, headers=session)
        if answer.is_success:
            text = {"text": answer.json()["guidance"]}
            await http.post("/api/spiritual/voice", json=text, headers=session)

    async def _chart(self, http: httpx2.AsyncClient, session: dict[str, str]) -> bool:
        """Whether the user stays."""
        birth = self._birth()
        for _ in range(1 + (self._dice.random() < _IMPATIENT)):
            chart = await http.post("/api/spiritual/birth-chart", json=birth, headers=session)
        return chart.is_success or self._dice.random() >= _GIVE_UP

    def _birth(self) -> dict[str, object]:
        dice = self._dice
        latitude, longitude = dice.choice(_PLACES)
        moment = f"{dice.randint(1950, 2010)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        time = f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00+05:30"
        return {"datetime": f"{moment}T{time}", "latitude": latitude, "longitude": longitude}
