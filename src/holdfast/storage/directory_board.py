"""A board in a directory: for the workers of one host.

::

    <member>.alive       locked by its worker for as long as that lives
    <member>.head        what it published last, replaced as a whole
    <member>.<number>    a slice of its window, written once
    departed             a line that says whom it holds, then what the dead counted
    lock, leader         held by who changes what is not his own, and by who leads

Nothing here is synced to the disk: a host that loses power loses its workers as well.
"""

import json
import os
import time
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from holdfast.storage.file_lock import file_lock
from holdfast.storage.file_seat import FileSeat, is_taken
from holdfast.telemetry.deployment.board import Departed, Posted, Seen

_MOMENT_SECONDS = 0.001


class DirectoryBoard:
    """Fulfils `Board` in *folder*, which is made if missing, for this user alone.

    Nobody is waited for longer than *patience_seconds*.
    """

    is_local = True

    def __init__(self, folder: Path, *, patience_seconds: float = 2.0) -> None:
        self._folder, self._patience_seconds = folder, patience_seconds
        self._leader = FileSeat(folder / "leader")
        self._seat: FileSeat | None = None
        self._member = ""
        self._written: set[int] = set()

    def join(self, member: str) -> None:
        """Take a seat; who finds nobody clears the table first."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            others = {path.stem for path in self._folder.glob("*.alive")} - {member}
            if not any(is_taken(self._path(one, "alive")) for one in others):
                self._clear()
            if self._seat is not None:
                self._seat.leave()
            self._member, self._written = member, set()
            self._seat = FileSeat(self._path(member, "alive"))
            give_up_at = time.monotonic() + self._patience_seconds
            while not self._seat.take():  # somebody looks whether it is taken: not for long
                if time.monotonic() > give_up_at:
                    raise OSError(f"{member} is taken: somebody else is called so")
                time.sleep(_MOMENT_SECONDS)

    def publish(self, head: bytes | None, slices: Mapping[int, bytes], oldest: int) -> bool:
        """Slices first: whoever reads the head finds what it names."""
        if self._member in _folded(self._departed()):
            return False
        for number, encoded in slices.items():
            self._replace(self._path(self._member, str(number)), encoded)
        self._written |= set(slices)
        for number in [one for one in self._written if one < oldest]:
            self._path(self._member, str(number)).unlink(missing_ok=True)
            self._written.discard(number)
        if head is not None:
            self._replace(self._path(self._member, "head"), head)
        return True

    def look(self, known: Mapping[str, str]) -> Seen:
        """First the heads, then the departed: who is folded in between is in both, and marked."""
        found = {}
        for path in self._folder.glob("*.head"):
            with suppress(FileNotFoundError):
                # In this order: what is not alive will not write any more.
                is_alive = path.stem == self._member or is_taken(path.with_suffix(".alive"))
                token = _token(path)
                head = None if known.get(path.stem) == token else path.read_bytes()
                found[path.stem] = (token, is_alive, head)
        departed = self._departed()
        folded = _folded(departed)
        members = {
            name: Posted(token, is_alive, name in folded, head)
            for name, (token, is_alive, head) in found.items()
        }
        return Seen(members, _body(departed))

    def slices(self, member: str, numbers: Collection[int]) -> Mapping[int, bytes]:
        """Those that are there."""
        found = {}
        for number in numbers:
            with suppress(FileNotFoundError):
                found[number] = self._path(member, str(number)).read_bytes()
        return found

    def fold(self, member: str, token: str, departed: Departed) -> bool:
        """Under the lock; the file with both the names and the sum is replaced in one step."""
        with self._locked():
            before = self._departed()
            head = self._path(member, "head")
            is_gone = not head.exists() or is_taken(head.with_suffix(".alive"))
            if is_gone or _token(head) != token or member in _folded(before):
                return False
            if departed.version != _body(before).version + 1:
                return False
            there = {path.stem for path in self._folder.glob("*.head")}
            folded = sorted({*_folded(before), member} & there)
            about = json.dumps({"version": departed.version, "folded": folded}).encode()
            self._replace(self._folder / "departed", about + b"\n" + departed.body)
        return True

    def remove(self, member: str) -> None:
        """Its files, the head last."""
        with self._locked():
            for path in self._folder.glob(f"{member}.*"):
                if path.suffix != ".head":
                    path.unlink(missing_ok=True)
            self._path(member, "head").unlink(missing_ok=True)

    def lead(self) -> bool:
        """Whoever has the seat."""
        return self._leader.take()

    def leave(self) -> None:
        """Give both seats back."""
        self._leader.leave()
        if self._seat is not None:
            self._seat.leave()

    def _path(self, member: str, suffix: str) -> Path:
        return self._folder / f"{member}.{suffix}"

    def _locked(self) -> AbstractContextManager[None]:
        return file_lock(self._folder / "lock", self._patience_seconds)

    def _departed(self) -> bytes:
        try:
            return (self._folder / "departed").read_bytes()
        except FileNotFoundError:
            return b""

    def _clear(self) -> None:
        for path in self._folder.iterdir():
            if path.name not in ("lock", "leader"):
                path.unlink(missing_ok=True)

    def _replace(self, path: Path, content: bytes) -> None:
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(content)
        os.replace(new, path)  # noqa: PTH105  # atomic, also where the target is there


def _token(path: Path) -> str:
    status = path.stat()
    return f"{status.st_ino}-{status.st_mtime_ns}-{status.st_size}"


def _folded(departed: bytes) -> frozenset[str]:
    return (
        frozenset(json.loads(departed.partition(b"\n")[0])["folded"]) if departed else frozenset()
    )


def _body(departed: bytes) -> Departed:
    if not departed:
        return Departed(0, b"")
    about, _, body = departed.partition(b"\n")
    return Departed(json.loads(about)["version"], body)
