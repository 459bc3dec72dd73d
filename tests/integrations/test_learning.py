"""What an integration's guards learn from answers, and what they share."""

from dataclasses import replace

import pytest

from holdfast.errors import LimitReached, TimedOut, Unavailable
from holdfast.guard.controls import Controls, budget_of, limiter_of, rate_of
from holdfast.guard.options import GuardOptions
from holdfast.integrations.guards import guards_of
from holdfast.integrations.library import Library
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.prokerala import PROKERALA
from holdfast.integrations.transport_httpx import LIBRARY as HTTPX
from holdfast.integrations.transport_httpx2 import LIBRARY as HTTPX2
from holdfast.resilience.keyed import KeyedOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions
from tests.integrations.guarded import QUICK, guarded, served
from tests.integrations.loopback import Received, Reply

IMPATIENT = replace(
    QUICK, retry=None, limiter=LimiterOptions(calls=1000, burst=1000, max_wait_seconds=0.0)
)
MODELS = b'{"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model"}]}'
STREAM = {"json": {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}}


def used_up(status: int) -> dict[str, str]:
    """Headers that say: none left for 90 s."""
    retry_after = {"retry_after": "1"} if status == 429 else {}
    told = {"x_ratelimit_remaining_tokens": "0", "x_ratelimit_reset_tokens": "1m30s"}
    return {**told, **retry_after}


@pytest.mark.real_time
@pytest.mark.parametrize("library", ["httpx2", "httpx"])
@pytest.mark.parametrize("status", [200, 400, 429, 500])
async def test_none_left_until_then_holds_every_operation(status: int, library: str) -> None:
    """Whatever the answer was, the next call of any operation is refused here, with the time."""

    async def script(_: Received, reply: Reply) -> None:
        await reply.whole(status, MODELS, **used_up(status))

    async with served(OPENAI, script, options=IMPATIENT, library=library) as client:
        assert (await client.http.get("models")).status_code == status
        with pytest.raises(LimitReached) as refusal:
            await client.http.get("models/m")
    assert refusal.value.retry_in_seconds == pytest.approx(90.0, abs=5.0)
    assert len(client.received) == 1


@pytest.mark.real_time
async def test_a_stream_teaches_before_its_first_item() -> None:
    """The headers are known when it opens: nobody else need run into the limit meanwhile."""

    async def script(_: Received, reply: Reply) -> None:
        await reply.begin(**used_up(200))
        await reply.chunk(b"data: [DONE]\n\n")
        await reply.chunk(b"")

    async with (
        served(OPENAI, script, options=IMPATIENT) as client,
        client.http.stream("POST", "chat/completions", **STREAM),
    ):
        with pytest.raises(LimitReached):
            await client.http.get("models")


@pytest.mark.real_time
async def test_what_is_left_is_no_reason_to_wait() -> None:
    """Only a limit that is used up holds anybody."""

    async def script(_: Received, reply: Reply) -> None:
        await reply.whole(
            200, MODELS, x_ratelimit_remaining_requests="1", x_ratelimit_reset_requests="9s"
        )

    async with served(OPENAI, script, options=IMPATIENT) as client:
        for _ in range(3):
            await client.http.get("models")


@pytest.mark.real_time
async def test_a_key_learns_for_itself() -> None:
    """With *told_for_key* a used up limit holds only calls like the one that was told."""
    keyed = KeyedOptions(key=lambda asked: asked.path, calls=1000, burst=1000, told_for_key=True)
    limiter = replace(IMPATIENT.limiter or LimiterOptions(), keyed=keyed)

    async def script(_: Received, reply: Reply) -> None:
        await reply.whole(200, MODELS, **used_up(200))

    async with served(OPENAI, script, options=replace(IMPATIENT, limiter=limiter)) as client:
        await client.http.get("models/m")
        await client.http.get("models/n")
        with pytest.raises(LimitReached):
            await client.http.get("models/m")


UNSAFE = replace(QUICK, retry=RetryOptions(retries=1, first_wait_seconds=0.0, safe=False))


@pytest.mark.real_time
@pytest.mark.parametrize("library", ["httpx2", "httpx"])
async def test_what_never_connected_is_safe_to_repeat(library: str) -> None:
    """A refused connection did nothing: even an unsafe operation is tried again."""
    address = "http://127.0.0.1:9/v1"  # nobody listens there
    async with guarded(OPENAI, address, options=UNSAFE, library=library) as client:
        with pytest.raises(Unavailable) as failure:
            await client.http.get("models")
    assert (failure.value.is_ambiguous, client.call.attempts) == (False, 2)


@pytest.mark.real_time
async def test_an_unsafe_operation_cut_off_after_sending_is_ambiguous() -> None:
    """It is not repeated, and the reason says that it may have been done."""

    async def script(_: Received, reply: Reply) -> None:
        reply.writer.close()

    async with served(OPENAI, script, options=UNSAFE) as client:
        with pytest.raises(Unavailable) as failure:
            await client.http.get("models")
    assert (failure.value.is_ambiguous, client.call.attempts) == (True, 1)
    assert (client.call.reason or "").endswith("(it may have been done all the same)")


@pytest.mark.parametrize("library", [HTTPX, HTTPX2], ids=["httpx", "httpx2"])
def test_a_connection_not_made_in_time_did_nothing(library: Library) -> None:
    """A time-out while connecting is told from one while waiting for the answer."""
    failures = []
    for slow in (library.not_connected[1]("slow"), library.too_slow("slow")):
        with pytest.raises(TimedOut) as failure, library.sending("sun"):
            raise slow
        failures.append(failure.value.effect)
    assert failures == ["none", "unknown"]


def test_all_operations_share_one_retry_budget() -> None:
    """It is the integration that is down, whichever operation finds out."""
    guards = guards_of(OPENAI, GuardOptions(), controls=Controls())
    assert len({id(budget_of(guard)) for guard in guards.values()}) == 1
    (off,) = {
        budget_of(guard)
        for guard in guards_of(
            OPENAI, GuardOptions(retry=RetryOptions(budget=None)), controls=Controls()
        ).values()
    }
    assert off is None


def test_an_operation_may_have_a_rate_of_its_own() -> None:
    """The named one has it instead of the common one; all others still share that."""
    own = LimiterOptions(calls=3)
    guards = guards_of(PROKERALA, GuardOptions(), controls=Controls(), limits={"token": own})
    rates = {name: rate_of(guard) for name, guard in guards.items()}
    mine = rates.pop("token")
    assert mine is not None
    assert mine.options is own
    assert len({id(rate) for rate in rates.values()}) == 1
    assert limiter_of(guards["token"]) is not limiter_of(guards["other"])


def test_a_rate_for_an_unknown_operation_is_an_error() -> None:
    """A misspelt name must not silently leave an operation without its limit."""
    with pytest.raises(KeyError, match="sing"):
        guards_of(OPENAI, GuardOptions(), controls=Controls(), limits={"sing": LimiterOptions()})
