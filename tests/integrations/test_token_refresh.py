"""Renewing rotating tokens: kept before they are used, never twice in doubt, whoever leaves."""

import asyncio
from pathlib import Path

import pytest

from holdfast.clock import Clock
from holdfast.errors import AuthenticationError, InputRefused, RateLimited, SemanticError, TimedOut
from holdfast.events import AnswerJudged
from holdfast.integrations.token_files import FileTokens
from holdfast.integrations.token_refresh import Refresher, RefreshInDoubt
from holdfast.integrations.token_store import MemoryTokens, TokenStore
from holdfast.integrations.tokens import Tokens, granted, signed_in
from holdfast.validation.verdict import failed
from tests.integrations.networks import REFRESH, stage
from tests.jumping_time import jumping_clock

ROTATING = ("x", "tiktok")
SIGNED_IN = signed_in("access-0", "refresh-0", "read write")


class Network:
    """A network that rotates: it notes which refresh tokens it was given, and what was stored."""

    def __init__(self, store: TokenStore, answer: Exception | None = None) -> None:
        self._store, self.answer = store, answer
        self.used: list[str] = []
        self.pending: list[bool] = []

    async def exchange(self, tokens: Tokens) -> Tokens:
        """The next tokens, after a second; or what was asked to go wrong."""
        stored = await self._store.load("x")
        self.used.append(tokens.refresh_token)
        self.pending.append(stored is not None and stored.refreshing_since is not None)
        await asyncio.sleep(1.0)
        if self.answer is not None:
            raise self.answer
        number = len(self.used)
        document = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}"}
        return granted({**document, "expires_in": 7200}, tokens, 0.0)


def _refresher(
    network: Network, store: TokenStore, configured: Tokens = SIGNED_IN, clock: Clock | None = None
) -> Refresher:
    return Refresher(
        "x", configured, store, network.exchange, rotates=True, clock=clock or jumping_clock()
    )


async def test_the_use_of_a_token_is_noted_before_it_is_sent() -> None:
    """And the new tokens are stored when the caller gets them, the note gone."""
    store = MemoryTokens()
    network = Network(store)
    fresh = await _refresher(network, store).refresh(SIGNED_IN)
    assert network.pending == [True]
    assert await store.load("x") == fresh
    assert (fresh.access_token, fresh.refreshing_since) == ("access-1", None)


async def test_all_who_ask_share_one_refresh_and_a_late_one_gets_its_result() -> None:
    """Ten callers, one exchange; who still holds the old token is given the new one."""
    store = MemoryTokens()
    network = Network(store)
    refresher = _refresher(network, store)
    got = await asyncio.gather(*(refresher.refresh(SIGNED_IN) for _ in range(10)))
    assert {tokens.access_token for tokens in got} == {"access-1"}
    assert (await refresher.refresh(SIGNED_IN)).access_token == "access-1"
    assert network.used == ["refresh-0"]


async def test_two_refreshers_of_one_store_never_refresh_at_once() -> None:
    """As two processes would: the second finds what the first one got."""
    store = MemoryTokens()
    network = Network(store)
    both = (_refresher(network, store), _refresher(network, store))
    got = await asyncio.gather(*(one.refresh(SIGNED_IN) for one in both))
    assert [tokens.access_token for tokens in got] == ["access-1", "access-1"]
    assert network.used == ["refresh-0"]


async def test_a_caller_that_leaves_does_not_stop_it() -> None:
    """What the network gave is kept although nobody waits for it any longer."""
    store = MemoryTokens()
    network = Network(store)
    waiting = asyncio.create_task(_refresher(network, store).refresh(SIGNED_IN))
    await asyncio.sleep(0.5)
    waiting.cancel()
    await asyncio.sleep(1.0)
    kept = await store.load("x")
    assert kept is not None
    assert kept.access_token == "access-1"


@pytest.mark.parametrize("lost", [TimedOut("late"), SemanticError(failed("token", "no token"))])
async def test_a_lost_answer_is_in_doubt_until_somebody_decides(lost: Exception) -> None:
    """Also in a new process: the refresh token is not used again unless one says so."""
    store = MemoryTokens()
    network = Network(store, lost)
    with pytest.raises(type(lost)):
        await _refresher(network, store).refresh(SIGNED_IN)
    network.answer = None
    after = _refresher(network, store)
    with pytest.raises(RefreshInDoubt, match=r"x that began at 2027-.* was not answered"):
        await after.refresh(await after.tokens())
    assert network.used == ["refresh-0"]
    again = await after.refresh(await after.tokens(), in_doubt=True)
    assert again.access_token == "access-2"
    assert network.used == ["refresh-0", "refresh-0"]


