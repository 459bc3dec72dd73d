"""A tiny HTTP/1.1 server on a real port, scripted byte by byte, one connection per request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Received:
    """One request as it arrived; *number* counts from 1."""

    number: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Reply:
    """The way back to the client."""

    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send *data* now."""
        self.writer.write(data)
        await self.writer.drain()

    async def whole(
        self, status: int = 200, body: bytes = b"{}", content_type: str = "application/json",
        **headers: str,
    ) -> None:  # fmt: skip
        """A complete answer; ``_`` in a header's name stands for ``-``."""
        headers |= {"content-type": content_type, "content-length": str(len(body))}
        await self.send(head(status, headers) + body)

    async def begin(self, content_type: str = "text/event-stream", **headers: str) -> None:
        """The head of a chunked answer."""
        headers |= {"content-type": content_type, "transfer-encoding": "chunked"}
        await self.send(head(200, headers))

    async def chunk(self, data: bytes) -> None:
        """One chunk; an empty one ends the answer."""
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))


Script = Callable[[Received, Reply], Awaitable[None]]


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """A status line and *headers*."""
    lines = [f"HTTP/1.1 {status} Status", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode()


@asynccontextmanager
async def loopback(script: Script) -> AsyncIterator[tuple[str, list[Received]]]:
    """The base URL of a server that answers by *script*, and what it received so far."""
    received: list[Received] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader, len(received) + 1)
            received.append(request)
            await script(request, Reply(writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


async def _read(reader: asyncio.StreamReader, number: int) -> Received:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    if headers.get("transfer-encoding") == "chunked":
        body = await _chunks(reader)
    return Received(number, method, target, headers, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body
