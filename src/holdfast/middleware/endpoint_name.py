"""What an application calls its endpoint: a mark on the function, read when it has answered."""

from collections.abc import Mapping
from typing import Any

_MARK = "__holdfast_endpoint__"


def mark(function: Any, name: str) -> None:
    """Requests that *function* answers are reported under *name* from now on."""
    setattr(function, _MARK, name)


def name_of(scope: Mapping[str, Any]) -> str | None:
    """The name of the endpoint that answered, None when it has none of its own."""
    return getattr(scope.get("endpoint"), _MARK, None)
