"""The ways in which a row of the conformance matrix calls its operation."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any

from tests.conformance.provider_stage import Stage

Act = Callable[[], Awaitable[Any]]
"""The call itself."""

Ready = Callable[[Stage], Awaitable[Act]]
"""Whatever must be there before (a token, a job to look at), then the call."""

Rows = dict[str, Ready]
"""By the operation's name, with what sets this row apart in brackets: "chat (streamed)"."""

NOTHING: Mapping[str, str] = {}


def raw(
    method: str, path: str, *, headers: Mapping[str, str] = NOTHING, **request: Any
) -> Ready:  # fmt: skip
    """The plain request, read to its end as it comes; ``{KEY_NAME}`` in a header is that secret."""

    async def ready(stage: Stage) -> Act:
        keys = stage.access().keys
        filled = {name: text.format(**keys) for name, text in headers.items()}

        async def act() -> None:
            async with stage.http.stream(method, path, headers=filled, **request) as answer:
                async for _ in answer.aiter_bytes():
                    pass

        return act

    return ready


def client(kind: str, ask: Callable[[Any], Awaitable[Any]]) -> Ready:
    """What *ask* calls at the integration's client of *kind*."""

    async def ready(stage: Stage) -> Act:
        made = client_of(stage, kind)
        return lambda: ask(made)

    return ready


def after(
    kind: str,
    before: Callable[[Any], Awaitable[Any]],
    ask: Callable[[Any, Any], Awaitable[Any]],
) -> Ready:
    """As `client`, with what *before* found while all was well."""

    async def ready(stage: Stage) -> Act:
        made = client_of(stage, kind)
        found = await before(made)
        return lambda: ask(made, found)

    return ready


def client_of(stage: Stage, kind: str) -> Any:
    """The integration's client of *kind*, over the stage."""
    place = next(one.client for one in stage.integration.services if one.name == kind)
    module, _, name = place.partition(":")
    return getattr(import_module(module), name).over(stage.access())
