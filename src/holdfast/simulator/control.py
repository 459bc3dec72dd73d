"""The simulator's own routes: `/_scenarios`, `/_requests`, `/_health`."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from holdfast.simulator.endpoint import Stage
from holdfast.simulator.kinds import COMMON, KINDS, Kind
from holdfast.simulator.provider import Provider
from holdfast.simulator.scenario import InvalidScenario, read_scenario, suits
from holdfast.simulator.scenario_file import read_scenarios
from holdfast.simulator.wire import Json

LARGEST_SCENARIO_BYTES = 10_000
MOST_RECORDS = 500
_LIMITS = frozenset(map(str, range(1, MOST_RECORDS + 1)))

Handler = Callable[[Request], Awaitable[Response]]


def problem(status: int, title: str, detail: str, **more: str) -> JSONResponse:
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def control_routes(stage: Stage) -> list[Route]:
    """The routes through which scenarios are switched while the simulator runs."""
    control = _Control(stage)
    table: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "/_health", control.health),
        ("GET", "/_requests", control.requests),
        ("GET", "/_scenarios", control.scenarios),
        ("PUT", "/_scenarios", control.put_all),
        ("DELETE", "/_scenarios", control.clear),
        ("GET", "/_scenarios/{provider}", control.scenario),
        ("PUT", "/_scenarios/{provider}", control.put),
        ("DELETE", "/_scenarios/{provider}", control.delete),
    )
    return [Route(path, _named(handler), methods=[method]) for method, path, handler in table]


def _named(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except InvalidScenario as no:
            more = {"field": no.field, "value": no.value, "allowed": no.allowed}
            return problem(422, "Invalid scenario", str(no), **more)

    return answer


class _Control:
    """The handlers; each answers from, or changes, the stage's switchboard."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def health(self, _request: Request) -> Response:
        """The port answers."""
        return JSONResponse({"status": "ok"})

    async def scenarios(self, _request: Request) -> Response:
        """Every provider's state, and what can be played."""
        board = self._stage.board
        states = {name: board.describe(name) for name in board.providers}
        kinds = [_describe(kind, board.providers) for kind in KINDS]
        common = {field.name: field.describe() for field in COMMON}
        shown = {"providers": states, "kinds": kinds, "common": common}
        return JSONResponse({"seed": self._stage.seed, **shown})

    async def scenario(self, request: Request) -> Response:
        """One provider's state."""
        return JSONResponse(self._stage.board.describe(self._provider(request).name))

    async def put(self, request: Request) -> Response:
        """Play a scenario from now on."""
        provider = self._provider(request)
        scenario = read_scenario(await _document(request), provider)
        self._stage.board.put(provider.name, scenario)
        return JSONResponse(scenario.document())

    async def put_all(self, request: Request) -> Response:
        """Play these scenarios from now on, a whole file's, and no others."""
        document = await _document(request)
        scenarios = read_scenarios(document, self._stage.board.providers)
        self._stage.board.put_all(scenarios)
        return JSONResponse({name: one.document() for name, one in scenarios.items()})

    async def delete(self, request: Request) -> Response:
        """One provider behaves well again."""
        self._stage.board.put(self._provider(request).name, None)
        return Response(status_code=204)

    async def clear(self, _request: Request) -> Response:
        """All providers behave well again."""
        self._stage.board.clear()
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        """The newest records."""
        provider = request.query_params.get("provider")
        if provider is not None:
            self._named_provider(provider)
        limit = _limit(request.query_params.get("limit", "50"))
        return JSONResponse({"requests": self._stage.journal.read(provider, limit)})

    def _provider(self, request: Request) -> Provider:
        return self._named_provider(request.path_params["provider"])

    def _named_provider(self, name: str) -> Provider:
        providers = self._stage.board.providers
        if name not in providers:
            raise InvalidScenario("provider", name, f"one of {', '.join(sorted(providers))}")
        return providers[name]


def _describe(kind: Kind, providers: dict[str, Provider]) -> dict[str, object]:
    able = [n for n, p in providers.items() if any(suits(kind, o) for o in p.everything)]
    own = {field.name: field.describe() for field in kind.parameters}
    return {"kind": kind.name, "title": kind.title, "providers": able, "parameters": own}


async def _document(request: Request) -> Json:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_SCENARIO_BYTES:
            raise InvalidScenario("body", len(body), f"at most {LARGEST_SCENARIO_BYTES} bytes")
    try:
        return json.loads(body)
    except ValueError:
        text = body.decode(errors="replace")
        raise InvalidScenario("body", text, 'a JSON object such as {"kind": "error"}') from None


def _limit(text: str) -> int:
    if text not in _LIMITS:
        raise InvalidScenario("limit", text, f"an integer between 1 and {MOST_RECORDS}")
    return int(text)
