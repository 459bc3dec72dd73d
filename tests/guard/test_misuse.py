"""A guard around what cannot be awaited says so, and what to do instead."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from holdfast.events import Verdict
from tests.guard.stage import Stage, caught


def charge(amount: int = 1) -> int:
    """What a host has plenty of."""
    return amount


async def pieces() -> AsyncIterator[int]:
    """A stream."""
    yield 1


def parts() -> Iterator[int]:
    """The same, in a thread."""
    yield 1


async def fetch() -> int:
    """What guards are for."""
    return 1


_THREAD = (
    "a guard awaits what it calls, and charge is no async def; "
    "in a thread it can be awaited: guard.call(asyncio.to_thread, charge, ...)"
)


@pytest.mark.parametrize("function", [charge, partial(charge, 2)])
async def test_a_plain_function_shows_at_its_first_call(function: Any) -> None:
    """It is a TypeError as Python has it, with a note; told once, as every call."""
    for way in (_called, _decorated):
        stage = Stage()
        error = await caught(way(stage, function))
        assert isinstance(error, TypeError)
        assert error.__notes__ == [_THREAD]
        assert stage.outcomes() == ["failed"]


@pytest.mark.real_time
async def test_in_a_thread_it_can_be_awaited() -> None:
    """As the note says."""
    assert await Stage().guard.call(asyncio.to_thread, charge, 3) == 3


async def _called(stage: Stage, function: Any) -> Any:
    return await stage.guard.call(function)


async def _decorated(stage: Stage, function: Any) -> Any:
    return await stage.guard(function)()


async def test_a_function_may_return_what_is_awaited() -> None:
    """It need not be an `async def`, and its own TypeError stays as it is."""

    async def wrong() -> int:
        raise TypeError("the application's own")

    def later(function: Callable[[], Awaitable[int]]) -> Awaitable[int]:
        return function()

    assert await Stage().guard(later)(fetch) == 1
    error = await caught(Stage().guard(later)(wrong))
    assert (str(error), hasattr(error, "__notes__")) == ("the application's own", False)


async def test_a_coroutine_is_closed_and_refused() -> None:
    """Nothing warns of it later."""
    coroutine: Any = fetch()
    error = await caught(Stage().guard.call(coroutine))
    assert isinstance(error, TypeError)
    assert error.__notes__ == ["give guard.call the function and its arguments, not its coroutine"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (pieces, r"pieces is an async generator: open it with guard.stream\(pieces, ...\)"),
        (parts, "parts is no async def"),
        (classmethod(fetch), "@guard above @classmethod: put it below"),  # type: ignore[arg-type]
        (staticmethod(fetch), "@guard above @staticmethod: put it below"),
    ],
)
async def test_what_shows_at_once_is_said_at_once(function: Callable[..., Any], words: str) -> None:
    """Where it is decorated, not at the first request."""
    with pytest.raises(TypeError, match=words):
        Stage().guard(function)


async def test_a_generator_that_is_called_is_told_to_be_opened() -> None:
    """By the name of the method that can."""
    error = await caught(Stage().guard.call(pieces))  # type: ignore[arg-type]
    assert isinstance(error, TypeError)
    assert error.__notes__ == [
        "pieces is an async generator: open it with guard.stream(pieces, ...)"
    ]


@pytest.mark.parametrize(("function", "what"), [(fetch, "coroutine"), (charge, "int")])
async def test_a_stream_needs_an_iterator(function: Any, what: str) -> None:
    """An `async def` that returns one is awaited first: its answer is what streams."""
    error = await caught(Stage().guard.stream(function))
    assert isinstance(error, TypeError)
    assert str(error).endswith(f"{function.__name__} returned {what}")


async def _later(answer: object) -> Verdict:
    return Verdict("pass")


@pytest.mark.parametrize("others", [(), (lambda _: None,)])
@pytest.mark.parametrize(
    ("validator", "told"), [(_later, "_later returned coroutine"), (bool, "bool returned bool")]
)
async def test_a_validator_that_returns_no_verdict(
    validator: Any, told: str, others: tuple[Any, ...]
) -> None:
    """Yes and no are not enough, and nothing is awaited: it says which one it was, and how."""
    stage = Stage(validators=(validator, *others))
    error = await caught(stage.guard.call(fetch))
    assert isinstance(error, TypeError)
    assert str(error).startswith(f"the validator {told}: it is a plain def that returns Verdict(")
    assert [(one.outcome, one.verdict) for one in stage.finished()] == [("failed", None)]
