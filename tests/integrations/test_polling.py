"""Polling: waits that grow, looks that may fail, an end in time."""

import asyncio

import pytest

from holdfast.errors import (
    DeadlineExceeded,
    HoldfastError,
    LimitReached,
    NotFound,
    RateLimited,
    Unavailable,
)
from holdfast.integrations.polling import Polling, poll
from tests.jumping_time import jumping_clock

PLAN = Polling(deadline_seconds=30.0)


class Job:
    """A job that is looked at; *answers* come one after the other, the last for ever."""

    def __init__(self, *answers: str | HoldfastError) -> None:
        self._answers = list(answers)
        self.looks: list[float] = []

    async def look(self) -> str:
        """Note when, and say where it is."""
        self.looks.append(round(asyncio.get_running_loop().time(), 2))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, HoldfastError):
            raise answer
        return answer


async def _poll(job: Job, plan: Polling = PLAN) -> str:
    return await poll("the job", job.look, lambda found: found == "done", plan, jumping_clock())


async def test_waits_grow_up_to_the_longest() -> None:
    """1, 1.5, 2.25, 3.375, 5, 5 … seconds."""
    job = Job(*["started"] * 6, "done")
    assert await _poll(job) == "done"
    assert job.looks == [0.0, 1.0, 2.5, 4.75, 8.12, 13.12, 18.12]


async def test_the_last_look_is_at_the_deadline() -> None:
    """A job that never ends costs a bounded number of looks, and the time it was given."""
    job = Job("started")
    with pytest.raises(DeadlineExceeded, match="not ready after 30 s; it may still become so"):
        await _poll(job)
    assert job.looks[-1] == 30.0
    assert len(job.looks) == 10


async def test_a_look_that_fails_for_a_while_does_not_lose_the_job() -> None:
    """An outage, a rate limit and our own limit are waited for, as long as they ask."""
    refused = LimitReached("did", 4.0)
    job = Job(Unavailable("down"), RateLimited("slow", retry_after_seconds=7.0), refused, "done")
    assert await _poll(job) == "done"
    assert job.looks == [0.0, 1.0, 8.0, 12.0]


async def test_a_look_that_cannot_succeed_is_the_end() -> None:
    """What is not there will not be there later."""
    with pytest.raises(NotFound):
        await _poll(Job(NotFound("gone")))


async def test_a_lasting_outage_is_the_cause_of_the_deadline() -> None:
    """The message tells of the time, its cause of the reason."""
    with pytest.raises(DeadlineExceeded) as caught:
        await _poll(Job(Unavailable("down")), Polling(deadline_seconds=2.0))
    assert isinstance(caught.value.__cause__, Unavailable)
