"""A watched application on a real port, asked every case; what it said of each."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from benchmarks.edges.cases import CASES, Case
from benchmarks.edges.watchers import Counted, Said, Watched

_SETTLE_SECONDS = 1.0
_NOTHING_SECONDS = 0.2
_STEP_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Played:
    """What the client *saw*, and what the watcher *said* of it."""

    saw: str
    said: tuple[str, ...]


async def play(watcher: Callable[[], Watched]) -> dict[str, Played]:
    """Every case by its name."""
    found: dict[str, Played] = {}
    for root_path in dict.fromkeys(case.root_path for case in CASES):
        watched = watcher()
        async with served(watched.app, root_path) as port:
            for case in CASES:
                if case.root_path == root_path:
                    found[case.name] = await play_case(case, watched, port)
    return {case.name: found[case.name] for case in CASES}


async def play_case(case: Case, watched: Watched, port: int) -> Played:
    """Ask, wait until something was said of it (or nothing for a while), and compare."""
    before, looks = watched.said(), list[str]()

    def look() -> None:
        number = watched.open_sockets() if watched.open_sockets else 0
        if number:
            looks.append(f"{number} open socket{'s' * (number > 1)}")

    saw = await case.drive(port, look)
    patience = _SETTLE_SECONDS if case.said and not looks else _NOTHING_SECONDS
    while watched.said() == before and patience > 0:
        await asyncio.sleep(_STEP_SECONDS)
        patience -= _STEP_SECONDS
    return Played(saw, (*looks, *_difference(before, watched.said(), case.shows)))


def _difference(before: Said, after: Said, shows: tuple[str, ...]) -> list[str]:
    found = []
    for series, now in after.items():
        then = before.get(series, Counted(0, 0.0, 0, 0))
        if now.number > then.number:
            times = f" ×{now.number - then.number:.0f}" if now.number - then.number > 1 else ""
            found.append(", ".join((series + times, *_figures(then, now, shows))))
    return found


def _figures(then: Counted, now: Counted, shows: tuple[str, ...]) -> list[str]:
    found = []
    if "seconds" in shows:
        found.append(_one(then.seconds, now.seconds, "{:.1f} s"))
    if "received" in shows:
        found.append(_one(then.received, now.received, "received {:.0f} B"))
    if "sent" in shows:
        found.append(_one(then.sent, now.sent, "sent {:.0f} B"))
    return [figure for figure in found if figure]


def _one(then: float | None, now: float | None, words: str) -> str:
    return "" if now is None else words.format(now - (then or 0))


@asynccontextmanager
async def served(app: FastAPI, root_path: str = "") -> AsyncIterator[int]:
    """The port of *app*, served by uvicorn in this loop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_config=None, ws="websockets-sansio", http="h11", root_path=root_path
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn signals nobody
                await asyncio.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
