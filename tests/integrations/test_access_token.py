"""Tokens that expire."""

import asyncio

import pytest

from holdfast.errors import Unavailable
from holdfast.integrations.access_token import AccessToken, Grant
from tests.jumping_time import jumping_clock


class Office:
    """Grants numbered tokens, each good for *seconds*; fails as often as told first."""

    def __init__(self, seconds: float = 3600.0, failures: int = 0) -> None:
        self.seconds, self.failures, self.asked = seconds, failures, 0

    async def grant(self) -> Grant:
        """The next token, after a while."""
        self.asked += 1
        await asyncio.sleep(1)
        if self.asked <= self.failures:
            raise Unavailable("down")
        return Grant(f"t{self.asked}", self.seconds)


async def test_waiting_callers_share_one_fetch() -> None:
    """However many need a token, one asks for it."""
    office = Office()
    token = AccessToken(office.grant, jumping_clock())
    assert set(await asyncio.gather(*(token.get() for _ in range(9)))) == {"t1"}
    assert office.asked == 1


@pytest.mark.parametrize(("seconds", "fresh_until"), [(3600.0, 3540.0), (60.0, 30.0)])
async def test_a_token_is_renewed_before_it_expires(seconds: float, fresh_until: float) -> None:
    """A minute before, or at half its life if that is short, counted from when it was asked for."""
    token = AccessToken(Office(seconds).grant, jumping_clock())
    await token.get()
    await asyncio.sleep(fresh_until - 1 - 0.01)
    assert await token.get() == "t1"
    await asyncio.sleep(0.02)
    assert await token.get() == "t2"


async def test_a_refused_token_is_not_offered_again() -> None:
    """Refusing an old token does not throw a newer one away."""
    token = AccessToken(Office().grant, jumping_clock())
    first = await token.get()
    token.refuse(first)
    second = await token.get()
    token.refuse(first)
    assert (first, second, await token.get()) == ("t1", "t2", "t2")


async def test_a_failed_fetch_is_the_next_callers_chance() -> None:
    """An error reaches who asked; nothing is kept of it."""
    token = AccessToken(Office(failures=1).grant, jumping_clock())
    with pytest.raises(Unavailable):
        await token.get()
    assert await token.get() == "t2"


def test_a_grant_does_not_show_its_token() -> None:
    """Tokens stay out of logs."""
    assert "s3cret" not in repr(Grant("s3cret", 60.0))
