"""Commands of ours as real processes, started and stopped by tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

PATIENCE_SECONDS = 30.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    arguments: Sequence[str], *, folder: Path, ready: str, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """``python *arguments*`` in *folder* until *ready* (a URL) answers 200; ended by Ctrl-C."""
    log = folder / "process.log"
    # Measuring coverage there as well would slow down what a person sees.
    left_out = ("HOLDFAST_", "COVERAGE_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, stdout=output, stderr=subprocess.STDOUT,
            env={**clean, **(environ or {})}, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(ready, process, log)
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> int:
    """Send Ctrl-C and return the exit code; killed when that does not help."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError("the process did not stop within 15 s of Ctrl-C") from None


def get(url: str, **options: Any) -> httpx2.Response:
    """One GET, without proxies."""
    return httpx2.get(url, timeout=10.0, trust_env=False, **options)


def until(what: str, holds: Any, seconds: float = PATIENCE_SECONDS) -> Any:
    """What *holds* returns once it is true; fails with *what* when it stays false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not seen within {seconds:g} s: {what}")


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if get(url).is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer:\n{log.read_text(errors='replace')[-4000:]}")
