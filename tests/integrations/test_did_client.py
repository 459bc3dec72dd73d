"""Talking avatars through the guarded client, against D-ID's double."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    ContentRejected,
    DeadlineExceeded,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    PermissionDenied,
    ProtocolError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    Unavailable,
)
from holdfast.events import CallFinished
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.did import DID
from holdfast.integrations.did_client import Did
from holdfast.integrations.did_records import Voice
from holdfast.integrations.polling import Polling
from holdfast.simulator.providers import Did as Double
from tests.integrations.simulated import Simulated, simulated

KEY = "bWVAZXhhbXBsZS5vcmc=:s3cretkey"
FACE = "https://example.org/face.jpg"
VOICE = Voice(voice_id="en-US-JennyNeural", language="en-US")
TEXT = "Sit quietly, and watch the breath as it comes and goes."
PATIENCE = Polling(deadline_seconds=60.0)


@asynccontextmanager
async def stage(key: str = KEY, **options: Any) -> AsyncIterator[Simulated[Did]]:
    """The client over a double with these *options*."""
    keys = {"DID_API_KEY": key}
    async with simulated(DID, lambda c: Double(clock=c, **options), Did.over, keys) as on:
        yield on


async def test_a_text_becomes_a_film_that_can_be_fetched() -> None:
    """Credits, create, looks until it is done, and the beginning of the film."""
    async with stage(render_seconds=6.0) as on:
        film = await on.service.video(TEXT, FACE, VOICE)
        sent = await on.requests()
    assert film.content_type == "video/mp4"
    assert film.size_bytes > 40_000
    assert film.duration_seconds == round(len(TEXT) / 15, 2)
    assert sent == [
        ("credits", 200), ("create", 201),
        ("talk", 200), ("talk", 200), ("talk", 200), ("talk", 200), ("talk", 200), ("film", 206),
    ]  # fmt: skip


async def test_a_job_is_followed_from_created_over_started_to_done() -> None:
    """Each look tells where it is; only the last has a link."""
    async with stage(render_seconds=8.0) as on:
        begun = await on.service.create(TEXT, FACE, VOICE)
        seen = [begun.status]
        for seconds in (3.0, 6.0):
            await asyncio.sleep(seconds)
            now = await on.service.talk(begun.id)
            seen.append(now.status)
    assert seen == ["created", "started", "done"]
    assert now.result_url is not None


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("failed_job", SemanticError, "the talk failed: 'InternalServerError'"),
        ("rejected_job", ContentRejected, "the talk ended as rejected"),
        ("empty_success", SemanticError, "there is no result_url"),
        ("stuck_job", DeadlineExceeded, "not ready after 60 s"),
    ],
)
async def test_a_job_that_fails_with_200_is_a_failure(
    kind: str, error: type[HoldfastError], words: str
) -> None:
    """HTTP says 200 and we say no; a failed job is not asked for twice."""
    async with stage() as on:
        begun = await on.service.create(TEXT, FACE, VOICE)
        await on.play(kind, operation="talk")
        with pytest.raises(error, match=words):
            await on.service.finished(begun.id, PATIENCE)
        looks = (await on.requests()).count(("talk", 200))
    assert looks == {"failed_job": 1, "rejected_job": 1}.get(kind, looks)


async def test_a_page_in_place_of_the_film_is_refused() -> None:
    """200 and text/html is no film."""
    async with stage() as on:
        begun = await on.service.create(TEXT, FACE, VOICE)
        done = await on.service.finished(begun.id, PATIENCE)
        await on.play("empty_success", operation="film")
        with pytest.raises(SemanticError, match="the film is text/html"):
            await on.service.film(done)


async def test_a_created_talk_without_id_is_refused_and_not_created_again() -> None:
    """201 without an id: what was created is done, so nothing is repeated."""
    async with stage() as on:
        await on.play("empty_success", operation="create")
        with pytest.raises(SemanticError, match="the new talk has the id ''"):
            await on.service.create(TEXT, FACE, VOICE)
        assert await on.requests() == [("create", 201)]


async def test_credits_without_a_number_are_refused() -> None:
    """200 without the one thing that was asked for."""
    async with stage() as on:
        await on.play("empty_success", operation="credits")
        with pytest.raises(SemanticError, match="remaining is None"):
            await on.service.credits()
        assert (await on.service.health()).state == "unhealthy"


async def test_a_lost_answer_is_told_as_such_and_the_talk_can_be_found() -> None:
    """A gateway gave up although the job was created: never blindly again."""
    async with stage() as on:
        await on.play("lost_answer", operation="create", times=1)
        with pytest.raises(Unavailable, match="may have been done all the same") as caught:
            await on.service.create(TEXT, FACE, VOICE, correlation="order-7")
        found = await on.service.find("order-7")
        nothing = await on.service.find("order-8")
        sent = await on.requests()
    assert caught.value.is_ambiguous
    assert caught.value.__notes__ == ["look for it with find('order-7') before creating it again"]
    assert found is not None
    assert found.user_data == "order-7"
    assert nothing is None
    assert sent.count(("create", 504)) == 1


async def test_a_link_that_has_expired_is_asked_for_once_more() -> None:
    """The file host says 403; the talk has a fresh link."""
    async with stage(film_link_seconds=100.0) as on:
        begun = await on.service.create(TEXT, FACE, VOICE)
        done = await on.service.finished(begun.id, PATIENCE)
        await asyncio.sleep(200.0)
        film = await on.service.film(done)
        assert film.size_bytes > 40_000
        assert (await on.requests())[-3:] == [("film", 403), ("talk", 200), ("film", 206)]


async def test_a_film_that_is_gone_is_told() -> None:
    """When even the same second's link does not open it, that is the answer."""
    async with stage() as on:
        begun = await on.service.create(TEXT, FACE, VOICE)
        done = await on.service.finished(begun.id, PATIENCE)
        await on.play("error", status=403, operation="film")
        with pytest.raises(PermissionDenied):
            await on.service.film(done)


