"""Deepgram's routes, key, money and headers."""

from collections.abc import Mapping
from typing import ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider, Respond, SocketOperation
from holdfast.simulator.providers.deepgram import errors, listen, live, speak
from holdfast.simulator.providers.deepgram.options import read_options
from holdfast.simulator.talk import CutShort, Talk
from holdfast.simulator.wire import Answer, Call

BAD_KEY = "bad-key"
"""The one key that is not accepted."""

QUIET_SECONDS = 10.0
PROJECT = "11111111-2222-4333-8444-555555555555"
_SCHEMES = ("token", "bearer")


class Deepgram(Provider):
    """`/deepgram/v1/…`, and `/deepgram/v1/listen` as a WebSocket.

    *balance*: the dollars that are left; without any, everything costs 402. *quiet_seconds*: how
    long a live client may say nothing.
    """

    name: ClassVar[str] = "deepgram"

    def __init__(
        self, *, balance: float = 200.0, quiet_seconds: float = QUIET_SECONDS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:  # fmt: skip
        self._balance, self._quiet_seconds = balance, quiet_seconds
        self._clock = clock
        hear = {
            "empty_success": listen.heard_nothing,
            "low_confidence": listen.unsure,
            "wrong_language": listen.misheard,
        }
        say = {
            "empty_success": speak.nothing,
            "silent_audio": speak.silent,
            "truncated_stream": speak.cut,
        }
        self.operations = (
            Operation("stt", "POST", "/v1/listen", self._paid(listen.transcribed), hear, 600.0),
            Operation("tts", "POST", "/v1/speak", self._paid(speak.spoken), say, 200.0),
            Operation("projects", "GET", "/v1/projects", self._signed(_projects)),
            Operation("balances", "GET", f"/v1/projects/{PROJECT}/balances", self._balances()),
            Operation("models", "GET", "/v1/models", self._signed(_models)),
            Operation("auth-grant", "POST", "/v1/auth/grant", self._signed(_grant)),
        )
        live_twists = {
            "empty_success": live.heard_nothing,
            "low_confidence": live.unsure,
            "truncated_stream": lambda _call, talk: CutShort(talk, live.is_end),
        }
        self.sockets = (
            SocketOperation("stt-live", "/v1/listen", self._live, live_twists, 80.0, 0.05),
        )

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """The documented error for *status*."""
        return errors.documented(call, status, code)

    def codes(self, status: int) -> tuple[str, ...]:
        """The documented codes for *status*."""
        return errors.codes(status)

    def unknown_path(self, _call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return Answer(404, media_type="text/plain", parts=(b"Not Found",))

    def headers(self, call: Call) -> Mapping[str, str]:
        """The request's id."""
        return {"dg-request-id": errors.request_id(call)}

    def _live(self, call: Call) -> Talk:
        self._check(call)
        return live.LiveTalk(call, read_options(call), self._quiet_seconds)

    def _paid(self, respond: Respond) -> Respond:
        def answer(call: Call) -> Answer:
            self._check(call)
            return respond(call)

        return answer

    def _check(self, call: Call) -> None:
        _check_key(call)
        if self._balance <= 0:
            message = "Project does not have enough credits for this request."
            raise errors.refused(call, 402, "ASR_PAYMENT_REQUIRED", message)

    def _signed(self, respond: Respond) -> Respond:
        def answer(call: Call) -> Answer:
            _check_key(call)
            return respond(call)

        return answer

    def _balances(self) -> Respond:
        def balances(call: Call) -> Answer:
            one = {
                "balance_id": errors.uuid(call, "balance"),
                "amount": self._balance,
                "units": "usd",
                "purchase_order_id": errors.uuid(call, "order"),
            }
            return Answer(document={"balances": [one]})

        return self._signed(balances)


def _check_key(call: Call) -> None:
    """``Token <key>`` or ``Bearer <token>``; a browser's socket says it as its subprotocol."""
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    offered = [one.strip() for one in call.headers.get("sec-websocket-protocol", "").split(",")]
    if not scheme and len(offered) == 2:
        scheme, key = offered
    if scheme.lower() not in _SCHEMES or not key.strip() or key == BAD_KEY:
        raise errors.refused(call, 401, "INVALID_AUTH", "Invalid credentials.")


def _projects(_call: Call) -> Answer:
    return Answer(document={"projects": [{"project_id": PROJECT, "name": "Simulated"}]})


def _models(_call: Call) -> Answer:
    hear = {"name": "general", "canonical_name": "nova-3", "architecture": "nova-3"}
    say = {"name": "thalia", "canonical_name": "aura-2-thalia-en", "architecture": "aura-2"}
    return Answer(document={"stt": [hear], "tts": [say]})


def _grant(call: Call) -> Answer:
    token = f"simulated.{call.token(24, 'grant')}"
    return Answer(document={"access_token": token, "expires_in": 30})
