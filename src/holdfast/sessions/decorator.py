"""``@monitor_session``: one function is one session, however it is called and whatever it returns.

Works for def, async def and generators of both kinds. The session's id is the argument of that
name (FastAPI passes keywords), else the request's, else a new one. Where the function returns a
response that streams, or leaves background tasks, those belong to the session too; it is complete
when the stream has ended.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

from holdfast import context
from holdfast.sessions.flow import flow

F = TypeVar("F", bound=Callable[..., Any])


class Block(Protocol):
    """What surrounds one call: a session, or a step of one."""

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...  # fmt: skip

    def handed_over(self) -> "Block":
        """A block that goes on where this one ends."""


NewBlock = Callable[[Mapping[str, Any]], Block]
"""Makes the block of one call from its arguments by name."""


def monitored(function: F, new_block: NewBlock) -> F:
    """*function*, each call of it in a block of its own; its signature stays what it is."""
    signature = inspect.signature(function)

    def block(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Block:
        try:
            named = signature.bind_partial(*args, **kwargs).arguments
        except TypeError:  # the function itself will say what is wrong
            named = {}
        return new_block({**kwargs, **named})

    wrapped = functools.update_wrapper(_wrapper_for(function)(function, block), function)
    return cast("F", wrapped)


Around = Callable[[tuple[Any, ...], dict[str, Any]], Block]


def _wrapper_for(function: Callable[..., Any]) -> Callable[[Any, Around], Any]:
    if inspect.isasyncgenfunction(function):
        return _async_generator
    if inspect.isgeneratorfunction(function):
        return _generator
    return _coroutine if inspect.iscoroutinefunction(function) else _plain


def _coroutine(function: Any, block: Around) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        session = block(args, kwargs)
        with session:
            answer = await function(*args, **kwargs)
            _follow(answer, (*args, *kwargs.values()), session)
        return answer

    return call


def _plain(function: Any, block: Around) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        session = block(args, kwargs)
        with session:
            answer = function(*args, **kwargs)
            if inspect.isawaitable(answer):
                return _awaited(answer, session.handed_over())
            _follow(answer, (*args, *kwargs.values()), session)
        return answer

    return call


async def _awaited(answer: Any, rest: Block) -> Any:
    with rest:
        return await answer


def _async_generator(function: Any, block: Around) -> Any:
    """What ``yield from`` does for generators: all that is sent, thrown and closed passes."""

    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        with block(args, kwargs):
            async with aclosing(function(*args, **kwargs)) as inner:
                try:
                    item = await anext(inner)
                    while True:
                        try:
                            sent = yield item
                        except GeneratorExit:
                            raise
                        except BaseException as error:  # noqa: BLE001 - it is the function's
                            item = await inner.athrow(error)
                        else:
                            item = await inner.asend(sent)
                except StopAsyncIteration:
                    return

    return call


def _generator(function: Any, block: Around) -> Any:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with block(args, kwargs):
            return (yield from function(*args, **kwargs))

    return call


def _follow(answer: Any, arguments: tuple[Any, ...], session: Block) -> None:
    """Have what is yet to come of *answer* belong to *session* as well."""
    for one in (*arguments, getattr(answer, "background", None)):
        _follow_tasks(one)
    body = getattr(answer, "body_iterator", None)
    if hasattr(body, "__aiter__"):
        answer.body_iterator = _followed(body, session.handed_over())


async def _followed(body: Any, rest: Block) -> AsyncIterator[Any]:
    with rest:
        try:
            async for item in body:
                yield item
        finally:
            if hasattr(body, "aclose"):  # who leaves early ends the application's own work now
                await body.aclose()


def _follow_tasks(one: Any) -> None:
    """What Starlette runs after the response runs in the session's context."""
    if hasattr(one, "add_task") and isinstance(getattr(one, "tasks", None), list):
        for task in one.tasks:
            _follow_tasks(task)
    elif hasattr(one, "func") and hasattr(one, "is_async"):
        one.func = _within(one.func, one.is_async)


def _within(function: Any, is_async: bool) -> Any:
    """*function*, run with the session and the knowledge of it that are current now."""
    scope, known = context.scope.get(), flow.get()

    async def later(*args: Any, **kwargs: Any) -> Any:
        context.scope.set(scope)
        flow.set(known)
        return await function(*args, **kwargs)

    def in_thread(*args: Any, **kwargs: Any) -> Any:
        context.scope.set(scope)
        flow.set(known)
        return function(*args, **kwargs)

    return later if is_async else in_thread
