"""A rush of callers on a guard with every policy, a moody sun, and a moon to fall back on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from holdfast import context
from holdfast.errors import CallRefused, InvalidRequest, Unavailable
from holdfast.events import CallFinished, Event, Outcome, Scope
from holdfast.guard.controls import circuit_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.guard.stream import OpenStream
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.resilience.cache import CacheOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.coalesce import Coalesce
from holdfast.resilience.fallback import FallbackOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.policy import Policy
from holdfast.resilience.retry import RetryOptions
from holdfast.validation.verdict import failed, passed
from tests.guard.stage import Provider
from tests.jumping_time import jumping_clock

Mood = Literal["answer", "empty", "down", "mistake", "bug", "hang"]
Way = Literal["call", "read", "close", "drop", "body"]

P = TypeVar("P", bound=Policy)

SEATS, LONGEST_AGE = 2, 6.0


def same_question(_number: int, question: str) -> str:
    """Whoever asks."""
    return question


OPTIONS = GuardOptions(
    deadline_seconds=8.0,
    retry=RetryOptions(retries=1, first_wait_seconds=1.0),
    breaker=BreakerOptions(consecutive_failures=3, open_seconds=4.0, jitter=0.0),
    limiter=LimiterOptions(calls=2, per_seconds=1.0, burst=4, max_wait_seconds=2.0),
    timeout_seconds=3.0,
    bulkhead=BulkheadOptions(seats=SEATS, max_waiting=2, max_wait_seconds=1.5),
    cache=CacheOptions(
        key=same_question, fresh_seconds=2.0, max_stale_seconds=LONGEST_AGE, max_entries=2
    ),
    coalesce=same_question,
)


@dataclass(frozen=True)
class Plan:
    """One caller: comes, asks *question*, meets *moods* one an attempt, may leave early."""

    comes: float
    way: Way
    question: str
    moods: tuple[Mood, ...]
    takes: float
    leaves: float | None


@dataclass(frozen=True)
class Answer:
    """Who answered which question, when; an empty one is wrong."""

    source: str
    question: str
    at: float
    empty: bool = False


DEFAULT = Answer("default", "any", 0.0)


@dataclass
class Rush:
    """Runs plans; what went out, what came back and what was told are kept side by side."""

    plans: list[Plan]
    moon_moods: tuple[Mood, ...]
    has_default: bool
    events: list[Event] = field(default_factory=list)
    asking: list[str] = field(default_factory=list)
    asked_twice: bool = False
    most_out: int = 0
    moon_asked: int = 0

    async def run(self) -> None:
        """Let everybody come and go, and the last dropped stream be collected."""
        no, yes = failed("some", "empty"), passed("some")
        default: dict[str, Any] = {"default": DEFAULT} if self.has_default else {}
        fallback = FallbackOptions(others={"moon": self._moon}, timeout_seconds=2.0, **default)
        self.guard: Guard = build(
            "sun", "shine", replace(OPTIONS, fallback=fallback),
            validators=[lambda answer: no if answer.empty else yes],
            sink=self.events.append, clock=jumping_clock(), random=lambda: 0.5,
        )  # fmt: skip
        self.went_out = [0] * len(self.plans)
        self.outcomes: list[Outcome | None] = [None] * len(self.plans)
        self.answers: list[Answer | None] = [None] * len(self.plans)
        await asyncio.gather(*(self._caller(n) for n in range(len(self.plans))))
        await asyncio.sleep(0.0)

    def end(self, number: int) -> CallFinished:
        """The one end told of the caller *number*."""
        (end,) = [
            event
            for event in self.events
            if isinstance(event, CallFinished) and event.origin.scope.step == str(number)
        ]
        return end

    def find(self, kind: type[P]) -> P:
        """The guard's policy of *kind*."""
        return next(policy for policy in self.guard.policies if isinstance(policy, kind))

    def leftovers(self) -> int:
        """Permits, seats, places and flights that somebody still holds."""
        circuit, bulkhead = circuit_of(self.guard), self.find(Bulkhead)
        assert circuit is not None
        held = circuit.probes_in_flight + bulkhead.taken + bulkhead.waiting
        return held + len(self.find(Coalesce)) + len(self.asking)

    async def recovers(self) -> bool:
        """Whether a healthy provider is reached again."""
        await asyncio.sleep(100.0)
        answer = Answer("sun", "q", 0.0)
        return await self.guard.call(Provider(answer), 99, "new question") is answer

    async def _caller(self, number: int) -> None:
        plan = self.plans[number]
        await asyncio.sleep(plan.comes)
        context.scope.set(Scope(step=str(number)))
        task = asyncio.create_task(self._visit(number, plan))
        if plan.leaves is not None:
            await asyncio.wait([task], timeout=plan.leaves)
            task.cancel()
        await asyncio.wait([task])

    async def _visit(self, number: int, plan: Plan) -> None:
        try:
            await self._come(number, plan)
        except asyncio.CancelledError:
            self.outcomes[number] = "cancelled"
        except CallRefused:
            self.outcomes[number] = "failed" if self.went_out[number] else "refused"
        except Exception:  # noqa: BLE001  # whatever was raised, the caller got no answer
            self.outcomes[number] = "failed"
        else:
            self.outcomes[number] = "succeeded"

    async def _come(self, number: int, plan: Plan) -> None:
        if plan.way == "call":
            self.answers[number] = await self.guard.call(self._sun, number, plan.question)
        elif plan.way == "body":
            async with self.guard:
                await self._sun(number, f"body {number}")
        else:
            stream = await self.guard.stream(self._rays, number, plan.question)
            if isinstance(stream, OpenStream):  # else the default was served
                await self._read(stream, plan)

    async def _read(self, stream: OpenStream[Answer], plan: Plan) -> None:
        if plan.way == "read":
            async for _ in stream:
                pass
        elif plan.way == "close":
            await anext(stream, None)
            await stream.aclose()

    async def _sun(self, number: int, question: str) -> Answer:
        plan = self.plans[number]
        mood = plan.moods[min(self.went_out[number], len(plan.moods) - 1)]
        self.went_out[number] += 1
        self.asked_twice = self.asked_twice or question in self.asking
        self.asking.append(question)
        self.most_out = max(self.most_out, len(self.asking))
        try:
            return await _meet("sun", question, mood, plan.takes)
        finally:
            self.asking.remove(question)

    async def _rays(self, number: int, question: str) -> AsyncIterator[Answer]:
        yield await self._sun(number, f"{question} as stream {number}")
        await asyncio.sleep(self.plans[number].takes)
        if self.plans[number].moods[-1] == "bug":
            raise Unavailable("cut")

    async def _moon(self, number: int, question: str) -> Answer | OpenStream[Answer]:
        mood = self.moon_moods[self.moon_asked % len(self.moon_moods)]
        self.moon_asked += 1
        answer = await _meet("moon", question, mood, 0.25)
        if self.plans[number].way == "call":
            return answer
        return OpenStream(_once(answer))


async def _once(answer: Answer) -> AsyncIterator[Answer]:
    yield answer


async def _meet(source: str, question: str, mood: Mood, takes: float) -> Answer:
    await asyncio.sleep(1000.0 if mood == "hang" else takes)
    errors: dict[Mood, Exception] = {
        "down": Unavailable("down"),
        "mistake": InvalidRequest("no such sign"),
        "bug": KeyError("bug"),
    }
    if mood in errors:
        raise errors[mood]
    return Answer(source, question, asyncio.get_running_loop().time(), mood == "empty")
