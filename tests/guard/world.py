"""A world of random callers and one moody provider, which remembers what really happened."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

from holdfast import context
from holdfast.errors import (
    CallRefused,
    InputRefused,
    InvalidRequest,
    RateLimited,
    Unavailable,
)
from holdfast.events import AttemptFailed, CallFinished, Event, Outcome, Scope
from holdfast.guard.controls import circuit_of, rate_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions
from holdfast.telemetry.calls import CallMetrics
from holdfast.validation.verdict import failed, passed
from tests.guard.stage import Provider, caught
from tests.jumping_time import jumping_clock

Mood = Literal["answer", "empty", "down", "limited", "banned", "mistake", "bug", "refused", "hang"]
Way = Literal["call", "body", "read", "close", "drop", "abandon"]

OPTIONS = GuardOptions(
    deadline_seconds=16.0,
    retry=RetryOptions(retries=2, first_wait_seconds=1.0),
    breaker=BreakerOptions(consecutive_failures=3, open_seconds=8.0, jitter=0.0),
    limiter=LimiterOptions(calls=4, per_seconds=4.0, burst=2, max_wait_seconds=3.0),
    timeout_seconds=4.0,
)


@dataclass(frozen=True)
class Plan:
    """One caller: comes, meets *moods* one an attempt, and may leave *leaves* seconds later."""

    comes: float
    way: Way
    moods: tuple[Mood, ...]
    takes: float
    leaves: float | None


@dataclass
class Truth:
    """What really happened to one caller: attempts that went out, those of them that failed."""

    went_out: int = 0
    failed: int = 0
    outcome: Outcome | None = None


@dataclass
class World:
    """Runs plans against one guard with every policy; facts and truth are kept side by side."""

    plans: list[Plan]
    events: list[Event] = field(default_factory=list)
    went_out_at: list[float] = field(default_factory=list)
    most_probes: int = 0

    async def run(self) -> None:
        """Let everybody come and go, and the last dropped stream be collected."""
        self.metrics = CallMetrics(jumping_clock())
        no, yes = failed("some", "empty"), passed("some")
        self.guard: Guard = build(
            "sun", "shine", OPTIONS, validators=[lambda answer: yes if answer else no],
            sink=self._tell, clock=jumping_clock(), random=lambda: 0.5,
        )  # fmt: skip
        self.truths = [Truth() for _ in self.plans]
        await asyncio.gather(*(self._caller(n) for n in range(len(self.plans))))
        await asyncio.sleep(0.0)

    async def recovers(self) -> bool:
        """Whether a healthy provider is reached again, and the breaker closes."""
        await asyncio.sleep(100.0)
        error = await caught(self.guard.call(Provider("light")))
        circuit = circuit_of(self.guard)
        return error is None and circuit is not None and circuit.name == "closed"

    def ends(self, number: int) -> list[CallFinished]:
        """The ends told of the caller *number*."""
        return [event for event in self._about(number) if isinstance(event, CallFinished)]

    def failures(self, number: int) -> list[AttemptFailed]:
        """The failed attempts told of the caller *number*."""
        return [event for event in self._about(number) if isinstance(event, AttemptFailed)]

    def leftovers(self) -> int:
        """Permits and places that somebody still holds."""
        circuit, rate = circuit_of(self.guard), rate_of(self.guard)
        assert circuit is not None
        assert rate is not None
        waiting = next(len(one._queue) for one in self.guard.policies if hasattr(one, "_queue"))
        return circuit.probes_in_flight + waiting

    def _about(self, number: int) -> list[CallFinished | AttemptFailed]:
        return [
            event
            for event in self.events
            if isinstance(event, CallFinished | AttemptFailed)
            and event.origin.scope.step == str(number)
        ]

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self.metrics(event)

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
        truth = self.truths[number]
        try:
            if plan.way == "call":
                await self.guard.call(self._attempt, number)
            elif plan.way == "body":
                async with self.guard:
                    truth.went_out += 1
                    await self._meet(plan, plan.moods[0])
            else:
                await self._stream(number, plan)
        except asyncio.CancelledError:
            truth.outcome = truth.outcome or "cancelled"
        except CallRefused:
            refused = truth.went_out == 0
            truth.outcome = "refused" if refused else "failed"
        except Exception:  # noqa: BLE001  # whatever was raised, the caller got no answer
            truth.outcome = "failed"
        else:
            truth.outcome = "succeeded"

    async def _stream(self, number: int, plan: Plan) -> None:
        truth = self.truths[number]
        stream = await self.guard.stream(self._rays, number)
        if plan.way == "read":
            async for _ in stream:
                pass
        elif plan.way == "close":
            await anext(stream, None)
            await stream.aclose()
        elif plan.way == "abandon":
            truth.outcome = "succeeded"  # whoever leaves between two items has been answered
            await asyncio.sleep(plan.takes)

    async def _attempt(self, number: int) -> object:
        truth, plan = self.truths[number], self.plans[number]
        mood = plan.moods[min(truth.went_out, len(plan.moods) - 1)]
        if mood == "refused":
            raise InputRefused("too long")
        truth.went_out += 1
        self._watch_the_limits()
        try:
            answer = await self._meet(plan, mood)
        except asyncio.CancelledError:
            raise
        except Exception:
            truth.failed += 1
            raise
        truth.failed += answer == ""
        return answer

    async def _rays(self, number: int) -> AsyncIterator[object]:
        yield await self._attempt(number)
        plan = self.plans[number]
        await asyncio.sleep(plan.takes)
        if plan.moods[-1] == "bug":
            raise Unavailable("cut")
        yield "more"

    async def _meet(self, plan: Plan, mood: Mood) -> object:
        await asyncio.sleep(1000.0 if mood == "hang" else plan.takes)
        errors: dict[Mood, Exception] = {
            "down": Unavailable("down"),
            "limited": RateLimited("slow down", retry_after_seconds=plan.takes),
            "banned": RateLimited("go away", retry_after_seconds=50.0),
            "mistake": InvalidRequest("no such sign"),
            "bug": KeyError("bug"),
            "refused": InputRefused("too long"),
        }
        if mood in errors:
            raise errors[mood]
        return "" if mood == "empty" else "answer"

    def _watch_the_limits(self) -> None:
        circuit = circuit_of(self.guard)
        assert circuit is not None
        self.most_probes = max(self.most_probes, circuit.probes_in_flight)
        self.went_out_at.append(asyncio.get_running_loop().time())
