"""A socket from what an application holds in its hand."""

from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection

from holdfast.app.monitoring import Monitoring
from holdfast.errors import ConfigurationError, InputRefused, QuotaExhausted
from holdfast.events import CallFinished, Event
from tests.api.host import development
from tests.integrations.sockets import listening
from tests.integrations.test_websocket_refused import answering

pytestmark = pytest.mark.real_time


async def greet(connection: ServerConnection) -> None:
    """Say one thing and goodbye."""
    await connection.send("hello")


async def test_a_conversation_is_watched_and_controlled(tmp_path: Path) -> None:
    """As any call: under a guard of its name, told to whoever listens."""
    monitoring = Monitoring(development(tmp_path))
    heard: list[Event] = []
    monitoring.listen(heard.append)
    async with (
        listening(greet) as line,
        monitoring.websocket("ear", "/listen", "listen", base_url=line.url) as socket,
    ):
        assert [message async for message in socket] == ["hello"]
    (call,) = (fact for fact in heard if isinstance(fact, CallFinished))
    assert (call.origin.integration, call.origin.operation) == ("ear", "listen")
    assert (call.outcome, list(monitoring.controls)) == ("succeeded", [("ear", "listen")])


async def test_an_integration_that_we_know_is_where_it_is_configured(tmp_path: Path) -> None:
    """And its own error table tells what a refused handshake means."""
    body = b'{"error": {"code": "insufficient_quota", "message": "no money"}}'
    async with listening(greet, answering(429, body=body)) as line:
        monitoring = Monitoring(development(tmp_path, OPENAI_BASE_URL=line.url))
        with pytest.raises(QuotaExhausted):
            await monitoring.websocket("openai", "/realtime", "realtime").__aenter__()
        assert [request.path for request in line.handshakes] == ["/v1/realtime"]
        with pytest.raises(InputRefused, match="openai is configured at"):
            await monitoring.websocket("openai", "wss://elsewhere/realtime").__aenter__()


def test_an_integration_that_we_do_not_know_says_where_it_is(tmp_path: Path) -> None:
    """Else its key could go anywhere."""
    with pytest.raises(ConfigurationError, match="'ear'"):
        Monitoring(development(tmp_path)).websocket("ear", "/listen")


async def test_nobody_watches_when_it_is_switched_off(tmp_path: Path) -> None:
    """The socket opens all the same."""
    monitoring = Monitoring(development(tmp_path, HOLDFAST_ENABLED="false"))
    async with (
        listening(greet) as line,
        monitoring.websocket("ear", "/listen", base_url=line.url) as socket,
    ):
        assert [message async for message in socket] == ["hello"]
    assert list(monitoring.controls) == []
