"""Birth charts from Prokerala, through the guards of its client."""

from collections.abc import Collection
from typing import Any, Literal, Self

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import AuthenticationError, ConfigurationError
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.access_token import AccessToken, Grant
from holdfast.integrations.free_check import free_check
from holdfast.integrations.prokerala import BIRTH_DETAILS, CHART, KUNDLI, PLANET_POSITION, TOKEN
from holdfast.integrations.prokerala_births import Births, Half
from holdfast.integrations.prokerala_records import (
    Ayanamsa,
    Birth,
    BirthChart,
    BirthDetails,
    ChartImage,
    Kundli,
    PlanetPositions,
    birth_details,
    kundli,
    planet_positions,
)
from holdfast.integrations.prokerala_token import Account, account

ChartStyle = Literal["north-indian", "south-indian", "east-indian"]


class Prokerala:
    """Speaks through *http*: ``http_client(PROKERALA, ..., raise_provider_errors=True)``.

    The access token is fetched once for all callers, renewed before it expires, and once more
    when the provider says that it does not know it (any longer). Answers about one birth must
    agree: what was told of the last births is remembered, and disagreement is a `SemanticError`.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        client_id: str,
        client_secret: str,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if not client_id.strip() or not client_secret.strip():
            raise ConfigurationError("set PROKERALA_CLIENT_ID and PROKERALA_CLIENT_SECRET")
        self._http, self._credentials = http, (client_id, client_secret)
        self._token = AccessToken(self._fetch_token, clock)
        self._births = Births()

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        keys = access.keys
        return cls(
            access.http,
            keys.get("PROKERALA_CLIENT_ID", ""),
            keys.get("PROKERALA_CLIENT_SECRET", ""),
            access.clock,
        )

    async def birth_chart(
        self, birth: Birth, *, ayanamsa: int = Ayanamsa.LAHIRI, language: str = "en"
    ) -> BirthChart:
        """Details and positions, which agree with each other; raises `HoldfastError`."""
        details = await self.birth_details(birth, ayanamsa=ayanamsa, language=language)
        positions = await self.planet_positions(birth, ayanamsa=ayanamsa, language=language)
        return BirthChart(details, positions)

    async def birth_details(
        self, birth: Birth, *, ayanamsa: int = Ayanamsa.LAHIRI, language: str = "en"
    ) -> BirthDetails:
        """The Moon's mansion and the signs; raises `HoldfastError`."""
        query = _query(birth, ayanamsa, language)
        data = await self._get_half(BIRTH_DETAILS, query, "details")
        self._births.remember(query, "details", data)
        return birth_details(data)

    async def planet_positions(
        self,
        birth: Birth,
        *,
        ayanamsa: int = Ayanamsa.LAHIRI,
        language: str = "en",
        planets: Collection[int] = (),
    ) -> PlanetPositions:
        """Where *planets* (ids; default: the ten classical ones) stood; raises `HoldfastError`."""
        query = _query(birth, ayanamsa, language)
        if planets:
            query["planets"] = ",".join(str(number) for number in planets)
        data = await self._get_half(PLANET_POSITION, query, "positions")
        if not planets:
            self._births.remember(query, "positions", data)
        return planet_positions(data)

    async def kundli(
        self, birth: Birth, *, ayanamsa: int = Ayanamsa.LAHIRI, language: str = "en"
    ) -> Kundli:
        """Birth details, the dosha of Mars and the yogas; raises `HoldfastError`."""
        query = _query(birth, ayanamsa, language)
        data = await self._get_half(KUNDLI, query, "details")
        self._births.remember(query, "details", data["nakshatra_details"])
        return kundli(data)

    async def chart(
        self,
        birth: Birth,
        *,
        chart_type: str = "rasi",
        chart_style: ChartStyle = "north-indian",
        ayanamsa: int = Ayanamsa.LAHIRI,
        language: str = "en",
    ) -> ChartImage:
        """The chart as SVG that is safe to show (rasi, navamsa, lagna, ...)."""
        how = {"chart_type": chart_type, "chart_style": chart_style, "format": "svg"}
        answer = await self._get(CHART, {**_query(birth, ayanamsa, language), **how})
        return ChartImage(answer.text, chart_type, chart_style)

    async def account(self) -> Account:
        """Credits and limits, as a new token tells them; free of charge."""
        return account(await self._token.renew())

    async def health(self) -> ServiceHealth:
        """Whether a token is granted, and credits are left; free of charge."""
        return await free_check("token", self._look)

    async def _look(self) -> ServiceHealth:
        found = await self.account()
        left = found.credits_remaining
        if left is None:
            return ServiceHealth("healthy", "token", "the token does not tell the credits")
        sandbox = " (sandbox: births on 1 January only)" if found.is_sandbox else ""
        state: Literal["healthy", "unhealthy"] = "healthy" if left > 0 else "unhealthy"
        return ServiceHealth(state, "token", f"{left:,.10g} credits are left{sandbox}")

    async def _get_half(self, path: str, query: dict[str, str], half: Half) -> dict[str, Any]:
        with self._births.compared(query, half):
            data: dict[str, Any] = (await self._get(path, query)).json()["data"]
        return data

    async def _get(self, path: str, query: dict[str, str]) -> httpx2.Response:
        token = await self._token.get()
        try:
            return await self._get_with(token, path, query)
        except AuthenticationError:
            self._token.refuse(token)
            return await self._get_with(await self._token.get(), path, query)

    async def _get_with(self, token: str, path: str, query: dict[str, str]) -> httpx2.Response:
        headers = {"authorization": f"Bearer {token}"}
        return await self._http.get(path, params=query, headers=headers)

    async def _fetch_token(self) -> Grant:
        client_id, client_secret = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        grant = (await self._http.post(TOKEN, data=form)).json()
        return Grant(grant["access_token"], float(grant["expires_in"]))


def _query(birth: Birth, ayanamsa: int, language: str) -> dict[str, str]:
    """Everything as text: the HTTP library encodes the offset's ``+`` as ``%2B``."""
    return {
        "ayanamsa": str(int(ayanamsa)),
        "coordinates": f"{birth.latitude:.6f},{birth.longitude:.6f}",
        "datetime": birth.moment.isoformat(timespec="seconds"),
        "la": language,
    }
