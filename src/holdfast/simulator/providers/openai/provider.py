"""OpenAI's routes, credentials, rate limits and headers."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider, Respond
from holdfast.simulator.providers.openai import errors
from holdfast.simulator.providers.openai.chat import complete
from holdfast.simulator.providers.openai.embeddings import embed
from holdfast.simulator.providers.openai.models import list_models, one_model
from holdfast.simulator.providers.openai.spoiled import CHAT, EMBEDDINGS, empty_list
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

BAD_KEY = "bad-key"
"""The one key that is not accepted."""


class OpenAI(Provider):
    """`/openai/v1/…`, for `base_url=f"{url}/openai/v1"`.

    Once *credit_tokens* (about four characters of a request each) are used up, every call that
    costs money is a 429 `insufficient_quota`; None: they never are.
    """

    name: ClassVar[str] = "openai"

    def __init__(
        self,
        *,
        requests_per_minute: int = 10_000,
        tokens_per_minute: int = 2_000_000,
        credit_tokens: int | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._requests = Window(requests_per_minute, 60.0, clock)
        self._tokens = Window(tokens_per_minute, 60.0, clock)
        self._clock, self._credit = clock, credit_tokens
        empty = {"empty_success": empty_list}
        self.operations = (
            Operation("chat", "POST", "/v1/chat/completions", self._paid(complete), CHAT, 700.0),
            Operation("embeddings", "POST", "/v1/embeddings", self._paid(embed), EMBEDDINGS, 90.0),
            Operation("models", "GET", "/v1/models", self._signed(list_models), empty, 60.0),
            Operation("model", "GET", "/v1/models/{model}", self._signed(one_model), {}, 60.0),
        )

    def error(self, _call: Call, status: int, code: str | None = None) -> Answer:
        """The documented error for *status*."""
        return errors.documented(status, code)

    def codes(self, status: int) -> tuple[str, ...]:
        """Both kinds of 429, and the others."""
        return errors.codes(status)

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        message = f"Invalid URL ({call.method} {call.path[:200]})"
        return errors.envelope(404, message, "invalid_request_error")

    def headers(self, call: Call) -> Mapping[str, str]:
        """Request id and what is left of the limits; resets are durations such as `12ms`."""
        headers = {
            "x-request-id": f"req_{call.token(32, 'request-id', '0123456789abcdef')}",
            "openai-processing-ms": str(call.dice("processing").randint(80, 900)),
            "openai-version": "2020-10-01",
        }
        for unit, window in (("requests", self._requests), ("tokens", self._tokens)):
            headers[f"x-ratelimit-limit-{unit}"] = str(window.limit)
            headers[f"x-ratelimit-remaining-{unit}"] = str(window.remaining)
            headers[f"x-ratelimit-reset-{unit}"] = duration(window.resets_in_seconds)
        return headers

    def _signed(self, respond: Respond) -> Respond:
        def answer(call: Call) -> Answer:
            scheme, _, key = call.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not key.strip():
                raise Refused(_unauthorized("You didn't provide an API key."))
            if key.strip() == BAD_KEY:
                raise Refused(_unauthorized("Incorrect API key provided."))
            return respond(call)

        return answer

    def _too_many(self) -> Answer:
        wait = max(self._requests.resets_in_seconds, self._tokens.resets_in_seconds)
        headers = {"retry-after": str(math.ceil(wait))}
        return replace(errors.documented(429, "rate_limit_exceeded"), headers=headers)

    def _paid(self, respond: Respond) -> Respond:
        def answer(call: Call) -> Answer:
            tokens = 1 + len(call.body) // 4
            if not self._requests.take() or not self._tokens.take(tokens):
                raise Refused(self._too_many())
            if self._credit is not None and self._credit < tokens:
                raise Refused(errors.documented(429, "insufficient_quota"))
            answered = respond(call)
            if self._credit is not None:
                self._credit -= tokens
            return answered

        return self._signed(answer)


def _unauthorized(message: str) -> Answer:
    return errors.envelope(401, message, "invalid_request_error", "invalid_api_key")


def duration(seconds: float) -> str:
    """A duration as OpenAI's headers write it: `12ms`, `1s`, `6m0s`.

    >>> duration(0.012), duration(1), duration(360)
    ('12ms', '1s', '6m0s')
    """
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
