"""Whose spool is whose: each process has a folder, and takes over those of processes that died."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import URL

from holdfast.storage.address import shown
from holdfast.storage.file_lock import file_lock
from holdfast.storage.spool import Spool

_LOCK = "lock"


def spool_root(data_dir: Path, url: URL) -> Path:
    """Where the spools for the database at *url* are; rows must not land in another one."""
    return data_dir / "spool" / sha256(shown(url).encode()).hexdigest()[:12]


class OwnedSpool:
    """A `Spool` whose folder is locked as long as this process lives; `close` gives it back."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._held = ExitStack()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held.enter_context(file_lock(folder / _LOCK, 0.0))
        except OSError:
            self._held.close()
            raise
        self.spool = Spool(folder, max_bytes)

    def close(self) -> None:
        """Let others have it; an empty folder goes."""
        if not self.spool.waiting:
            shutil.rmtree(self.spool.folder, ignore_errors=True)
        self._held.close()


def left_behind(root: Path, own: str, max_bytes: int) -> Iterator[OwnedSpool]:
    """The spools under *root* whose processes are no more; whoever gets one closes it."""
    with suppress(OSError):
        for folder in sorted(root.iterdir()):
            if folder.name != own and folder.is_dir():
                with suppress(OSError):  # somebody lives there
                    yield OwnedSpool(folder, max_bytes)
