"""``holdfast status``: how a running application fares, or one line that says why not."""

import asyncio
import time
from pathlib import Path

import jwt
import pytest

from holdfast.integrations import CATALOG
from tests.api.host import call, mounted
from tests.api.serving import serving
from tests.cli.commands import Ended, inside
from tests.integrations.loopback import Received, Reply, loopback

pytestmark = pytest.mark.real_time

Capture = pytest.CaptureFixture[str]
SECRET = "0123456789abcdef0123456789abcdef"


async def _status(monkeypatch: pytest.MonkeyPatch, capsys: Capture, url: str, *more: str) -> Ended:
    return await asyncio.to_thread(inside, monkeypatch, capsys, "status", "--url", url, *more)


async def test_a_line_for_each_integration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """State, rates, latency, calls and the reason; then the record."""
    app, monitoring = mounted(tmp_path)
    for _ in range(10):
        call(monitoring)
    async with serving(app) as where:
        ended = await _status(monkeypatch, capsys, f"http://{where}/")
    head, *rows, record = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert head.split() == ["integration", "state", "success", "meaning", "p95", "calls", "why"]
    assert rows[0].split() == ["openai", "healthy", "100", "%", "100", "%", "120", "ms", "10"]
    second = list(CATALOG)[1]
    assert rows[1].split() == [
        second, "unknown", "-", "-", "-", "0", "no", "calls", "in", "the", "window"
    ]  # fmt: skip
    assert record.startswith("record ")


async def test_an_unhealthy_integration_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """So that a script can ask; brackets in a name are no markup."""
    app, monitoring = mounted(tmp_path)
    for _ in range(5):
        call(monitoring, "failed", integration="[red]mine")
    async with serving(app) as where:
        ended = await _status(monkeypatch, capsys, f"http://{where}")
    assert ended.code == 1
    assert "[red]mine" in ended.out
    assert "success rate 0.0 % is below 80 %" in ended.out


async def test_a_token_is_sent_when_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """By option or HOLDFAST_TOKEN; without one the refusal is passed on."""
    app, _ = mounted(tmp_path, ENVIRONMENT="production", JWT_SECRET=SECRET)
    token = jwt.encode({"exp": time.time() + 60}, SECRET, algorithm="HS256")
    async with serving(app) as where:
        without = await _status(monkeypatch, capsys, f"http://{where}")
        option = await _status(monkeypatch, capsys, f"http://{where}", "--token", token)
        monkeypatch.setenv("HOLDFAST_TOKEN", token)
        variable = await _status(monkeypatch, capsys, f"http://{where}")
    assert (without.code, option.code, variable.code) == (1, 0, 0)
    assert "asks for a token: send 'Authorization: Bearer" in without.err
    assert without.err.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9", "does not answer (ConnectError): is it running?"),
        ("localhost:9", "is no address: give --url as http://host:port"),
        ("http://[::1", "is no address: give --url as http://host:port"),
    ],
)
def test_a_port_without_anybody_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, url: str, why: str
) -> None:
    """It names the address, and what one could look at."""
    ended = inside(monkeypatch, capsys, "status", "--url", url)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert f"error: {url}/monitoring/api/metrics" in ended.err
    assert why in ended.err


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, b"<html>", "answered something else: is Holdfast mounted there?"),
        (200, b"[]", "answered something else"),
        (200, b"{}", "answered something else"),
        (302, b"", "answered 302"),
        (404, b"{}", "answered 404: is Holdfast mounted there?"),
        (401, b"who are you", "asks for a token"),
    ],
)
async def test_somebody_else_on_that_port_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, status: int, body: bytes, why: str
) -> None:
    """Whatever he answers."""

    async def script(received: Received, reply: Reply) -> None:
        await reply.whole(status, body)

    async with loopback(script) as (url, _):
        ended = await _status(monkeypatch, capsys, url)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert why in ended.err
