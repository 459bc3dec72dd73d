"""The simulator on a real port: it starts, it stops, and a port that is taken is one error."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator

import pytest
from httpx2 import AsyncClient, ConnectError

from holdfast.simulator import SimulatorError, running, serve
from tests.simulator.calls import CHAT, chat, outside, until


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.real_time
async def test_it_runs_in_the_loop_of_its_user_and_stops_clean() -> None:
    """After the block the port is free and no task is left."""
    async with running() as url, outside(url) as client:
        assert (await client.get("/_health")).status_code == 200
    port = int(url.rpartition(":")[2])
    async with running(port=port) as again:
        assert again == url
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.real_time
async def test_it_leaves_signals_to_its_user() -> None:
    """Ctrl-C belongs to whoever started the loop."""
    before = signal.getsignal(signal.SIGINT)
    async with running():
        assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.real_time
async def test_a_busy_port_is_one_clear_error() -> None:
    """Both ways of starting say which port, and what to do."""
    with taken_port() as port:
        message = f"^port {port} is in use: choose another with --port$"
        with pytest.raises(SimulatorError, match=message):
            await serve(port)
        with pytest.raises(SimulatorError, match=message):
            async with running(port):
                pass


@pytest.mark.real_time
async def test_an_impossible_port_or_host_is_one_clear_error() -> None:
    """A port outside the range, and an address that is not of this machine."""
    with pytest.raises(SimulatorError, match="port 70000 does not exist"):
        await serve(70_000)
    with pytest.raises(SimulatorError, match=r"cannot listen on '192\.0\.2\.1' port 0"):
        await serve(0, host="192.0.2.1")


@pytest.mark.real_time
async def test_many_clients_at_once_are_each_answered() -> None:
    """Every call gets its own number, and all are counted."""
    async with running() as url, outside(url) as client:
        answers = await asyncio.gather(*(client.post(CHAT, json=chat()) for _ in range(50)))
        records = (await client.get("/_requests")).json()["requests"]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 50
    assert sorted(record["number"] for record in records) == list(range(1, 51))


PROGRAM = """
import asyncio, sys
from holdfast.simulator import serve
try:
    asyncio.run(serve(int(sys.argv[1])))
except KeyboardInterrupt:
    print("interrupted")
"""


async def answers(client: AsyncClient) -> bool:
    """Whether the simulator is up."""
    try:
        return (await client.get("/_health")).status_code == 200
    except ConnectError:
        return False


@pytest.mark.real_time
async def test_as_a_process_it_answers_and_ends_on_ctrl_c() -> None:
    """`serve` runs until the signal, prints nothing of its own, and passes the signal on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(port)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        async with outside(f"http://127.0.0.1:{port}") as client:
            await until(lambda: answers(client))
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(10):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert (printed, process.returncode) == (b"interrupted\n", 0)


@pytest.mark.real_time
async def test_a_client_that_leaves_in_the_middle_of_a_stream_is_noticed() -> None:
    """A paced stream ends where its reader went, and the record says so."""
    async with running(pace=0.05) as url, outside(url) as client:
        body = chat(stream=True, n=100)
        async with client.stream("POST", CHAT, json=body) as answer:
            assert await anext(answer.aiter_bytes())

        async def gone() -> bool:
            records = (await client.get("/_requests")).json()["requests"]
            return bool(records) and records[0]["outcome"] == "client_gone"

        await until(gone)
