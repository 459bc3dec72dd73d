"""One process at a time: a lock that the operating system takes back when its holder dies."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_POLL_SECONDS = 0.02

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def file_lock(path: Path, patience_seconds: float) -> Iterator[None]:
    """Hold the lock on *path* (made if missing, and left there); blocks, so use a thread.

    Raises TimeoutError when somebody else holds it for longer than *patience_seconds*.
    """
    give_up_at = time.monotonic() + patience_seconds
    with path.open("ab") as file:
        while not try_lock(file):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{path} is held by another process for {patience_seconds:g} s")
            time.sleep(_POLL_SECONDS)
        yield


def try_lock(file: BinaryIO) -> bool:
    """Whether *file* is locked by us now; closing it lets go."""
    try:
        _take(file)
    except OSError:
        return False
    return True
