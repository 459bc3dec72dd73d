"""What one network alone does with credentials."""

from typing import Any

import pytest

from holdfast.errors import AuthenticationError, LimitReached
from holdfast.integrations.access import ServiceHealth
from tests.integrations.networks import stage


async def test_a_refusal_of_the_refresh_token_may_come_with_200() -> None:
    """TikTok's token endpoint answers 200 and means invalid_grant."""
    async with stage("tiktok") as on:
        await on.play("error_in_success", operation="token")
        report = await on.service.check()
    assert report.verdict.reason == "tiktok answered 200: invalid_grant"
    assert report.verdict.judgement == "fail"


async def test_what_nobody_tells_is_a_warning() -> None:
    """Instagram does not tell scopes; without a setting they are unknown, which is not good."""
    async with stage("instagram", keys={"INSTAGRAM_SCOPES": ""}) as on:
        report = await on.service.check()
    assert report.verdict.judgement == "warn"
    assert "tells the token's scopes" in report.verdict.reason


async def test_posting_for_an_organization_needs_its_own_scope() -> None:
    """LinkedIn: w_organization_social in place of w_member_social."""
    async with stage("linkedin", keys={"LINKEDIN_ORGANIZATION_ID": "77"}) as on:
        assert (await on.service.check()).verdict.judgement == "pass"
        await on.play("missing_scope")
        assert "lacks w_organization_social" in (await on.service.check()).verdict.reason


async def test_linkedin_without_a_refresh_token_needs_people() -> None:
    """Most apps get none."""
    async with stage("linkedin", keys={"LINKEDIN_REFRESH_TOKEN": ""}) as on:
        with pytest.raises(AuthenticationError, match="gave no refresh token: sign in again"):
            await on.service.refresh()


async def test_a_public_client_of_x_sends_its_id_in_the_form() -> None:
    """Without a secret there is no header."""
    async with stage("x", keys={"X_CLIENT_SECRET": ""}) as on:
        await on.service.refresh()
        assert await on.requests() == [("token", 200)]


async def test_health_asks_for_nothing_that_costs_quota() -> None:
    """The channel of a check costs a unit of YouTube's day; health leaves it out."""
    async with stage("youtube") as on:
        assert await on.service.health() == ServiceHealth("healthy", "token")
        assert "channels" not in [operation for operation, _ in await on.requests()]


async def test_a_used_up_limit_is_learned_from_the_headers_of_the_last_call() -> None:
    """X tells a moment, Facebook minutes: the next call is not even sent."""
    for name, limit, operation, seconds in (
        ("x", {"calls_per_15_minutes": 1}, "me", 900.0),
        ("facebook", {"calls_per_hour": 1}, "debug-token", 3600.0),
    ):
        options: dict[str, Any] = limit
        async with stage(name, **options) as on:
            await on.service.check()
            assert (await on.service.health()).state == "unknown"
            with pytest.raises(LimitReached) as told:
                await on.service.check()
            asked = [one for one in await on.requests() if one[0] == operation]
        assert asked == [(operation, 200)]
        assert told.value.retry_in_seconds == pytest.approx(seconds, abs=1.0)
