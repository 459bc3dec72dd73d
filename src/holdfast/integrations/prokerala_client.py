"""Birth charts from Prokerala, through the guards of its client."""

from collections.abc import Collection
from typing import Any

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import AuthenticationError, ConfigurationError
from holdfast.integrations.access_token import AccessToken, Grant
from holdfast.integrations.prokerala import BIRTH_DETAILS, PLANET_POSITION, TOKEN
from holdfast.integrations.prokerala_records import (
    Ayanamsa,
    Birth,
    BirthDetails,
    PlanetPositions,
    birth_details,
    planet_positions,
)


class Prokerala:
    """Speaks through *http*: ``http_client(PROKERALA, ..., raise_provider_errors=True)``.

    The access token is fetched once for all callers, renewed before it expires, and once more
    when the provider says that it does not know it (any longer).
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

    async def birth_details(
        self, birth: Birth, *, ayanamsa: int = Ayanamsa.LAHIRI, language: str = "en"
    ) -> BirthDetails:
        """The Moon's mansion and the signs; raises `HoldfastError`."""
        return birth_details(await self._get(BIRTH_DETAILS, _query(birth, ayanamsa, language)))

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
        return planet_positions(await self._get(PLANET_POSITION, query))

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        token = await self._token.get()
        try:
            return await self._get_with(token, path, query)
        except AuthenticationError:
            self._token.refuse(token)
            return await self._get_with(await self._token.get(), path, query)

    async def _get_with(self, token: str, path: str, query: dict[str, str]) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"}
        answer = await self._http.get(path, params=query, headers=headers)
        data: dict[str, Any] = answer.json()["data"]
        return data

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
