"""The edge cases: what is asked, how, and what a watcher should say of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.edges.application import FILE, WORK_SECONDS
from benchmarks.edges.wire import CLOSE_FRAME, UPGRADE, connected, fetch

Drive = Callable[[int, Callable[[], None]], Awaitable[str]]
"""Given the port and a look at what is open right now, answers what the client saw."""


@dataclass(frozen=True, slots=True)
class Case:
    """*said* is what should be told; *shows* the figures that matter: seconds, received, sent."""

    name: str
    drive: Drive
    said: tuple[str, ...]
    shows: tuple[str, ...] = ()
    root_path: str = ""


def _asked(method: str, path: str, *headers: str, body: bytes = b"") -> Drive:
    async def drive(port: int, look: Callable[[], None]) -> str:
        del look
        return await fetch(port, method, path, *headers, body=body)

    return drive


_get = partial(_asked, "GET")


async def _leaves_before(port: int, look: Callable[[], None]) -> str:
    async with connected(port) as connection:
        await connection.ask("GET", "/slow")
        await asyncio.sleep(WORK_SECONDS / 2)
        look()
        connection.leave()
    await asyncio.sleep(WORK_SECONDS)
    return "nothing"


async def _leaves_during(port: int, look: Callable[[], None]) -> str:
    async with connected(port) as connection:
        await connection.ask("GET", "/endless")
        status = await connection.status()
        await connection.until(b"chunk")
        look()
        connection.leave()
    await asyncio.sleep(WORK_SECONDS)
    return f"{status}, a part"


async def _talks(port: int, look: Callable[[], None], *, politely: bool) -> str:
    async with connected(port) as connection:
        await connection.ask("GET", "/talk/7", *UPGRADE)
        status = await connection.status()
        await asyncio.sleep(WORK_SECONDS / 3)
        look()
        if politely:
            connection.write(CLOSE_FRAME)
            await connection.rest()
        connection.leave()
    await asyncio.sleep(WORK_SECONDS / 3)
    return status


_CHUNKS = b"3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n"
_SIZE = FILE.stat().st_size

CASES = (
    Case("a route", _get("/plain"), ("GET /plain 200",)),
    Case("a parameter", _get("/items/42"), ("GET /items/{item_id} 200",)),
    Case("the last of 200 routes", _get("/many/199/x"), ("GET /many/199/{name} 200",)),
    Case(
        "routers included in routers", _get("/api/outer/1/mid/inner/2"),
        ("GET /api/outer/{o}/mid/inner/{x} 200",),
    ),
    Case("a mounted application", _get("/t/acme/thing/7"), ("GET /t/{tenant}/thing/{id} 200",)),
    Case("a mount in a mount", _get("/star/deep/9/d/2"), ("GET /star/deep/{level}/d/{w} 200",)),
    Case("a mount that is bare ASGI", _get("/raw/any/thing"), ("GET /raw 200",)),
    Case("a path that is not there", _get("/nope/4711"), ("GET - 404",)),
    Case("not there, in a mount", _get("/t/acme/nope/4711"), ("GET /t/{tenant} 404",)),
    Case("a wrong method", _asked("POST", "/plain"), ("POST /plain 405",)),
    Case("an unknown method", _asked("BREW", "/plain"), ("_OTHER /plain 405",)),
    Case("a redirect to the slash", _get("/plain/"), ("GET - 307",)),
    Case(
        "behind a root path", _get("/items/42"), ("GET /items/{item_id} 200",),
        root_path="/proxied",
    ),
    Case("the host's lifespan state", _get("/state"), ("GET /state 200",)),
    Case("work after the answer", _get("/later"), ("GET /later 200, 0.0 s",), ("seconds",)),
    Case(
        "a stream", _get("/stream"), ("GET /stream 200, 0.3 s, sent 15 B",), ("seconds", "sent")
    ),
    Case(
        "a chunked body",
        _asked("POST", "/swallow", "Transfer-Encoding: chunked", body=_CHUNKS),
        ("POST /swallow 200, received 8 B",), ("received",),
    ),
    Case("HEAD", _asked("HEAD", "/head"), ("HEAD /head 200, sent 0 B",), ("sent",)),
    Case("a file", _get("/file"), (f"GET /file 200, sent {_SIZE} B",), ("sent",)),
    Case("an error before the answer", _get("/fails"), ("GET /fails 500 KeyError",)),
    Case("an error in the answer", _get("/broken"), ("GET /broken 200 ValueError",)),
    Case("gone before the answer", _leaves_before, ("GET /slow 200 client gone",)),
    Case("gone during the answer", _leaves_during, ("GET /endless 200 client gone",)),
    Case("a WebSocket", partial(_talks, politely=True), ("1 open socket",)),
    Case("a WebSocket cut off", partial(_talks, politely=False), ("1 open socket",)),
    Case("a WebSocket refused", _asked("GET", "/refuse", *UPGRADE), ()),
)  # fmt: skip
