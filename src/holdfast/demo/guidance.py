"""What the example application does for a user: chart, guidance, voice - each a guarded call."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from holdfast.app.monitoring import Monitoring
from holdfast.demo.environment import Plan, key_of
from holdfast.errors import InputRefused
from holdfast.integrations.elevenlabs_client import ElevenLabs
from holdfast.integrations.elevenlabs_records import Speech
from holdfast.integrations.prokerala_client import Prokerala
from holdfast.integrations.prokerala_records import Birth, PlanetPositions

MODEL = "gpt-4o-mini"
VOICE = "21m00Tcm4TlvDq8ikWAM"
_SYSTEM = "You are a kind and practical guide. Use the facts of the birth chart you are given."


@dataclass(frozen=True, slots=True)
class Chart:
    """What the guidance needs of a birth chart."""

    moon_sign: str
    sun_sign: str
    nakshatra: str
    planets: dict[str, str]

    def described(self) -> str:
        """As a sentence for the language model."""
        return f"Moon in {self.moon_sign}, Sun in {self.sun_sign}, nakshatra {self.nakshatra}"


class Guidance:
    """The three providers behind one application."""

    def __init__(self, monitoring: Monitoring, plan: Plan) -> None:
        self._monitoring = monitoring
        self._left = plan.max_calls if plan.real else None
        own: dict[str, Any] = {"raise_provider_errors": True}
        self._stars = Prokerala(monitoring.http_client("prokerala", **own), "demo", "simulated")
        self._voice = ElevenLabs(monitoring.http_client("elevenlabs", **own), "simulated")
        self._openai = AsyncOpenAI(
            api_key=key_of(plan, "openai"),
            base_url=monitoring.settings.services["openai"].base_url,
            http_client=monitoring.http_client("openai"),
            max_retries=0,
        )

    async def chart(self, moment: datetime, latitude: float, longitude: float) -> Chart:
        """The birth chart, from two answers that must agree."""
        birth = Birth(moment, latitude, longitude)
        with self._monitoring.step("birth_chart", inputs={"birth": birth}) as step:
            with self._monitoring.track_external_api_call("prokerala", "birth-chart"):
                details = await self._stars.birth_details(birth)
                positions = await self._stars.planet_positions(birth)
            chart = Chart(
                details.moon_sign.name,
                details.sun_sign.name,
                details.nakshatra.name,
                _places(positions),
            )
            step.gives(chart=chart)
        return chart

    async def answer(self, question: str, chart: Chart | None) -> str:
        """A piece of guidance, through the official SDK."""
        self._spend()
        inputs = {"question": question, "chart": chart}
        needs = ("question", "chart")
        with self._monitoring.step("guidance", inputs=inputs, requires=needs) as step:
            completion = await self._openai.chat.completions.create(
                model=MODEL, messages=_messages(question, chart)
            )
            text = completion.choices[0].message.content or ""
            step.gives(guidance=text)
        return text

    async def stream(
        self, question: str, facts: Sequence[str] = (), history: Sequence[str] = ()
    ) -> AsyncIterator[str]:
        """The same, word by word, with *facts* to use and what the user asked before."""
        self._spend()
        with self._monitoring.step("chat"):
            stream = await self._openai.chat.completions.create(
                model=MODEL, messages=_chat(question, facts, history), stream=True
            )
        async for chunk in stream:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    async def speak(self, text: str) -> Speech:
        """*text*, spoken."""
        with (
            self._monitoring.step("voice", inputs={"guidance": text}, requires=("guidance",)),
            self._monitoring.track_external_api_call("elevenlabs", "text-to-speech"),
        ):
            return await self._voice.speech(text, VOICE)

    def _spend(self) -> None:
        if self._left is not None:
            if self._left == 0:
                raise InputRefused("--max-calls are used up: start the demo again for more")
            self._left -= 1


def _messages(question: str, chart: Chart | None) -> list[ChatCompletionMessageParam]:
    facts = f" Birth chart: {chart.described()}." if chart else ""
    return [
        {"role": "system", "content": _SYSTEM + facts},
        {"role": "user", "content": question},
    ]


def _chat(
    question: str, facts: Sequence[str], history: Sequence[str]
) -> list[ChatCompletionMessageParam]:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": " ".join((_SYSTEM, *facts))}
    ]
    messages.extend({"role": "user", "content": one} for one in (*history, question))
    return messages


def _places(positions: PlanetPositions) -> dict[str, str]:
    return {planet.name: planet.sign.name for planet in positions.planets}
