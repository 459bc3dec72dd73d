"""Prokerala's routes, tokens, credits and rate limit."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import parse_qs

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider, Respond
from holdfast.simulator.providers.prokerala import errors, spoiled
from holdfast.simulator.providers.prokerala.chart import birth_details, kundli, planet_positions
from holdfast.simulator.providers.prokerala.image import draw
from holdfast.simulator.providers.prokerala.parameters import (
    read_birth,
    read_drawing,
    read_planets,
)
from holdfast.simulator.providers.prokerala.tokens import Tokens
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

FORM = "application/x-www-form-urlencoded"
REFUSED_SECRET = "bad-key"  # noqa: S105 - the one that never works

COSTS = {"birth-details": 10, "planet-position": 10, "kundli": 20, "chart": 15}
"""Credits per call. The real prices belong to a plan; only that calls cost is documented."""


class Prokerala(Provider):
    """`/prokerala/token` and `/prokerala/v2/astrology/…`.

    The free plan is `Prokerala(requests_per_minute=5)`; a "Test" application is `sandbox=True`.
    """

    name: ClassVar[str] = "prokerala"

    def __init__(
        self,
        *,
        requests_per_minute: int = 6000,
        credit_limit: int = 10_000_000,
        token_seconds: int = 3600,
        sandbox: bool = False,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._window = Window(requests_per_minute, 60.0, clock)
        self._credits, self._token_seconds = credit_limit, token_seconds
        self._sandbox, self._clock, self._tokens = sandbox, clock, Tokens()
        positions = {
            "empty_success": spoiled.empty_positions,
            "incomplete_chart": spoiled.incomplete_positions,
            "contradicting_chart": spoiled.shifted_positions,
        }
        details = {
            "empty_success": spoiled.empty_data,
            "incomplete_chart": spoiled.incomplete_details,
        }
        self.operations = (
            Operation("token", "POST", "/token", self._token, {}, 120.0),
            self._chart("birth-details", self._details, details),
            self._chart("planet-position", self._positions, positions),
            self._chart("kundli", self._kundli, details),
            Operation("chart", "GET", "/v2/astrology/chart", self._image, spoiled.IMAGE, 220.0),
        )

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """The documented error for *status*."""
        detail = errors.DETAILS.get(status, f"The request could not be served ({status}).")
        text = detail.format(requests=self._window.limit)
        return errors.error(call, status, text, code or next(iter(self.codes(status)), None))

    def codes(self, status: int) -> tuple[str, ...]:
        """1001, 1002 and 1004 for 400; 643 for 401."""
        return errors.CODES.get(status, ())

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return errors.error(call, 404, f"No route found for {call.method} {call.path[:200]}.")

    def _chart(
        self, name: str, respond: Callable[[Call], dict[str, Any]], twists: dict[str, Any]
    ) -> Operation:
        path = f"/v2/astrology/{name}"
        return Operation(name, "GET", path, self._charged(respond, COSTS[name]), twists, 180.0)

    def _image(self, call: Call) -> Answer:
        self._admit(call, COSTS["chart"])
        birth = read_birth(call, sandbox=self._sandbox)
        drawn = draw(birth, *read_drawing(call)).encode()
        self._credits -= COSTS["chart"]
        headers = {"X-Api-Credits": str(COSTS["chart"])}
        return Answer(media_type="image/svg+xml", headers=headers, parts=(drawn,))

    def _charged(self, respond: Callable[[Call], dict[str, Any]], cost: int) -> Respond:
        def answer(call: Call) -> Answer:
            self._admit(call, cost)
            data = respond(call)
            self._credits -= cost
            headers = {"X-Api-Credits": str(cost)}
            return Answer(headers=headers, document={"status": "ok", "data": data})

        return answer

    def _admit(self, call: Call, cost: int) -> None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        good = self._tokens.good(token.strip(), self._clock.wall())
        if scheme.lower() != "bearer" or not good:
            raise Refused(self.error(call, 401))
        if not self._window.take():
            raise Refused(self.error(call, 429))
        if self._credits < cost:
            raise Refused(self.error(call, 403))

    def _details(self, call: Call) -> dict[str, Any]:
        return birth_details(read_birth(call, sandbox=self._sandbox))

    def _positions(self, call: Call) -> dict[str, Any]:
        return planet_positions(read_birth(call, sandbox=self._sandbox), read_planets(call))

    def _kundli(self, call: Call) -> dict[str, Any]:
        return kundli(read_birth(call, sandbox=self._sandbox))

    def _token(self, call: Call) -> Answer:
        form = _form(call)
        if form["grant_type"] != "client_credentials":
            raise errors.invalid(call, "grant_type", "use client_credentials")
        if form["client_secret"] == REFUSED_SECRET:
            text = "Client authentication failed."
            raise Refused(errors.error(call, 401, text))
        now = int(self._clock.wall())
        claims = {
            "aud": form["client_id"],
            "jti": call.token(32, "jti", "0123456789abcdef"),
            "iat": now,
            "exp": now + self._token_seconds,
            "credits_remaining": self._credits,
            "rate_limits": [{"rate": self._window.limit, "interval": 60}],
            "is_sandbox": self._sandbox,
            "scopes": ["astrology"],
        }
        token = self._tokens.issue(claims)
        grant = {"access_token": token, "token_type": "Bearer", "expires_in": self._token_seconds}
        return Answer(document=grant)


def _form(call: Call) -> dict[str, str]:
    """The credentials, which belong into a form body and never into the query."""
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise errors.invalid(call, "grant_type", f"send the credentials as {FORM}")
    given = parse_qs(call.body.decode(errors="replace"))
    names = ("grant_type", "client_id", "client_secret")
    for name in names:
        if name not in given:
            raise errors.missing(call, name)
    return {name: given[name][0] for name in names}
