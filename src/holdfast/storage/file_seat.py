"""A seat that one process holds until it dies: how the workers of one host choose among them."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from holdfast.storage.file_lock import try_lock


class FileSeat:
    """The lock on *path*, held for as long as the process lives and `leave` is not called.

    The operating system takes it back from the dead, so nobody waits for a lease to run out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._pid = 0

    def take(self) -> bool:
        """Whether it is ours (now). Raises OSError when there can be no such file."""
        if self._file is not None and self._pid == os.getpid():
            return True
        self.leave()  # a forked process has its parent's file, and not its seat
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._path.open("ab")
        if not try_lock(file):
            file.close()
            return False
        self._file, self._pid = file, os.getpid()
        return True

    def leave(self) -> None:
        """Let others have it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_taken(path: Path) -> bool:
    """Whether some process holds the seat at *path*."""
    with suppress(FileNotFoundError), path.open("rb+") as file:
        return not try_lock(file)
    return False
