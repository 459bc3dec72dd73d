"""The webhook, on a real port."""

import json

import pytest

from holdfast.alerts.notifiers.webhook import Webhook
from holdfast.errors import HoldfastError, InvalidRequest, ProtocolError, Unavailable
from tests.alerts.test_delivery import alert
from tests.integrations.loopback import Received, Reply, loopback

pytestmark = pytest.mark.real_time


async def test_a_document_is_posted() -> None:
    """Flat, versioned, with times in UTC."""

    async def answer(_asked: Received, reply: Reply) -> None:
        await reply.whole(204, b"")

    async with loopback(answer) as (url, received):
        webhook = Webhook(f"{url}/hook")
        await webhook.tell(alert(1))
    assert received[0].method == "POST"
    assert json.loads(received[0].body) == {
        "version": "1", "id": "a1", "fingerprint": "f", "state": "firing", "severity": "warning",
        "rule": "latency", "integration": "sun", "message": "slow", "value": 6.0, "threshold": 5.0,
        "since": "1970-01-01T00:00:01.000+00:00", "at": "1970-01-01T00:00:01.000+00:00",
        "reason": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Unavailable), (429, ProtocolError), (302, ProtocolError), (404, InvalidRequest)],
)
async def test_what_it_answers_decides(status: int, error: type[HoldfastError]) -> None:
    """Only our own mistake is final; the address, which may be a secret, is in no message."""

    async def answer(_asked: Received, reply: Reply) -> None:
        await reply.whole(status)

    async with loopback(answer) as (url, _):
        webhook = Webhook(f"{url}/s3cret")
        with pytest.raises(error) as told:
            await webhook.tell(alert(1))
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "error"), [("http://127.0.0.1:9/x", Unavailable), ("http://[::", InvalidRequest)]
)
async def test_where_nobody_is(url: str, error: type[HoldfastError]) -> None:
    """A closed port may open again; no address never becomes one."""
    webhook = Webhook(url)
    with pytest.raises(error):
        await webhook.tell(alert(1))
