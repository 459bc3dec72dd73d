"""Every outbound HTTP request is in `http_client_request_duration_seconds`, each attempt."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from holdfast.errors import CallRefused, HoldfastError, Unavailable
from holdfast.events import Event, MetricTracked
from holdfast.integrations.sent_requests import METRIC, SentRequests
from holdfast.telemetry.application_metrics import APPLICATION_METRICS, SENT
from tests.compat.crowd import crowd
from tests.integrations.loopback import Received, Reply, loopback
from tests.jumping_time import jumping_clock

NAME = "http_client_request_duration_seconds"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.real_time
@pytest.mark.parametrize("library", ["httpx2", "httpx"])
async def test_each_attempt_is_there_with_its_status(tmp_path: Path, library: str) -> None:
    """A 500 that is tried again is two requests: by method, server, status and error."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.whole(500 if request.number == 1 else 401, b'{"error": {"message": "no"}}')

    async with loopback(script) as (url, _):
        environ = {"OPENAI_BASE_URL": url, "OPENAI_MAX_RETRIES": "1", "OPENAI_RETRY_DELAY": "0.01"}
        one = crowd(tmp_path, **environ)
        async with one.monitoring.http_client("openai", library=library) as http:
            await http.post("/chat/completions", json=ASKED)
    port = url.rpartition(":")[2]
    assert [labels for labels, count in one.samples(f"{NAME}_count") if count == 1] == [
        {
            "http_request_method": "POST", "server_address": "127.0.0.1", "server_port": port,
            "http_response_status_code": status, "error_type": status,
        }
        for status in ("500", "401")
    ]  # fmt: skip


def _request(method: str = "GET", url: str = "https://api.example/v1") -> Any:
    return httpx2.Request(method, url)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unavailable("gone"), [("GET", "api.example", "443", "", "Unavailable")]),
        (asyncio.CancelledError(), [("GET", "api.example", "443", "", "cancelled")]),
        (CallRefused("the pool is full"), []),
    ],
)
async def test_what_brings_no_answer_has_its_reason(
    error: BaseException, told: list[tuple[str, ...]]
) -> None:
    """Our own error's name, or a word; what never went out is not there."""
    facts: list[Event] = []
    sent = SentRequests(facts.append, jumping_clock())
    with pytest.raises((HoldfastError, asyncio.CancelledError)), sent.timed(_request()):
        raise error
    assert [one.labels for one in facts if isinstance(one, MetricTracked)] == told


async def test_the_time_is_until_the_head_and_names_are_few() -> None:
    """A method of somebody's own making is ``_OTHER``."""
    facts: list[Event] = []
    clock = jumping_clock()
    with SentRequests(facts.append, clock).timed(_request("BREW", "http://pot:81/")) as sent:
        await asyncio.sleep(2.0)
        sent.status = 200
    labels = ("_OTHER", "pot", "81", "200", "")
    assert facts == [MetricTracked(METRIC, labels, 2.0, clock.wall())]
    assert METRIC == SENT
    assert len(APPLICATION_METRICS[METRIC].labels) == len(labels)
