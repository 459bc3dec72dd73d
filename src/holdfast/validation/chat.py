"""Whether a chat answer is finished, and says anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.events import Verdict
from holdfast.validation.verdict import failed, passed, warned

METHOD = "chat"

_FINISHED = ("stop", "tool_calls", "function_call")
_WHY_NOT = {
    "length": "truncated: the token limit was reached",
    "content_filter": "withheld by the provider's content filter",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers.

    *says_something*: it has words (not only blanks), a tool call or a refusal.
    """

    index: int
    says_something: bool
    finish_reason: str | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider counted."""

    prompt: int
    completion: int
    total: int


def judge_chat(
    choices: Sequence[Choice], *, wanted: int = 1, tokens: Tokens | None = None
) -> Verdict:
    """Fail what is missing, unfinished or empty; warn when the token counts do not add up.

    What was truncated or withheld would be so again, and paid for again: it is not repeated.
    Knows nothing of what the words mean.
    """
    if sorted(choice.index for choice in choices) != list(range(wanted)):
        indices = [choice.index for choice in choices]
        return failed(METHOD, f"choices {indices} came, {wanted} asked for")
    for choice in sorted(choices, key=lambda choice: choice.index):
        fault = _fault(choice)
        if fault:
            repeat = choice.finish_reason not in _WHY_NOT
            return failed(METHOD, f"choice {choice.index} {fault}", repeat=repeat)
    if tokens is not None and tokens.prompt + tokens.completion != tokens.total:
        return warned(
            METHOD,
            f"usage does not add up: prompt {tokens.prompt} + completion {tokens.completion} "
            f"is not total {tokens.total}",
        )
    return passed(METHOD)


def _fault(choice: Choice) -> str:
    reason = choice.finish_reason
    if reason not in _FINISHED:
        return f"is not finished: {_WHY_NOT.get(reason or '', f'finish_reason {reason!r}')}"
    if not choice.says_something:
        return f"is empty: no content, tool call or refusal (finish_reason {reason!r})"
    return ""