async def test_used_up_credits_are_seen_before_anything_is_created() -> None:
    """No credits, no job; and health says so."""
    async with stage(credit_limit=1) as on:
        await on.service.video(TEXT, FACE, VOICE)
        with pytest.raises(QuotaExhausted, match="0 credits left, a talk needs 1"):
            await on.service.video(TEXT, FACE, VOICE)
        with pytest.raises(QuotaExhausted, match="402: InsufficientCreditsError"):
            await on.service.create(TEXT, FACE, VOICE)
        assert await on.service.health() == ServiceHealth(
            "unhealthy", "credits", "0 credits are left"
        )


async def test_health_is_the_credits_and_costs_none() -> None:
    """Healthy with what is left; an account without any plan (404) has none."""
    async with stage(credit_limit=40) as on:
        assert await on.service.health() == ServiceHealth(
            "healthy", "credits", "40 credits are left"
        )
        await on.play("error", status=404, operation="credits")
        assert (await on.service.credits()).remaining == 0.0
        await on.play("error", status=500, operation="credits")
        assert (await on.service.health()).detail.startswith("did answered 500: Internal")
    usages = [fact.usage for fact in on.facts if isinstance(fact, CallFinished) and fact.usage]
    assert [(usage.amount, usage.remaining) for usage in usages] == [(0.0, 40.0)]


@pytest.mark.parametrize(
    ("kind", "parameters", "error"),
    [
        ("error", {"status": 400}, InvalidRequest),
        ("error", {"status": 401}, AuthenticationError),
        ("error", {"status": 402}, QuotaExhausted),
        ("error", {"status": 451}, ContentRejected),
        ("error", {"status": 500}, Unavailable),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited),
        ("malformed", {}, ProtocolError),
    ],
)
async def test_each_outage_is_one_clear_error(
    kind: str, parameters: dict[str, Any], error: type[HoldfastError]
) -> None:
    """What D-ID does wrong has a class."""
    async with stage() as on:
        await on.play(kind, operation="talks", **parameters)
        with pytest.raises(error):
            await on.service.find("order-7")


async def test_what_cannot_succeed_is_refused_before_it_is_sent() -> None:
    """A blank text never leaves; a text that is too short is D-ID's to refuse."""
    async with stage() as on:
        with pytest.raises(InputRefused, match="create needs a text"):
            await on.service.create("  ", FACE, VOICE)
        with pytest.raises(InvalidRequest, match="3 to 40000 characters"):
            await on.service.create("Om", FACE, VOICE)
        with pytest.raises(SemanticError, match="no film yet"):
            await on.service.film(await on.service.create(TEXT, FACE, VOICE))


async def test_a_refused_key_is_told_without_it() -> None:
    """Neither the error nor a fact nor a repr holds the key or a signed link."""
    async with stage("bad-key") as on:
        with pytest.raises(AuthenticationError, match="did answered 401: AuthorizationError") as no:
            await on.service.credits()
        assert "bad-key" not in f"{no.value!r} {on.facts} {on.access!r}"
    async with stage() as on:
        film = await on.service.video(TEXT, FACE, VOICE)
        assert "Signature" not in f"{film!r} {on.facts}"


async def test_how_the_key_is_sent_is_a_setting() -> None:
    """Raw, or encoded once more; anything else is told."""
    async with stage() as on:
        http = on.access.http
        assert Did(http, KEY)._headers == {"authorization": f"Basic {KEY}"}
        again = Did(http, KEY, encoding="base64")._headers["authorization"]
        assert base64.b64decode(again.removeprefix("Basic ")).decode() == KEY
        with pytest.raises(
            ConfigurationError, match="DID_KEY_ENCODING is 'hex'; use raw or base64"
        ):
            Did(http, KEY, encoding="hex")
        with pytest.raises(ConfigurationError, match="set DID_API_KEY"):
            Did(http, " ")
