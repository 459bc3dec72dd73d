"""Our routes in front of the host's: guarded by the gate, and never in the place of one of his."""

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from starlette.routing import Match
from starlette.types import ASGIApp

from holdfast.api.gate import Visitor, header_map, refusal
from holdfast.api.paths import local_path
from holdfast.api.problems import problem
from holdfast.settings.settings import Settings
from holdfast.telemetry.fault import log_fault

PREFIXES = ("/health", "/metrics", "/monitoring", "/api/monitoring", "/api/v1/health")
"""Every path of ours begins with one of these."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Surface:
    """Answers our own paths with *own* after the gate; all others go to *app*, the host.

    *left_to_host* is asked once, at the first request, when the host has all its routes.
    """

    def __init__(
        self, app: ASGIApp, *, own: Any, settings: Settings,
        left_to_host: Callable[[], Collection[str]] = tuple,
    ) -> None:  # fmt: skip
        self._app, self._own, self._settings = app, own, settings
        self._ask_host = left_to_host
        self._left: Collection[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] in ("http", "websocket"):
            path = local_path(scope)
            if path.startswith(PREFIXES) and self._is_ours(path, scope):
                await self._answer(path, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_ours(self, path: str, scope: Scope) -> bool:
        if self._left is None:
            self._left = self._ask_host()
        return path not in self._left and any(
            route.matches(scope)[0] is not Match.NONE for route in self._own.router.routes
        )

    async def _answer(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        visitor = Visitor(
            path,
            client[0] if client else None,
            header_map(scope["headers"]),
            tuple(scope.get("subprotocols", ())),
        )
        why = refusal(visitor, self._settings)
        if why is None:
            await self._own_answer(path, scope, receive, send)
        elif scope["type"] == "websocket":
            await _close(receive, send)
        else:
            response = problem(401, why, {"WWW-Authenticate": 'Bearer realm="holdfast"'})
            await response(scope, receive, send)

    async def _own_answer(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._own(dict(scope), receive, send)
        except Exception as error:  # noqa: BLE001 - answered already, none of the host's business
            log_fault("own_route_failed", error, path=path)


async def _close(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": "not allowed"})
