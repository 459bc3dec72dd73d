"""Secrets that a provider wants in the query: added where a request leaves, and nowhere before.

HTTP libraries log the address of every request, and so do those who instrument them.
"""

from collections.abc import Mapping
from typing import Any

PRIVATE_QUERY = "holdfast.private_query"
"""The extension of a request that holds the parameters: ``extensions=private({…})``."""


def private(query: Mapping[str, str]) -> dict[str, Any]:
    """The ``extensions=`` of a request whose *query* must not be seen."""
    return {PRIVATE_QUERY: dict(query)}


def private_values(request: Any) -> tuple[str, ...]:
    """The secrets that *request* will carry."""
    return tuple(request.extensions.get(PRIVATE_QUERY, {}).values())


def on_the_wire(request: Any) -> Any:
    """*request* as it is sent; itself when it has nothing to hide."""
    query = request.extensions.get(PRIVATE_QUERY)
    if not query:
        return request
    return type(request)(
        request.method,
        request.url.copy_merge_params(query),
        headers=request.headers,
        stream=request.stream,
        extensions={k: v for k, v in request.extensions.items() if k != PRIVATE_QUERY},
    )
