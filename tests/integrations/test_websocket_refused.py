"""A socket that does not open: tried again when it may help, and told without any secret."""

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    InputRefused,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    RateLimited,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.exchange import Exchange
from holdfast.integrations.websocket_request import SocketRequest
from tests.integrations.sockets import SHORT, Line, listening

pytestmark = pytest.mark.real_time

KEY = "secret-key-1234"


async def brief(connection: ServerConnection) -> None:
    """Say goodbye at once."""


def answering(
    *statuses: int, body: bytes = b"no", **headers: str
) -> Callable[[ServerConnection, Request], Response | None]:
    """Refuse one handshake with each of *statuses*, the last for ever; 101 lets it open."""
    left = list(statuses)

    def answer(connection: ServerConnection, request: Request) -> Response | None:
        status = left.pop(0) if len(left) > 1 else left[0]
        if status == 101:
            return None
        told = Headers({name.replace("_", "-"): value for name, value in headers.items()})
        return Response(status, "Status", told, body)

    return answer


async def refusal(line: Line, request: SocketRequest | None = None) -> HoldfastError:
    """Why the socket did not open."""
    with pytest.raises(HoldfastError) as info:
        async with line.open(request):
            raise AssertionError
    return info.value


@pytest.mark.parametrize(
    ("status", "error", "attempts"),
    [
        (200, ProtocolError, 2),
        (301, ProtocolError, 2),
        (400, InvalidRequest, 1),
        (401, AuthenticationError, 1),
        (403, PermissionDenied, 1),
        (404, NotFound, 1),
        (429, RateLimited, 2),
        (500, Unavailable, 2),
        (503, Unavailable, 2),
    ],
)
async def test_a_refused_handshake_has_the_class_of_its_status(
    status: int, error: type[ProviderError], attempts: int
) -> None:
    """As for any HTTP answer; only what may help is repeated, and no redirect is followed."""
    async with listening(brief, answering(status, Location="/elsewhere")) as line:
        told = await refusal(line)
        assert type(told) is error
        assert str(told) == f"ear answered {status}"
        assert isinstance(told, ProviderError)
        assert told.status == status
        assert (line.call.outcome, line.call.attempts) == ("failed", attempts)
        assert [one.path for one in line.handshakes] == ["/v1/listen"] * attempts
        assert line.seats_taken == 0


async def test_a_second_attempt_may_open_it() -> None:
    """The conversation is then a success with two attempts."""
    async with listening(brief, answering(503, 101)) as line:
        async with line.open() as socket:
            assert [message async for message in socket] == []
        assert (line.call.outcome, line.call.attempts) == ("succeeded", 2)


async def test_a_rate_limited_handshake_tells_how_long() -> None:
    """Longer than we would wait: it is told, and not tried again."""
    async with listening(brief, answering(429, Retry_After="99")) as line:
        told = await refusal(line)
        assert isinstance(told, RateLimited)
        assert (told.retry_after_seconds, line.call.attempts) == (99.0, 1)


async def test_a_provider_may_have_its_own_words() -> None:
    """Its tables are asked first; None leaves it to the status, or to the close code."""

    def read_error(exchange: Exchange) -> ProviderError | None:
        return RateLimited("slow down") if exchange.body == b"slow" else None

    def read_close(code: int, reason: str) -> ProviderError | None:
        return AuthenticationError(f"bad {KEY}") if code == 4001 else None

    async def closing(connection: ServerConnection) -> None:
        await connection.close(next(codes))

    codes = iter((4001, 4002))
    request = SocketRequest(
        headers={"authorization": f"Token {KEY}"}, read_error=read_error, read_close=read_close,
        options=SHORT,
    )  # fmt: skip
    async with listening(brief, answering(400, body=b"slow")) as line:
        assert isinstance(await refusal(line, request), RateLimited)
    async with listening(closing) as line:
        for error, words in ((AuthenticationError, r"bad \*\*\*"), (ProtocolError, "with 4002")):
            with pytest.raises(error, match=words):
                async with line.open(request) as socket:
                    await anext(socket)


async def test_no_error_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Neither its text, nor what caused it, nor what was logged, whoever repeats it."""
    caplog.set_level(0)

    async def closing(connection: ServerConnection) -> None:
        assert connection.request is not None
        await connection.close(1011, f"{KEY} {connection.request.path}")

    def echoing(exchange: Exchange) -> ProviderError:
        return InvalidRequest(exchange.body.decode())

    request = SocketRequest(
        headers={"x-api-key": KEY}, read_error=echoing, options=SHORT,
        subprotocols=("token", "protocol-secret"),
    )  # fmt: skip
    told = list[HoldfastError]()
    async with listening(closing) as line:
        with pytest.raises(Unavailable) as info:
            async with line.open(request, f"/listen?token={KEY}-query") as socket:
                await anext(socket)
        told.append(info.value)
    async with listening(brief, answering(400, body=f"{KEY} protocol-secret".encode())) as line:
        told.append(await refusal(line, request))
    shown = [*("".join(traceback.format_exception(one)) for one in told), repr(request)]
    logged = [one.getMessage() for one in caplog.records if one.name != "websockets.server"]
    assert [text for text in (*shown, *logged) if KEY in text or "protocol-secret" in text] == []
    assert str(told[0]) == "ear closed the socket with 1011: *** /v1/listen?token=***"


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.2/listen",
        "wss://127.0.0.1/listen",
        "ws://127.0.0.1:9/listen",
        "ws://user:secret@127.0.0.1/listen",
        "ws://127.0.0.1/listen#part",
        "http://127.0.0.1/listen",
        "ws://127.0.0.1:port/listen?token=secret",
        "listen",
    ],
)
async def test_nothing_goes_to_another_host(url: str) -> None:
    """It is refused before anything is spent, and told without what may be secret."""
    line = Line("http://127.0.0.1/v1")
    with pytest.raises(InputRefused) as info:
        async with line.open(url=url):
            raise AssertionError
    assert "secret" not in str(info.value)
    assert line.facts == []


async def test_a_base_url_is_one() -> None:
    """Else the setting is wrong, not the call."""
    with pytest.raises(ConfigurationError, match="the base URL of ear must be"):
        async with Line("file:///etc").open():
            raise AssertionError


@pytest.mark.parametrize("value", [f"{KEY}\r\nx: y", f"{KEY}\N{EURO SIGN}"])
def test_a_header_that_is_none_is_refused_without_its_value(value: str) -> None:
    """It may be a key that was read with its line break."""
    with pytest.raises(InputRefused) as info:
        SocketRequest(headers={"authorization": value})
    assert KEY not in str(info.value)


async def test_who_does_not_answer_has_timed_out() -> None:
    """The handshake has its own bound; it is worth another attempt."""
    left = asyncio.Queue[int]()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            writer.close()
            left.put_nowait(1)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        line = Line(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        request = SocketRequest(options=replace(SHORT, open_seconds=0.05))
        assert isinstance(await refusal(line, request), TimedOut)
        assert line.call.attempts == 2
        for _ in range(2):
            await left.get()


async def test_nobody_there_and_somebody_else_are_unavailable() -> None:
    """A connection that is closed at once; none at all; and one that speaks no HTTP."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    said = b""
    server = await asyncio.start_server(closing, "127.0.0.1", 0)
    line = Line(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server:
        assert type(await refusal(line)) is Unavailable
        said = b"220 mail.example.org\r\n\r\n"
        assert type(await refusal(line)) is Unavailable
    assert line.breaker == "open"
    line = Line(line.url)
    assert type(await refusal(line)) is Unavailable
    assert (line.call.outcome, line.call.attempts) == ("failed", 2)
