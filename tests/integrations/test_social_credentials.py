"""Every network's credentials: checked, judged though HTTP says 200, renewed; nothing leaks."""

import asyncio
import logging
from typing import Any

import httpx2
import pytest

from holdfast.errors import (
    ConfigurationError,
    HoldfastError,
    ProtocolError,
    RateLimited,
    SemanticError,
    Unavailable,
)
from holdfast.events import AnswerJudged
from tests.integrations.networks import (
    ACCESS,
    BY_NAME,
    NETWORKS,
    REFRESH,
    SECRET,
    Network,
    stage,
)

every_network = pytest.mark.parametrize("network", NETWORKS, ids=str)


@every_network
async def test_good_credentials_are_valid_ours_sufficient_and_lasting(network: Network) -> None:
    """Nothing is found; only that a rotating token is kept in memory is worth a warning."""
    async with stage(network) as on:
        report = await on.service.check()
        health = await on.service.health()
    found = {finding.method: finding.judgement for finding in report.findings}
    expected = "warn" if network.client.rotates else "pass"
    assert report.verdict.judgement == expected, report
    assert found["token_valid"] == found["token_account"] == found["token_scopes"] == "pass"
    assert health.state == ("degraded" if network.client.rotates else "healthy")


@pytest.mark.parametrize(
    ("name", "kind", "operation", "judgement", "words"),
    [
        ("facebook", "invalid_token", "debug-token", "fail", "it has expired (190/463)"),
        ("facebook", "missing_scope", "debug-token", "fail", "lacks pages_manage_posts, pages_"),
        ("facebook", "expiring_token", "debug-token", "warn", "the token expires at 2027"),
        ("facebook", "wrong_account", "debug-token", "fail", "the token is for 999, not for 104"),
        ("facebook", "error_in_success", "debug-token", "fail", "facebook answered 200: 190/463"),
        ("instagram", "wrong_account", "me", "fail", "is for 998, 999, not for 178"),
        ("instagram", "error_in_success", "me", "fail", "instagram answered 200: 190/463"),
        ("youtube", "missing_scope", "tokeninfo", "fail", "lacks https://www.googleapis.com"),
        ("youtube", "wrong_account", "tokeninfo", "fail", "belongs to app another.apps"),
        ("youtube", "wrong_account", "channels", "fail", "is for UC_another, not for UC_"),
        ("youtube", "empty_success", "channels", "fail", "is for no account at all"),
        ("x", "wrong_account", "me", "fail", "the token is for 999, not for 17"),
        ("x", "missing_scope", "token", "fail", "the token lacks media.write, tweet.write"),
        ("linkedin", "invalid_token", "introspect", "fail", "its status is 'revoked'"),
        ("linkedin", "missing_scope", "introspect", "fail", "lacks w_member_social"),
        ("linkedin", "wrong_account", "introspect", "fail", "belongs to app another-app"),
        ("linkedin", "wrong_account", "userinfo", "fail", "is for another, not for abc"),
        ("tiktok", "wrong_account", "user", "fail", "is for another, not for 723"),
        ("tiktok", "missing_scope", "token", "fail", "the token lacks video.publish"),
        ("tiktok", "error_in_success", "user", "fail", "200: access_token_invalid"),
        ("tiktok", "expiring_token", "token", "warn", "the refresh token expires at 2027"),
    ],
)
async def test_http_says_200_and_the_check_says_no(
    name: str, kind: str, operation: str, judgement: str, words: str
) -> None:
    """What the network told with a success is judged by what it means."""
    async with stage(name) as on:
        await on.play(kind, operation=operation)
        report = await on.service.check()
        health = await on.service.health()
    assert report.verdict.judgement == judgement
    assert words in report.verdict.reason
    if operation != "channels":  # which health does not ask: it costs quota
        assert health.state == {"warn": "degraded", "fail": "unhealthy"}[judgement]
        assert words in health.detail


@pytest.mark.parametrize(
    ("name", "operation", "words"),
    [
        ("facebook", "debug-token", "does not say whether the token is valid"),
        ("youtube", "tokeninfo", "no audience or no scope"),
        ("x", "me", "the answer has no account: no reason"),
        ("linkedin", "introspect", "does not say whether the token is active"),
        ("linkedin", "userinfo", "no sub"),
        ("tiktok", "user", "no open_id"),
        ("youtube", "token", "the answer has no access_token"),
        ("x", "token", "the answer has no access_token"),
        ("tiktok", "token", "the answer has no access_token"),
    ],
)
async def test_an_empty_200_is_no_answer(name: str, operation: str, words: str) -> None:
    """The guard refuses it, and health does not know."""
    async with stage(name) as on:
        await on.play("empty_success", operation=operation)
        with pytest.raises(SemanticError, match=words):
            await on.service.check()
        judged = [fact.verdict.reason for fact in on.facts if isinstance(fact, AnswerJudged)]
    assert words in judged[0]


async def test_an_error_beside_nothing_is_told_by_its_title() -> None:
    """X puts errors into a 200 where the data should be."""
    async with stage("x") as on:
        await on.play("error_in_success", operation="me")
        with pytest.raises(SemanticError, match="no account: Not Found Error"):
            await on.service.check()


