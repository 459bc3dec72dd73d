"""The simulator as an ASGI application."""

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.control import control_routes, problem
from holdfast.simulator.endpoint import Endpoint, Stage
from holdfast.simulator.journal import Journal
from holdfast.simulator.provider import Operation, Provider
from holdfast.simulator.providers import PROVIDERS
from holdfast.simulator.scenario_file import read_scenario_file
from holdfast.simulator.socket_endpoint import SocketEndpoint
from holdfast.simulator.switchboard import Switchboard


def create_simulator(
    seed: int = 7,
    *,
    pace: float = 0.0,
    providers: Sequence[Provider] | None = None,
    scenarios: Path | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Starlette:
    """One application that speaks for all *providers*, each under `/{its name}`.

    *seed* decides every answer and every fault. *pace* 0.0 answers at once, 1.0 about as slowly
    as the real providers. *providers*: those of `PROVIDERS` with their defaults, or your own
    instances: `create_simulator(providers=[Prokerala(requests_per_minute=5)])`. *scenarios* is a
    file of those that are played from the start.
    """
    cast = [make(clock=clock) for make in PROVIDERS] if providers is None else list(providers)
    stage = Stage(Switchboard(cast, clock), Journal(), seed, pace, clock)
    if scenarios is not None:
        stage.board.put_all(read_scenario_file(scenarios, stage.board.providers))
    routes: list[BaseRoute] = [*control_routes(stage)]
    for provider in cast:
        routes += _routes(stage, provider)
    routes.append(Route("/{path:path}", _nothing_here, methods=None))
    application = Starlette(routes=routes)
    application.state.stage = stage
    return application


def _routes(stage: Stage, provider: Provider) -> list[BaseRoute]:
    lost = Operation("unknown_path", "*", "/{path:path}", provider.unknown_path)
    known = [
        Route(f"/{provider.name}{o.path}", Endpoint(stage, provider, o), methods=[o.method])
        for o in provider.operations
    ]
    rest = Route(f"/{provider.name}{lost.path}", Endpoint(stage, provider, lost))
    sockets = [
        WebSocketRoute(f"/{provider.name}{o.path}", SocketEndpoint(stage, provider, o))
        for o in provider.sockets
    ]
    return [*known, *sockets, rest]


async def _nothing_here(request: Request) -> Response:
    stage: Stage = request.app.state.stage
    places = ", ".join(f"/{name}/…" for name in stage.board.providers)
    detail = f"nothing at {request.url.path[:200]!r}; there are {places} and /_scenarios"
    return problem(404, "Not found", detail)
