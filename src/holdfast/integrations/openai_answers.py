"""OpenAI's answers as validators want them: whole, or put together from a stream."""

from typing import Any

from holdfast.errors import ProtocolError, ProviderError, QuotaExhausted, RateLimited, Unavailable
from holdfast.events import Usage, Verdict
from holdfast.integrations.exchange import Asked, Exchange, member, parsed
from holdfast.integrations.openai_structure import Words, structure_of
from holdfast.integrations.sse import EventData
from holdfast.validation.chat import METHOD, Choice, Tokens, judge_chat
from holdfast.validation.verdict import passed, warned, worst

MOST_CHOICES = 128
"""The documented maximum of ``n``."""

_MID_STREAM = {"insufficient_quota": QuotaExhausted, "rate_limit_exceeded": RateLimited}


def judge_completion(exchange: Exchange) -> Verdict:
    """A whole chat completion."""
    found = member(exchange.json, "choices")
    choices = [_choice(choice) for choice in found] if isinstance(found, list) else []
    usage = member(exchange.json, "usage")
    return judge_chat(choices, wanted=wanted(exchange.asked), tokens=_tokens(usage))


def wanted(asked: Asked) -> int:
    """How many choices were asked for."""
    number = member(asked.json, "n")
    return number if isinstance(number, int) and 1 <= number <= MOST_CHOICES else 1


def judge_model(exchange: Exchange) -> Verdict | None:
    """The model that answered is the one that was asked, or a dated version of it."""
    return _same_model(exchange.asked, member(exchange.json, "model"))


def tokens_used(usage: Any, model: Any = None) -> Usage | None:
    """The *usage* object of an answer as a cost in tokens, spent on *model*.

    *parts* add up to the amount: "input" (not from the provider's cache), "cached", "output".
    """
    total, given = member(usage, "total_tokens"), member(usage, "prompt_tokens")
    if not isinstance(total, int):
        return None
    told = member(member(usage, "prompt_tokens_details"), "cached_tokens")
    made = member(usage, "completion_tokens")
    parts = None
    if isinstance(given, int):
        cached = told if isinstance(told, int) and 0 <= told <= given else 0
        sizes = {"input": given - cached, "cached": cached, "output": made or 0}
        parts = {name: float(size) for name, size in sizes.items() if size}
    return Usage(
        "tokens", float(total), model=model if isinstance(model, str) else None, parts=parts
    )


def _same_model(asked: Asked, answered: Any) -> Verdict | None:
    wanted_model = member(asked.json, "model")
    if not isinstance(answered, str) or not isinstance(wanted_model, str):
        return None
    if answered.startswith(wanted_model):
        return passed(METHOD)
    return warned(METHOD, f"{answered[:100]!r} answered, {wanted_model[:100]!r} was asked")


class ChatWatch:
    """Puts a streamed completion together from its chunks.

    Its words are kept only where they have to be a document.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked, self._wanted = asked, wanted(asked)
        self._words = Words(structure_of(asked))
        self._model: Any = None
        self._asked_usage = member(member(asked.json, "stream_options"), "include_usage") is True
        self._events = EventData()
        self._says: dict[int, bool] = {}
        self._reasons: dict[int, str] = {}
        self._usage: Any = None
        self._error: Any = None
        self._done = False

    @property
    def complete(self) -> bool:
        """``[DONE]`` or an error has passed."""
        return self._done or self._error is not None

    def feed(self, item: bytes) -> None:
        """See the next bytes."""
        for data in self._events.feed(item):
            if data.startswith("[DONE]"):
                self._done = True
            else:
                self._chunk(parsed(data.encode()))

    def end(self) -> Verdict | None:
        """Judge the whole; raises `ProviderError` when it ended in an error or too early."""
        if self._error is not None:
            raise mid_stream_error(self._error)
        if not self._done or not self._reasons:
            raise ProtocolError(f"openai: the stream ended without {self._missing()}")
        choices = [
            Choice(index, says, self._reasons.get(index)) for index, says in self._says.items()
        ]
        verdict = judge_chat(choices, wanted=self._wanted, tokens=_tokens(self._usage))
        if verdict.judgement == "pass" and self._asked_usage and self._usage is None:
            verdict = warned(METHOD, "usage was asked for, and the stream had none")
        return worst((verdict, self._words.judge(), _same_model(self._asked, self._model)))

    def usage(self) -> Usage | None:
        """What the last chunk said, if it was asked for."""
        return tokens_used(self._usage, self._model)

    def _chunk(self, chunk: Any) -> None:
        self._error = member(chunk, "error") or self._error
        self._usage = member(chunk, "usage") or self._usage
        self._model = member(chunk, "model") or self._model
        choices = member(chunk, "choices")
        for choice in choices if isinstance(choices, list) else ():
            index, reason = member(choice, "index"), member(choice, "finish_reason")
            if not isinstance(index, int) or not 0 <= index < MOST_CHOICES:
                continue
            said = self._says.get(index, False)
            delta = member(choice, "delta")
            self._says[index] = said or says_something(delta)
            self._words.add(index, delta)
            if isinstance(reason, str):
                self._reasons[index] = reason

    def _missing(self) -> str:
        seen = {"finish_reason": bool(self._reasons), "[DONE]": self._done}
        return " and ".join(name for name, was_seen in seen.items() if not was_seen)


def says_something(message: Any) -> bool:
    """Whether a message (or a part of one) has words, a tool call or a refusal."""
    content = member(message, "content")
    if isinstance(content, str) and content.strip():
        return True
    spoken = member(message, "audio")
    others = ("tool_calls", "function_call", "refusal")
    return bool(spoken) or any(member(message, name) for name in others)


def _choice(choice: Any) -> Choice:
    index, reason = member(choice, "index"), member(choice, "finish_reason")
    return Choice(
        index if isinstance(index, int) else -1,
        says_something(member(choice, "message")),
        reason if isinstance(reason, str) else None,
    )


def _tokens(usage: Any) -> Tokens | None:
    counts = [member(usage, f"{kind}_tokens") for kind in ("prompt", "completion", "total")]
    return Tokens(*counts) if all(isinstance(count, int) for count in counts) else None


def mid_stream_error(error: Any) -> ProviderError:
    """The *error* object that a stream ended with, as ours."""
    code, kind = member(error, "code"), member(error, "type")
    name = str(code or kind or "error")
    words = str(member(error, "message") or "")[:200]
    return _MID_STREAM.get(name, Unavailable)(
        f"openai: {name} in the middle of the stream: {words}", code=name
    )
