"""Running a command of ours, in this process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from holdfast.cli.main import main

SOURCES = Path(__file__).parents[2] / "src"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def inside(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> Ended:
    """The command ``holdfast`` with *arguments*, in this process."""
    monkeypatch.setattr(sys, "argv", ["holdfast", *arguments])
    monkeypatch.setenv("COLUMNS", "200")
    capsys.readouterr()
    try:
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    captured = capsys.readouterr()
    return Ended(code, captured.out, captured.err)


def command(*arguments: str) -> list[str]:
    """The command line of ``holdfast`` with *arguments*."""
    return [sys.executable, "-m", "holdfast.cli", *arguments]


def environment(**more: str) -> Mapping[str, str]:
    """Nothing of this machine's settings but where Python and the sources are."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": str(SOURCES), **more}


def outside(folder: Path, *arguments: str, **environ: str) -> Ended:
    """The command ``holdfast`` with *arguments*, in a process of its own in *folder*."""
    ended = subprocess.run(
        command(*arguments), cwd=folder, env=environment(**environ), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout, ended.stderr)
