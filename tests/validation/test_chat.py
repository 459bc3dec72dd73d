"""Whether a chat answer is finished, and says anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.validation.chat import Choice, Tokens, judge_chat

GOOD = Choice(0, says_something=True, finish_reason="stop")


@pytest.mark.parametrize("finish_reason", ["stop", "tool_calls", "function_call"])
def test_a_finished_answer_with_words_passes(finish_reason: str) -> None:
    """Every documented way to finish properly is accepted."""
    choice = Choice(0, says_something=True, finish_reason=finish_reason)
    verdict = judge_chat([choice], tokens=Tokens(1, 2, 3))
    assert (verdict.judgement, verdict.reason, verdict.method) == ("pass", "", "chat")


@pytest.mark.parametrize(
    ("choices", "wanted", "reason"),
    [
        ([], 1, "choices [] came, 1 asked for"),
        ([GOOD], 2, "choices [0] came, 2 asked for"),
        ([GOOD, GOOD], 2, "choices [0, 0] came, 2 asked for"),
        (
            [Choice(0, says_something=True, finish_reason="length")],
            1,
            "choice 0 is not finished: truncated: the token limit was reached",
        ),
        (
            [Choice(0, says_something=True, finish_reason="content_filter")],
            1,
            "choice 0 is not finished: withheld by the provider's content filter",
        ),
        (
            [Choice(0, says_something=True, finish_reason=None)],
            1,
            "choice 0 is not finished: finish_reason None",
        ),
        (
            [Choice(0, says_something=False, finish_reason="stop")],
            1,
            "choice 0 is empty: no content, tool call or refusal (finish_reason 'stop')",
        ),
        (
            [Choice(1, says_something=False, finish_reason="stop"), GOOD],
            2,
            "choice 1 is empty: no content, tool call or refusal (finish_reason 'stop')",
        ),
    ],
)
def test_what_is_missing_unfinished_or_empty_fails(
    choices: list[Choice], wanted: int, reason: str
) -> None:
    """The reason names the choice and what is wrong with it."""
    verdict = judge_chat(choices, wanted=wanted)
    assert (verdict.judgement, verdict.reason) == ("fail", reason)


def test_wrong_arithmetic_is_a_warning() -> None:
    """The answer is served; the bill is doubtful."""
    verdict = judge_chat([GOOD], tokens=Tokens(10, 15, 30))
    assert verdict.judgement == "warn"
    assert verdict.reason == "usage does not add up: prompt 10 + completion 15 is not total 30"


@given(order=st.permutations(range(4)))
def test_the_order_of_choices_does_not_matter(order: list[int]) -> None:
    """Indices name the choices, not their place."""
    choices = [Choice(index, says_something=True, finish_reason="stop") for index in order]
    assert judge_chat(choices, wanted=4).judgement == "pass"
