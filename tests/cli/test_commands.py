"""The commands as one types them."""

import asyncio
import contextlib
import signal
import socket
import sys
from pathlib import Path

import httpx2
import pytest

from holdfast.cli import demo as demo_command
from holdfast.demo.environment import Plan
from tests.cli.commands import command, environment, inside, outside

pytestmark = pytest.mark.real_time

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("arguments", [["nope"], ["db", "nope"], ["status", "--nope"]])
def test_what_is_no_command_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str]
) -> None:
    """Exit code 2, and what was not understood."""
    ended = inside(monkeypatch, capsys, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "nope" in ended.err


def test_without_a_command_it_says_which_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Every one of them, in a line."""
    shown = inside(monkeypatch, capsys, "--help").out
    names = ("demo", "simulator", "status", "db", "config")
    assert [name for name in names if f" {name} " not in shown] == []


def test_a_busy_port_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """With the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = inside(monkeypatch, capsys, "simulator", "--port", port)
    assert ended.code == 1
    assert ended.err == f"error: port {port} is in use: choose another with --port\n"


@pytest.mark.parametrize("name", ["simulator", "demo"])
@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_does_not_exist_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str, port: str
) -> None:
    """Not a traceback."""
    ended = inside(monkeypatch, capsys, name, "--port", port)
    assert (ended.code, ended.err) == (
        1, f"error: port {port} does not exist: choose one from 0 to 65535 with --port\n"
    )  # fmt: skip


@pytest.mark.parametrize("pace", ["-1", "nan"])
def test_nobody_answers_faster_than_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, pace: str
) -> None:
    """A pace is not negative."""
    ended = inside(monkeypatch, capsys, "simulator", "--pace", pace)
    assert (ended.code, ended.out) == (2, "")
    assert "--pace" in ended.err


@pytest.mark.parametrize("what", ["grafana", "prometheus"])
def test_an_export_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, what: str
) -> None:
    """With the file it was about, and what to do."""
    (tmp_path / "taken").write_text("a file, not a folder")
    ended = inside(monkeypatch, capsys, "export", what, str(tmp_path / "taken"))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"error: {tmp_path / 'taken'}")
    assert ended.err.endswith(": name another folder\n")


def test_help_names_the_extra_an_export_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Brackets are not eaten as markup."""
    assert "Needs holdfast[grafana]." in inside(monkeypatch, capsys, "export", "--help").out


def test_the_demonstration_gets_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Each option is one field of its plan; Ctrl-C is its normal end."""
    plans: list[Plan] = []

    async def run(plan: Plan) -> None:
        plans.append(plan)
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_command, "run", run)
    ended = inside(monkeypatch, capsys, "demo", "--port", "1234", "--seed", "9", "--data-dir", "x")
    assert (ended.code, ended.err) == (0, "")
    assert plans == [Plan(port=1234, seed=9, data_dir=Path("x"))]


def test_a_process_of_its_own_is_the_same(tmp_path: Path) -> None:
    """``python -m holdfast.cli`` needs nothing around it, and leaves its code and its line."""
    wrong = outside(tmp_path, "config", "show", REDIS_TTL="0")
    right = outside(tmp_path, "config", "show")
    assert (wrong.code, wrong.out) == (1, "")
    assert "REDIS_TTL='0' (from environment)" in wrong.err
    assert "Traceback" not in wrong.err
    assert (right.code, right.err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
async def test_ctrl_c_ends_the_simulator_cleanly(tmp_path: Path) -> None:
    """It answers until then, and leaves no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        *command("simulator", "--port", port), cwd=tmp_path, env=environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(30.0), httpx2.AsyncClient(trust_env=False) as client:
        await _answering(client, f"http://127.0.0.1:{port}/_health")
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert f"simulator on http://127.0.0.1:{port}".encode() in out


async def _answering(client: httpx2.AsyncClient, url: str) -> None:
    while True:
        with contextlib.suppress(httpx2.HTTPError):
            if (await client.get(url)).is_success:
                return
        await asyncio.sleep(0.05)
