"""Another process of ours that does as it is told, while the test goes on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.architecture.source import ROOT


class Worker:
    """It says "ready" when it is, then answers each command with a line of JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def is_ready(self) -> bool:
        """Wait until it is; False when it ended instead."""
        return self._line() == "ready\n"

    def tell(self, command: str) -> None:
        """Have it begin *command*."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """What came of the last command."""
        return json.loads(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def unmeasured() -> dict[str, str]:
    """Our environment without coverage: what is killed cannot say what it ran."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@contextmanager
def working(module: str, arguments: Sequence[str]) -> Iterator[Worker]:
    """``python -m module arguments``, killed at the end."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=unmeasured(),
    ) as process:  # fmt: skip
        try:
            yield Worker(process)
        finally:
            process.kill()
