"""The ways in which a row of the conformance matrix calls its operation."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any

from holdfast.integrations.private_query import private
from tests.conformance.provider_stage import Stage
from tests.secrets import MARK

Act = Callable[[], Awaitable[Any]]
"""The call itself."""

Ready = Callable[[Stage], Awaitable[Act]]
"""Whatever must be there before (a token, a job to look at), then the call."""

Rows = dict[str, Ready]
"""By the operation's name, with what sets this row apart in brackets: "chat (streamed)"."""

NOTHING: Mapping[str, str] = {}
_numbers = itertools.count(1)


def raw(
    method: str, path: str, *, json: Any = None, hidden: Mapping[str, str] = NOTHING,
    **request: Mapping[str, str],
) -> Ready:  # fmt: skip
    """The plain request, read to its end as it comes.

    In *headers*, *params* and *data* ``{KEY_NAME}`` is that secret, and ``{once}`` is new for
    each call: a token that may be used once. *hidden* is what leaves in the query only.
    """

    async def ready(stage: Stage) -> Act:
        words = {**stage.access().keys, "once": f"{MARK}-once-{next(_numbers)}"}
        filled: dict[str, Any] = {part: _filled(one, words) for part, one in request.items()}
        filled["extensions"] = private(_filled(hidden, words))

        async def act() -> None:
            async with stage.http.stream(method, path, json=json, **filled) as answer:
                async for _ in answer.aiter_bytes():
                    pass

        return act

    return ready


def _filled(fields: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    return {name: text.format(**words) for name, text in fields.items()}


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
