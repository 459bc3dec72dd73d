"""A TCP proxy that misbehaves on command: late, jittery, slow, silent, cut, or not there.

What is done to the network is done here, in this process and on loopback, so that it works
wherever Python does.
"""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER for no time: close() sends RST, not FIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What happens to each piece of data, in both directions.

    It comes *latency_seconds* later, plus up to *jitter_seconds*; at most *bytes_per_second* go
    through (None: all); a *black_hole* keeps everything, new connections too, until it is healed.
    """

    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    bytes_per_second: float | None = None
    black_hole: bool = False


HEALTHY = Faults()


class FaultProxy:
    """Stands before the server at *port* of loopback; clients connect to ``.port``."""

    def __init__(self, port: int, *, seed: int = 0) -> None:
        self.port = 0
        self.faults = HEALTHY
        self.connections = 0
        self._behind = port
        self._random = random.Random(seed)
        self._healed = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def become(self, faults: Faults) -> None:
        """Misbehave so from now on; data that was kept goes on its way when it may."""
        self.faults = faults
        self._healed.set()
        self._healed = asyncio.Event()

    def reset(self) -> None:
        """Cut every connection with a TCP reset."""
        for writer in list(self._open):
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def refuse(self) -> None:
        """Be gone: connections are cut, and new ones refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()

    async def listen(self) -> None:
        """Be there (again), at the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._open.add(writer)
        try:
            await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._open.discard(writer)
            self._tasks.discard(task)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._pass()
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        try:
            ways = (self._pump(reader, behind_writer), self._pump(behind_reader, writer))
            await _first(*ways)
        finally:
            behind_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._pass()
            await self._delay()
            await self._trickle(data, writer)

    async def _pass(self) -> None:
        while self.faults.black_hole:
            await self._healed.wait()

    async def _delay(self) -> None:
        faults = self.faults
        seconds = faults.latency_seconds + faults.jitter_seconds * self._random.random()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _trickle(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        while data:
            rate = self.faults.bytes_per_second
            piece = data if rate is None else data[:1]
            data = data[len(piece) :]
            writer.write(piece)
            await writer.drain()
            if rate is not None:
                await asyncio.sleep(len(piece) / rate)


async def _first(*ways: Awaitable[None]) -> None:
    """Both ways until one ends: a half-closed connection is none."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
