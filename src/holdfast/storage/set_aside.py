"""Rows that no table takes, kept with the reason where an operator can look at them."""

import json
from pathlib import Path

from holdfast.clock import Clock, iso
from holdfast.telemetry.redact import one_line, redact

FILE_NAME = "set-aside.jsonl"


class SetAside:
    """A file in *folder* of at most *max_bytes*: what would exceed it is not kept, only counted."""

    def __init__(self, folder: Path, clock: Clock, max_bytes: int = 4 * 1024 * 1024) -> None:
        self._path, self._clock, self._max_bytes = folder / FILE_NAME, clock, max_bytes

    def put(self, what: str, error: Exception) -> None:
        """One line more, redacted; a disk that refuses it must not stop the record."""
        said = {
            "at": iso(self._clock.wall()),
            "reason": one_line(error),
            "event": redact(what, 2_000),
        }
        line = json.dumps(said).encode() + b"\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._size() + len(line) <= self._max_bytes:
                with self._path.open("ab") as file:
                    file.write(line)
        except OSError:
            return

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0
