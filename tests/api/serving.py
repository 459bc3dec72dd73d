"""An application on a real port, and a live socket to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """``127.0.0.1:port`` of *app*, served by uvicorn in this loop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, ws="websockets-sansio")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


class Page:
    """A browser's side of the live socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def frame(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(5.0):
            document: dict[str, Any] = json.loads(await self.connection.recv())
        return document

    async def frame_of(self, kind: str) -> dict[str, Any]:
        """The next frame of this *kind*, whatever comes before."""
        while (frame := await self.frame())["type"] != kind:
            pass
        return frame


@asynccontextmanager
async def watching(where: str, path: str = "/monitoring/ws", **options: Any) -> AsyncIterator[Page]:
    """A page that watches; raises `InvalidStatus` when it is not let in."""
    async with connect(f"ws://{where}{path}", proxy=None, **options) as connection:
        yield Page(connection)
