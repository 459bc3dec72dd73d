"""Birth charts through the guarded client, against the simulator on a real port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    ProtocolError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    Unavailable,
)
from holdfast.integrations.prokerala import PROKERALA
from holdfast.integrations.prokerala_client import Prokerala
from holdfast.integrations.prokerala_records import Birth
from holdfast.simulator import running
from holdfast.simulator.providers.prokerala.provider import Prokerala as Simulated
from holdfast.validation.chart import judge_agreement
from tests.integrations.guarded import Watched, guarded

pytestmark = pytest.mark.real_time

REFUSED = "bad-key"
BIRTH = Birth(datetime.fromisoformat("1990-05-17T08:20:00+05:30"), 10.2, 78.1)


class Stage:
    """The client, what is under it, and the simulator's switches."""

    def __init__(self, prokerala: Prokerala, client: Watched, url: str) -> None:
        self.prokerala, self.client, self._url = prokerala, client, url

    async def play(self, kind: str, **parameters: Any) -> None:
        """Start a scenario."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            document = {"kind": kind, **parameters}
            answer = await http.put(f"{self._url}/_scenarios/prokerala", json=document)
        assert answer.status_code == 200

    @property
    def operations(self) -> list[tuple[str, str]]:
        """Operation and outcome of every call."""
        return [(call.origin.operation, call.outcome) for call in self.client.calls]


@asynccontextmanager
async def stage(
    simulated: Simulated | None = None, *, refused: bool = False
) -> AsyncIterator[Stage]:
    """A stage, cleared away at the end."""
    async with (
        running(providers=[simulated or Simulated()]) as url,
        guarded(PROKERALA, f"{url}/prokerala", ours=True) as client,
    ):
        yield Stage(Prokerala(client.http, "client", REFUSED if refused else "s3cret"), client, url)


async def test_a_chart_is_fetched_judged_and_typed() -> None:
    """Details and positions agree, cost credits, and share one token."""
    async with stage() as on:
        details = await on.prokerala.birth_details(BIRTH)
        positions = await on.prokerala.planet_positions(BIRTH)
    assert details.nakshatra.pada in range(1, 5)
    assert [planet.name for planet in positions.planets][:2] == ["Sun", "Moon"]
    assert judge_agreement(details.data, positions.data).judgement == "pass"
    assert on.operations == [
        ("token", "succeeded"),
        ("birth-details", "succeeded"),
        ("planet-position", "succeeded"),
    ]
    costs = [call.usage.amount for call in on.client.calls if call.usage]
    assert costs == [0.0, 10.0, 10.0]


async def test_named_planets_are_expected_and_no_others() -> None:
    """What was asked for is what a complete answer means."""
    async with stage() as on:
        positions = await on.prokerala.planet_positions(BIRTH, planets=(0, 1, 9))
    assert [planet.id for planet in positions.planets] == [0, 1, 9]


async def test_many_callers_share_one_token() -> None:
    """A token is fetched once, however many need it at the same time."""
    async with stage() as on:
        await asyncio.gather(*(on.prokerala.birth_details(BIRTH) for _ in range(5)))
    assert on.operations.count(("token", "succeeded")) == 1


async def test_a_token_the_provider_forgot_is_fetched_once_more() -> None:
    """A 401 with a cached token costs one new token, and the caller does not notice."""
    async with stage() as on:
        await on.prokerala.birth_details(BIRTH)
        await on.play("error", status=401, code="643", times=1)
        await on.prokerala.birth_details(BIRTH)
    assert on.operations[2:] == [
        ("birth-details", "failed"),
        ("token", "succeeded"),
        ("birth-details", "succeeded"),
    ]


async def test_wrong_credentials_are_told_without_them() -> None:
    """The error names the class; neither it nor any fact holds the secret."""
    async with stage(refused=True) as on:
        with pytest.raises(AuthenticationError, match="prokerala answered 401") as caught:
            await on.prokerala.birth_details(BIRTH)
    assert REFUSED not in f"{caught.value!r} {on.client.facts}"


@pytest.mark.parametrize(
    ("kind", "parameters", "error", "words"),
    [
        ("error", {"status": 500}, Unavailable, "prokerala answered 500"),
        ("error", {"status": 403}, QuotaExhausted, "insufficient credits"),
        ("error", {"status": 400, "code": "1004"}, InvalidRequest, "prokerala answered 400: 1004"),
        ("rate_limited", {"retry_after_seconds": 30}, RateLimited, "rate limit"),
        ("empty_success", {}, SemanticError, "no planets, 10 expected"),
        ("incomplete_chart", {}, SemanticError, "planets are missing|is at degree"),
        ("malformed", {}, ProtocolError, "not JSON"),
    ],
)
async def test_each_outage_is_one_clear_error(
    kind: str, parameters: dict[str, Any], error: type[HoldfastError], words: str
) -> None:
    """What the provider does wrong has a class and a reason."""
    async with stage() as on:
        await on.prokerala.birth_details(BIRTH)
        await on.play(kind, operation="planet-position", **parameters)
        with pytest.raises(error, match=words):
            await on.prokerala.planet_positions(BIRTH)


async def test_the_rate_limit_sentence_tells_the_wait() -> None:
    """No header says how long; "per 60 seconds" does, and it is not waited for."""
    async with stage(Simulated(requests_per_minute=1)) as on:
        await on.prokerala.birth_details(BIRTH)
        with pytest.raises(RateLimited) as caught:
            await on.prokerala.birth_details(BIRTH)
    assert caught.value.retry_after_seconds == 60.0


@pytest.mark.parametrize(
    ("moment", "latitude", "longitude", "words"),
    [
        (datetime(1990, 5, 17, 8, 20), 10.2, 78.1, "needs the offset"),  # noqa: DTZ001
        (datetime(1990, 5, 17, tzinfo=UTC), 91.0, 0.0, "got 91.0, 0.0"),
        (datetime(1990, 5, 17, tzinfo=UTC), 0.0, -181.0, "got 0.0, -181.0"),
    ],
)
def test_an_impossible_birth_is_refused(
    moment: datetime, latitude: float, longitude: float, words: str
) -> None:
    """A birth without an offset, or off the globe, never becomes a request."""
    with pytest.raises(InputRefused, match=words):
        Birth(moment, latitude, longitude)


async def test_missing_credentials_name_the_variables() -> None:
    """An empty id or secret is told before anything is sent."""
    async with httpx2.AsyncClient() as http:
        with pytest.raises(ConfigurationError, match="PROKERALA_CLIENT_SECRET"):
            Prokerala(http, "id", " ")
