"""The tree of errors: what was refused cost nothing, what failed came back wrong."""

import inspect
import re

import pytest

from holdfast import errors
from holdfast.errors import (
    BreakerOpen,
    CallFailed,
    CallRefused,
    HoldfastError,
    LimitReached,
    ProviderError,
    SemanticError,
)
from holdfast.events import Verdict

ALL: list[type[HoldfastError]] = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, HoldfastError) and one is not HoldfastError
]


def test_every_error_stands_in_the_drawn_tree() -> None:
    """The picture in the module's docstring names all of them, and no other."""
    drawn = set(re.findall(r"(?:\+ |\* )([A-Z]\w+)", errors.__doc__ or ""))
    assert drawn == {"HoldfastError", *(one.__name__ for one in ALL)}


def test_nothing_is_both_refused_and_failed() -> None:
    """A call either went out or did not."""
    assert [
        one for one in ALL if issubclass(one, CallRefused) and issubclass(one, CallFailed)
    ] == []


def test_none_is_an_error_of_an_http_library() -> None:
    """Libraries retry or wrap their own errors, and let ours pass untouched."""
    assert {base.__module__ for one in ALL for base in one.__mro__} == {errors.__name__, "builtins"}


RETRYABLE = {
    "TimedOut", "SemanticError", "RateLimited", "Unavailable", "ProtocolError",
}  # fmt: skip
NEUTRAL = {
    "PermissionDenied", "RateLimited", "InvalidRequest", "NotFound", "Conflict",
    "ContentRejected",
}  # fmt: skip


def test_what_is_tried_again_and_what_counts() -> None:
    """The two properties that retry and breaker decide by, for every failure."""
    failures = [one for one in ALL if issubclass(one, CallFailed)]
    assert {one.__name__ for one in failures if one.retryable} == RETRYABLE
    assert {one.__name__ for one in failures if not one.counts} == NEUTRAL


def test_refusals_say_how_long_to_wait() -> None:
    """In the message for people, and as a number for programs."""
    limit, breaker, held = (
        LimitReached("sun", 1.25),
        BreakerOpen("sun", 8.0),
        BreakerOpen("sun", None),
    )
    assert [(str(error), error.retry_in_seconds) for error in (limit, breaker, held)] == [
        ("rate limit of sun is used up for 1.2 s", 1.25),
        ("breaker of sun refuses calls for 8.0 s", 8.0),
        ("breaker of sun refuses calls until released", None),
    ]
    assert CallRefused("no").retry_in_seconds is None


def test_a_provider_error_keeps_what_the_provider_said() -> None:
    """Status, code, request id and the time to wait."""
    error = ProviderError("down", status=503, code="overloaded", request_id="r-1")
    assert (str(error), error.status, error.code, error.request_id) == (
        "down", 503, "overloaded", "r-1",
    )  # fmt: skip
    assert error.retry_after_seconds is None


@pytest.mark.parametrize("reason", ["", "empty answer"])
def test_a_semantic_error_carries_its_verdict(reason: str) -> None:
    """The message is the verdict's reason."""
    verdict = Verdict("fail", reason)
    error = SemanticError(verdict)
    assert (str(error), error.verdict) == (reason, verdict)
