"""An application with every kind of route that a middleware may misjudge."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, BackgroundTasks, FastAPI, Request, WebSocket
from starlette.applications import Starlette
from starlette.responses import FileResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

WORK_SECONDS = 0.3
FILE = Path(__file__)


async def plain() -> str:
    """Five bytes of JSON."""
    return "abc"


async def fails() -> None:
    """An error before the response starts."""
    raise KeyError("x")


async def slow() -> str:
    """A plain answer after a while."""
    await asyncio.sleep(WORK_SECONDS)
    return "abc"


async def later(tasks: BackgroundTasks) -> str:
    """An answer at once, and work after it."""
    tasks.add_task(asyncio.sleep, WORK_SECONDS)
    return "abc"


async def stream() -> StreamingResponse:
    """Three pieces of five bytes, each after a tenth of a second."""
    return StreamingResponse(_pieces(3))


async def broken() -> StreamingResponse:
    """An error after the response has started."""
    return StreamingResponse(_pieces(1, then_fails=True))


async def endless() -> StreamingResponse:
    """Pieces for as long as anybody listens."""
    return StreamingResponse(_pieces(1_000))


async def swallow(request: Request) -> str:
    """Reads the body."""
    await request.body()
    return "abc"


async def file() -> FileResponse:
    """A file from the disk."""
    return FileResponse(FILE)


async def state(request: Request) -> str:
    """What the host's lifespan prepared."""
    return str(request.state.prepared)


async def talk(socket: WebSocket) -> None:
    """Accepts, and listens until the other side leaves."""
    await socket.accept()
    await socket.receive()


async def refuse(socket: WebSocket) -> None:
    """Does not accept."""
    await socket.close()


async def _pieces(number: int, *, then_fails: bool = False) -> AsyncIterator[bytes]:
    for _ in range(number):
        await asyncio.sleep(WORK_SECONDS / 3)
        yield b"chunk"
    if then_fails:
        raise ValueError("broken")


async def _text(_: Request) -> PlainTextResponse:
    return PlainTextResponse("text")


async def _raw(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("raw")(scope, receive, send)


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"prepared": "ready"}


def application(**options: Any) -> FastAPI:
    """The application, unwatched; *options* are FastAPI's."""
    app = FastAPI(lifespan=_lifespan, **options)
    routes: dict[str, Callable[..., Any]] = {
        "/plain": plain, "/items/{item_id}": plain, "/fails": fails, "/slow": slow,
        "/later": later, "/stream": stream, "/broken": broken, "/endless": endless,
        "/file": file, "/head": plain, "/state": state,
    }  # fmt: skip
    for path, endpoint in routes.items():
        app.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_model=None)
    app.add_api_route("/swallow", swallow, methods=["POST"])
    for number in range(200):
        app.add_api_route(f"/many/{number}/{{name}}", plain)
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer/{o}")
    inner.add_api_route("/{x}", plain)
    outer.include_router(inner, prefix="/mid")
    app.include_router(outer, prefix="/api")
    tenant = FastAPI()
    tenant.add_api_route("/thing/{id}", plain)
    app.mount("/t/{tenant}", tenant)
    deep = Mount("/deep/{level}", routes=[Route("/d/{w}", _text)])
    app.mount("/star", Starlette(routes=[deep]))
    app.mount("/raw", _raw)
    app.add_api_websocket_route("/talk/{room}", talk)
    app.add_api_websocket_route("/refuse", refuse)
    return app