async def test_instagram_without_a_user_id_still_has_an_id() -> None:
    """The app-scoped id alone is another account than the one that was configured."""
    async with stage("instagram") as on:
        await on.play("empty_success", operation="me")
        with pytest.raises(SemanticError, match="no user_id"):
            await on.service.check()


@every_network
async def test_what_is_expired_and_cannot_be_renewed_is_told(network: Network) -> None:
    """A token that died needs people: an expired one, or a refresh token that is dead too."""
    seconds: dict[str, Any] = {"token_seconds": 100.0}
    if "REFRESH_TOKEN" in str(network.keys):
        seconds["refresh_seconds"] = 1000.0
    async with stage(network, **seconds) as on:
        await on.service.refresh()
        await asyncio.sleep(5000.0)
        report = await on.service.check()
    assert report.verdict.judgement == "fail", report
    assert report.verdict.method == "token_valid"


@every_network
async def test_a_refusal_of_the_token_is_answered_by_one_renewal(network: Network) -> None:
    """401 renews once where a refresh token is there; else it is a finding, not an exception."""
    async with stage(network) as on:
        await on.service.check()
        status = 400 if str(network) in ("facebook", "instagram") else 401
        code = {"facebook": "190/463", "instagram": "190/463"}.get(str(network))
        await on.play("error", status=status, code=code, operation=network.check, times=1)
        before = len(await on.requests())
        report = await on.service.check()
        sent = [operation for operation, _ in (await on.requests())[before:]]
    if network.keys.get(f"{str(network).upper()}_REFRESH_TOKEN"):
        assert report.verdict.judgement != "fail"
        assert sent[:3] == [network.check, network.renew, network.check]
    else:
        assert report.verdict.judgement == "fail"
        assert sent == [network.check]


@every_network
async def test_many_callers_share_one_renewal(network: Network) -> None:
    """However many ask at once, the network is asked once, and all get the same token."""
    async with stage(network) as on:
        await on.service.check()
        before = await on.service.access_token()
        count = [one for one, _ in await on.requests()].count(network.renew)
        await asyncio.gather(*(on.service.refresh() for _ in range(5)))
        tokens = {await on.service.access_token() for _ in range(3)}
        sent = [one for one, _ in await on.requests()]
    assert sent.count(network.renew) == count + 1
    assert len(tokens) == 1
    assert tokens != {before}


@every_network
async def test_a_token_is_renewed_before_it_expires(network: Network) -> None:
    """Whoever uses one never meets the moment it dies."""
    ahead = network.client.renew_ahead_seconds
    async with stage(network, token_seconds=ahead + 3600.0) as on:
        await on.service.refresh()
        first = await on.service.access_token()
        await asyncio.sleep(3000.0)
        assert await on.service.access_token() == first
        await asyncio.sleep(900.0)
        second = await on.service.access_token()
        assert second != first
        await asyncio.sleep(3900.0 - 0.5)
        await on.play("error", status=500, operation=network.renew)
        assert await on.service.access_token() == second, "what is due is not yet needed"


@every_network
@pytest.mark.parametrize(
    ("kind", "parameters", "error"),
    [
        ("error", {"status": 500}, Unavailable),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited),
        ("malformed", {"body": "html"}, ProtocolError),
    ],
)
async def test_an_outage_is_no_finding(
    network: Network, kind: str, parameters: dict[str, Any], error: type[HoldfastError]
) -> None:
    """A network that cannot be asked says nothing about a token: health is unknown."""
    async with stage(network) as on:
        await on.service.refresh()
        await on.play(kind, operation=network.check, **parameters)
        with pytest.raises(error):
            await on.service.check()
        health = await on.service.health()
    assert health.state == "unknown"
    assert str(network) in health.detail


@every_network
async def test_no_secret_is_seen_anywhere(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in a log of the HTTP library, an error, a fact, a report, a repr, or the journal."""
    caplog.set_level(logging.DEBUG)
    async with stage(network) as on:
        await on.service.refresh()
        report = await on.service.check()
        token = await on.service.access_token()
        await on.play("error", status=401, operation=network.check)
        refused = await on.service.check()
        tokens = await on.service._refresher.tokens()
        journal = await on.requests()
        seen = f"{report!r}{refused!r}{on.facts!r}{tokens!r}{journal!r}{on.access!r}{caplog.text}"
    for secret in (ACCESS, REFRESH, SECRET, token):
        assert secret not in seen, secret


@every_network
async def test_missing_keys_are_named(network: Network) -> None:
    """Each required variable that is empty, before anything is sent."""
    async with httpx2.AsyncClient() as http:
        with pytest.raises(ConfigurationError) as caught:
            network.client(http, {})
    assert str(caught.value) == f"set {' and '.join(network.integration.key_names)}"


def test_every_network_is_there() -> None:
    """Six, each with one kind of service."""
    assert sorted(BY_NAME) == ["facebook", "instagram", "linkedin", "tiktok", "x", "youtube"]
    assert {kind.name for n in NETWORKS for kind in n.integration.services} == {"social"}
