"""Mistral's double: chat and the list of models."""

from dataclasses import replace
from typing import Any, ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider
from holdfast.simulator.wire import Answer, Call, Refused

MODEL = "mistral-small-latest"
BAD_KEY = "bad-key"
WORDS = {401: "Unauthorized", 404: "no Route matched", 429: "Requests rate limit exceeded"}


class Mistral(Provider):
    """`/mistral/v1/chat/completions` and `/mistral/v1/models`."""

    name: ClassVar[str] = "mistral"

    def __init__(self, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self.operations = (
            Operation(
                "chat", "POST", "/v1/chat/completions", self._chat, {"empty_success": no_words}
            ),
            Operation("models", "GET", "/v1/models", self._models),
        )

    def error(self, call: Call, status: int, _code: str | None = None) -> Answer:
        """``{"message", "request_id"}``."""
        words = WORDS.get(status, f"Error {status}.")
        return Answer(status, document={"message": words, "request_id": call.token(32)})

    def codes(self, _status: int) -> tuple[str, ...]:
        """There are none."""
        return ()

    def unknown_path(self, call: Call) -> Answer:
        """What the gateway says on an address it does not have."""
        return self.error(call, 404)

    def _chat(self, call: Call) -> Answer:
        self._admit(call)
        question = _question(self, call)
        text = f"You asked: {question[:200]} Take a breath, and begin with one small step."
        sent, got = len(question.split()), len(text.split())
        message = {"role": "assistant", "content": text, "tool_calls": None}
        return Answer(
            document={
                "id": call.token(32, "completion"),
                "object": "chat.completion",
                "created": int(self._clock.wall()),
                "model": MODEL,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {
                    "prompt_tokens": sent,
                    "completion_tokens": got,
                    "total_tokens": sent + got,
                },
            }
        )

    def _models(self, call: Call) -> Answer:
        self._admit(call)
        return Answer(document={"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    def _admit(self, call: Call) -> None:
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key or key == BAD_KEY:
            raise Refused(self.error(call, 401))


def no_words(_call: Call, good: Answer) -> Answer:
    """200, and nothing is said."""
    document: dict[str, Any] = good.document
    choice = document["choices"][0]
    silent = {**choice, "message": {**choice["message"], "content": ""}}
    return replace(good, document={**document, "choices": [silent]})


def _question(provider: Provider, call: Call) -> str:
    try:
        return str(call.document()["messages"][-1]["content"])
    except (ValueError, LookupError, TypeError):
        raise Refused(provider.error(call, 422)) from None
