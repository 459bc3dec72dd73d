"""A block that is entered ``with`` or ``async with``: it is the same, and never waits."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Generic, TypeVar

Entered = TypeVar("Entered")


class BothWays(ABC, Generic[Entered]):
    """Gives ``async with`` to what has ``with``."""

    @abstractmethod
    def __enter__(self) -> Entered: ...

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...  # fmt: skip

    async def __aenter__(self) -> Entered:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        self.__exit__(kind, error, traceback)
