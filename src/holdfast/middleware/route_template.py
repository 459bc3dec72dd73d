"""The template of the route that answered a request, read from its ASGI scope afterwards.

Never the raw path: an unmatched request has the empty route. Prefixes of routers and mounts are
in it. Starlette and FastAPI are looked at, not imported: they need not be installed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_FASTAPI_ROUTE = ("fastapi", "effective_route_context")
"""Where FastAPI >= 0.140 leaves the route with its routers' prefixes; watched by a test."""


class RouteTemplates:
    """Finds templates; routes that leave no trace in the scope are looked up once and kept."""

    def __init__(self) -> None:
        self._looked_up: dict[int, tuple[Any, str]] = {}

    def of(self, scope: Mapping[str, Any]) -> str:
        """The template, "" when no route matched."""
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return ""
        router = scope.get("router")
        if "app_root_path" not in scope:
            return _own_path(scope) or self._look_up(router, endpoint)
        mounts, innermost = _mounts(router, scope["root_path"][len(scope["app_root_path"]) :])
        if endpoint is getattr(innermost, "app", None):
            return mounts
        return mounts + (_own_path(scope) or self._look_up(innermost, endpoint))

    def _look_up(self, router: Any, endpoint: Any) -> str:
        known = self._looked_up.get(id(endpoint))
        if known is None:
            routes = flattened(getattr(router, "routes", ()))
            found = (one for one in routes if getattr(one, "endpoint", None) is endpoint)
            # Kept with its endpoint: the id of one that is gone could be another's.
            known = endpoint, str(getattr(next(found, None), "path", ""))
            self._looked_up[id(endpoint)] = known
        return known[1]


def flattened(routes: Iterable[Any]) -> Iterator[Any]:
    """*routes*, those of included routers with their prefixes in place of the routers."""
    for route in routes:
        contexts = getattr(route, "effective_route_contexts", None)
        if contexts is None:
            yield route
        else:
            yield from (getattr(one, "starlette_route", None) or one for one in contexts())


def _own_path(scope: Mapping[str, Any]) -> str:
    """The path of the route that stands in *scope*, unless that is where it was mounted."""
    route = scope.get("route")
    if getattr(route, "endpoint", None) is not scope["endpoint"]:
        return ""
    included = (scope.get(_FASTAPI_ROUTE[0]) or {}).get(_FASTAPI_ROUTE[1])
    if getattr(included, "original_route", None) is route:
        route = included
    return str(getattr(route, "path", ""))


def _mounts(router: Any, prefix: str) -> tuple[str, Any]:
    """The template of the mounts that *prefix* led through, and the last of them."""
    template, innermost, rest = "", router, f"{prefix}/"
    while rest != "/":
        candidates = (one for one in flattened(getattr(innermost, "routes", ())) if _is_mount(one))
        found = ((one, match) for one in candidates if (match := one.path_regex.match(rest)))
        mount, match = next(found, (None, None))
        if mount is None or match is None:
            return template, innermost
        template += mount.path_format.removesuffix("/{path}")
        innermost, rest = mount, f"/{match['path']}"
    return template, innermost


def _is_mount(route: Any) -> bool:
    return hasattr(route, "app") and not hasattr(route, "endpoint") and hasattr(route, "path_regex")
