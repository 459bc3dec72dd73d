"""HTTP/1.1 and WebSocket handshakes by hand, so that one can leave whenever one likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_PATIENCE_SECONDS = 5.0


class Connection:
    """One connection to the server under test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, method: str, path: str, *headers: str, body: bytes = b"") -> None:
        """Send a request."""
        head = "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""))
        self._writer.write(head.encode() + body)
        await self._writer.drain()

    async def status(self) -> str:
        """The status of the answer, "" when the connection ends without one."""
        line = await self._reader.readline()
        return line.decode().split(" ")[1] if line else ""

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        return await self._reader.read()

    def write(self, data: bytes) -> None:
        """Send *data* as it is."""
        self._writer.write(data)

    async def until(self, word: bytes) -> None:
        """Read until *word* has come."""
        await self._reader.readuntil(word)

    def leave(self) -> None:
        """Go away without a word."""
        self._writer.transport.abort()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """A new connection, gone in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            yield Connection(reader, writer)
    finally:
        writer.close()


async def fetch(port: int, method: str, path: str, *headers: str, body: bytes = b"") -> str:
    """The status of one request that is read to its end."""
    async with connected(port) as connection:
        await connection.ask(method, path, "Connection: close", *headers, body=body)
        status = await connection.status()
        await connection.rest()
        return status


UPGRADE = (
    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)  # fmt: skip
CLOSE_FRAME = b"\x88\x80\x00\x00\x00\x00"
"""A client's: masked, without a reason."""
