"""What a guard can stand around, and what to do about the rest."""

from asyncio import iscoroutine
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import TracebackType
from typing import Any


def must_be_decorable(function: Any) -> None:
    """Raise TypeError where *function* shows before any call that it cannot be awaited."""
    if isinstance(function, classmethod | staticmethod):
        kind = type(function).__name__
        raise TypeError(f"@guard above @{kind}: put it below, next to the async def")
    if isasyncgenfunction(function) or isgeneratorfunction(function):
        raise TypeError(_way_out(function))


def must_be_iterated(items: Any, function: Any) -> None:
    """Raise TypeError where *items*, returned by *function*, are no asynchronous iterator."""
    if hasattr(items, "__anext__"):
        return
    if iscoroutine(items):
        items.close()
    raise TypeError(
        f"guard.stream takes what returns an async iterator, as an async generator does; "
        f"{_name(function)} returned {type(items).__name__}"
    )


def explain(error: BaseException, function: Any) -> None:
    """Note on a TypeError of ours that *function* is no ``async def``, and the way out."""
    if isinstance(error, TypeError) and _is_ours(error.__traceback__):
        if iscoroutine(function):
            function.close()
            error.add_note("give guard.call the function and its arguments, not its coroutine")
        elif callable(function) and not iscoroutinefunction(function):
            error.add_note(_way_out(function))


def _way_out(function: Any) -> str:
    name = _name(function)
    if isasyncgenfunction(function):
        return f"{name} is an async generator: open it with guard.stream({name}, ...)"
    return (
        f"a guard awaits what it calls, and {name} is no async def; "
        f"in a thread it can be awaited: guard.call(asyncio.to_thread, {name}, ...)"
    )


def _name(function: Any) -> str:
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def _is_ours(trace: TracebackType | None) -> bool:
    """Whether it was raised at our own call or await, not further in."""
    module = ""
    while trace is not None:
        module, trace = str(trace.tb_frame.f_globals.get("__name__", "")), trace.tb_next
    return module.startswith("holdfast.")
