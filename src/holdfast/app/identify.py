"""Who is asking: what the application's own authentication left on the request."""

from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any
from uuid import UUID

from starlette.requests import HTTPConnection

from holdfast.telemetry.fault import log_fault

User = tuple[str | None, str | None]
"""Id and type ("premium", "admin", …), each None where it is not known."""

Identify = Callable[[HTTPConnection], Any]
"""Given by the application: takes the request, returns an id, a user, or (id, type)."""

UserOf = Callable[[Mapping[str, Any]], User]
"""Reads the user from a request's ASGI scope."""

_IDS = ("id", "user_id", "sub", "username")
_TYPES = ("user_type", "type", "role")


def user_of_scope(identify: Identify | None = None) -> UserOf:
    """Reads the user from a request's ASGI scope once it was answered; it never raises.

    Default: ``request.state.user``, whether that is an id, a mapping or an object. TypeError when
    *identify* is an ``async def``: the answer is on its way, and nothing more is awaited.
    """
    if iscoroutinefunction(identify):
        raise TypeError(
            "identify is an async def: find the user where the request is handled, "
            "keep it in request.state, and return it from a plain def"
        )

    def read(scope: Mapping[str, Any]) -> User:
        try:
            if identify is not None:
                return _user(identify(HTTPConnection(dict(scope))))
            state = scope.get("state")
            return (None, None) if not state else _user(state.get("user"))
        except Exception as error:  # noqa: BLE001 - the application's code, after its answer
            log_fault("user_not_identified", error)
            return None, None

    return read


def _user(found: Any) -> User:
    if found is None:
        return None, None
    if isinstance(found, tuple) and len(found) == 2:
        return _text(found[0]), _text(found[1])
    if (simple := _text(found)) is not None:
        return simple, None
    return _first(found, _IDS), _first(found, _TYPES)


def _first(found: Any, names: tuple[str, ...]) -> str | None:
    values = (
        found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
        for name in names
    )  # fmt: skip
    return next((text for value in values if (text := _text(value)) is not None), None)


def _text(value: Any) -> str | None:
    usable = isinstance(value, str | int | UUID) and not isinstance(value, bool)
    return (str(value) or None) if usable else None
