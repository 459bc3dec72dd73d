"""OpenAI's answers as validators want them: whole, or put together from a stream."""

from typing import Any

from holdfast.errors import ProtocolError, ProviderError, QuotaExhausted, RateLimited, Unavailable
from holdfast.events import Usage, Verdict
from holdfast.integrations.exchange import Asked, Exchange, member, parsed
from holdfast.integrations.sse import EventData
from holdfast.validation.chat import METHOD, Choice, Tokens, judge_chat
from holdfast.validation.verdict import warned

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


def tokens_used(usage: Any) -> Usage | None:
    """The *usage* object of an answer as a cost in tokens."""
    total = member(usage, "total_tokens")
    return Usage("tokens", float(total)) if isinstance(total, int) else None


class ChatWatch:
    """Puts a streamed completion together from its chunks, without keeping its words."""

    def __init__(self, asked: Asked) -> None:
        self._wanted = wanted(asked)
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
            raise _told(self._error)
        if not self._done or not self._reasons:
            raise ProtocolError(f"openai: the stream ended without {self._missing()}")
        choices = [
            Choice(index, says, self._reasons.get(index)) for index, says in self._says.items()
        ]
        verdict = judge_chat(choices, wanted=self._wanted, tokens=_tokens(self._usage))
        if verdict.judgement == "pass" and self._asked_usage and self._usage is None:
            return warned(METHOD, "usage was asked for, and the stream had none")
        return verdict

    def usage(self) -> Usage | None:
        """What the last chunk said, if it was asked for."""
        return tokens_used(self._usage)

    def _chunk(self, chunk: Any) -> None:
        self._error = member(chunk, "error") or self._error
        self._usage = member(chunk, "usage") or self._usage
        choices = member(chunk, "choices")
        for choice in choices if isinstance(choices, list) else ():
            index, reason = member(choice, "index"), member(choice, "finish_reason")
            if not isinstance(index, int) or not 0 <= index < MOST_CHOICES:
                continue
            said = self._says.get(index, False)
            self._says[index] = said or says_something(member(choice, "delta"))
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


def _told(error: Any) -> ProviderError:
    code, kind = member(error, "code"), member(error, "type")
    name = str(code or kind or "error")
    words = str(member(error, "message") or "")[:200]
    return _MID_STREAM.get(name, Unavailable)(
        f"openai: {name} in the middle of the stream: {words}", code=name
    )
