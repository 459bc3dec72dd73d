"""The guard of an application that has us switched off: nobody stands there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from holdfast.guard.guard import Guard
from holdfast.guard.stream import OpenStream

P = ParamSpec("P")
T = TypeVar("T")


class OpenGuard(Guard):
    """Lets every call straight through, from any event loop, and tells nobody."""

    async def call(
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``await function(*args, **kwargs)``."""
        return await function(*args, **kwargs)

    async def stream(
        self, function: Callable[P, AsyncIterator[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> OpenStream[T]:
        """The items of ``function(*args, **kwargs)``."""
        return OpenStream(function(*args, **kwargs))

    def __call__(self, function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """*function* itself."""
        return function

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Nothing to tell."""