@pytest.mark.parametrize(
    "refusal", [AuthenticationError("dead"), RateLimited("slow"), InputRefused("no")]
)
async def test_a_clear_refusal_leaves_no_doubt(refusal: Exception) -> None:
    """Nothing was done, so the token may be used again."""
    store = MemoryTokens()
    network = Network(store, refusal)
    refresher = _refresher(network, store)
    with pytest.raises(type(refusal)):
        await refresher.refresh(SIGNED_IN)
    network.answer = None
    assert (await refresher.refresh(SIGNED_IN)).access_token == "access-2"


async def test_a_new_sign_in_wins_over_what_was_stored() -> None:
    """Stored tokens win over those they descend from, and over no others."""
    store = MemoryTokens()
    network = Network(store)
    fresh = await _refresher(network, store).refresh(SIGNED_IN)
    assert await _refresher(network, store).tokens() == fresh
    newer = signed_in("access-9", "refresh-9", "")
    assert await _refresher(network, store, newer).tokens() == newer


class FullDisk(MemoryTokens):
    """A store whose second save fails: the note was taken, the tokens are not."""

    saves = 0

    async def save(self, account: str, tokens: Tokens) -> None:
        """Fail once."""
        self.saves += 1
        if self.saves == 2:
            raise OSError("no space left")
        await super().save(account, tokens)


async def test_tokens_that_could_not_be_kept_are_kept_the_next_time() -> None:
    """They are not used before they are stored, and not lost while the process lives."""
    store = FullDisk()
    network = Network(store)
    refresher = _refresher(network, store)
    with pytest.raises(OSError, match="no space"):
        await refresher.refresh(SIGNED_IN)
    assert (await refresher.refresh(SIGNED_IN)).access_token == "access-1"
    assert network.used == ["refresh-0"]
    kept = await store.load("x")
    assert kept is not None
    assert kept.refreshing_since is None


@pytest.mark.parametrize("name", ROTATING)
async def test_a_rotated_token_is_never_used_twice(name: str) -> None:
    """Against the doubles, which refuse the second use of a refresh token."""
    store = MemoryTokens()
    async with stage(name, store=store) as on:
        for _ in range(3):
            await on.service.refresh()
        assert [status for _, status in await on.requests()] == [200, 200, 200]
        used = await on.service._refresher.tokens()
    assert used.refresh_token != REFRESH


@pytest.mark.parametrize("name", ROTATING)
async def test_a_gateway_that_swallows_the_answer_is_ambiguous(name: str) -> None:
    """The token was rotated there: it is told, and neither health nor use tries it again."""
    async with stage(name) as on:
        await on.play("lost_answer", operation="token", times=1)
        with pytest.raises(Exception, match="may have been done all the same") as caught:
            await on.service.refresh()
        health = await on.service.health()
        with pytest.raises(RefreshInDoubt, match="sign in again"):
            await on.service.access_token()
        with pytest.raises(AuthenticationError):
            await on.service.refresh(in_doubt=True)
        sent = await on.requests()
    assert caught.value.is_ambiguous  # type: ignore[attr-defined]
    assert health.state == "unhealthy"
    assert "was not answered" in health.detail
    assert sent == [("token", 504), ("token", 400)]


@pytest.mark.parametrize("name", ROTATING)
async def test_a_refresh_that_does_not_rotate_is_a_warning(name: str) -> None:
    """The used refresh token in place of a new one: served, and someone should look at it."""
    async with stage(name) as on:
        await on.play("stale_refresh", operation="token")
        await on.service.refresh()
        judged = [fact.verdict.reason for fact in on.facts if isinstance(fact, AnswerJudged)]
    assert judged == ["the refresh token is the old one, a new one expected"]


@pytest.mark.real_time
async def test_what_was_renewed_survives_the_process(tmp_path: Path) -> None:
    """A client over the same folder goes on where the last one stopped, and says it is durable."""
    async with stage("x", store=FileTokens(tmp_path)) as on:
        await on.service.refresh()
        token = await on.service.access_token()
        again = type(on.service)(
            on.access.http, on.access.keys, store=FileTokens(tmp_path), clock=on.access.clock
        )
        assert await again.access_token() == token
        report = await again.check()
    assert report.verdict.judgement == "pass", report
