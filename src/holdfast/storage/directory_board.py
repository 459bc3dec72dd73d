"""A board in a directory: for the workers of one host.

::

    <member>.alive       locked by its worker for as long as that lives
    <member>.even, .odd  what it published last (`head_files`)
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
from typing import NamedTuple

from holdfast.storage.file_lock import file_lock
from holdfast.storage.file_seat import FileSeat, is_taken
from holdfast.storage.head_files import SUFFIXES, HeadFiles
from holdfast.telemetry.deployment.board import Departed, Posted, Seen

_MOMENT_SECONDS = 0.001
_TRIES = 100


class _Gone(NamedTuple):
    """Whose counts *departed* holds."""

    names: frozenset[str]
    departed: Departed


_NOBODY = _Gone(frozenset(), Departed(0, b""))


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
        self._files = HeadFiles(folder, "")
        self._head = ("", b"")
        self._departed = ("", _NOBODY)

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
            self._files, self._head = HeadFiles(self._folder, member), ("", b"")
            self._seat = FileSeat(self._path(member, "alive"))
            give_up_at = time.monotonic() + self._patience_seconds
            while not self._seat.take():  # somebody looks whether it is taken: not for long
                if time.monotonic() > give_up_at:
                    raise OSError(f"{member} is taken: somebody else is called so")
                time.sleep(_MOMENT_SECONDS)

    def publish(self, head: bytes | None, slices: Mapping[int, bytes], oldest: int) -> bool:
        """Slices first: whoever reads the head finds what it names."""
        if self._member in self._gone().names:
            return False
        for number, encoded in slices.items():
            self._replace(self._path(self._member, str(number)), encoded)
        self._written |= set(slices)
        for number in [one for one in self._written if one < oldest]:
            self._path(self._member, str(number)).unlink(missing_ok=True)
            self._written.discard(number)
        if head is not None:
            self._head = (str(self._files.write(head)), head)
        return True

    def look(self, known: Mapping[str, str]) -> Seen:
        """First the heads, then the departed: who is folded in between is in both, and marked."""
        found = {}
        for name in self._members():
            # In this order: what is not alive will not write any more.
            is_alive = name == self._member or is_taken(self._path(name, "alive"))
            token, head = self._read(name, known.get(name))
            if token:
                found[name] = (token, is_alive, head)
        gone = self._gone()
        members = {
            name: Posted(token, is_alive, name in gone.names, head)
            for name, (token, is_alive, head) in found.items()
        }
        return Seen(members, gone.departed)

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
            before = self._gone()
            is_other = is_taken(self._path(member, "alive")) or token != self._token(member)
            if is_other or member in before.names:
                return False
            if departed.version != before.departed.version + 1:
                return False
            folded = sorted({*before.names, member} & set(self._members()))
            about = json.dumps({"version": departed.version, "folded": folded}).encode()
            self._replace(self._folder / "departed", about + b"\n" + departed.body)
        return True

    def remove(self, member: str) -> None:
        """Its files, the head last."""
        heads = HeadFiles(self._folder, member).paths
        with self._locked():
            others = set(self._folder.glob(f"{member}.*")) - set(heads)
            for path in (*others, *heads):
                path.unlink(missing_ok=True)

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

    def _members(self) -> list[str]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208  # each beat: a path each costs more
        except FileNotFoundError:
            return []
        split = (name.rpartition(".") for name in names)
        return list(dict.fromkeys(member for member, _, suffix in split if suffix in SUFFIXES))

    def _token(self, member: str) -> str:
        return str(HeadFiles(self._folder, member).newest() or "")

    def _read(self, member: str, known: str | None) -> tuple[str, bytes | None]:
        """Token ("": there is nothing) and head of *member*; what we wrote is not read again."""
        if member == self._member and self._head[0]:
            return self._head[0], None if known == self._head[0] else self._head[1]
        files = HeadFiles(self._folder, member)
        for _ in range(_TRIES):  # again when it publishes more meanwhile
            number = files.newest()
            if not number or known == str(number):
                return str(number or ""), None
            if (head := files.read(number)) is not None:
                return str(number), head
        raise OSError(f"{member} publishes faster than it can be read")

    def _gone(self) -> _Gone:
        """Those of the departed, read when they are others than last time."""
        path = self._folder / "departed"
        try:
            token = _token(path)
            if token != self._departed[0]:
                self._departed = (token, _parsed(path.read_bytes()))
        except FileNotFoundError:
            self._departed = ("", _NOBODY)
        return self._departed[1]

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


def _parsed(written: bytes) -> _Gone:
    about, _, body = written.partition(b"\n")
    it = json.loads(about)
    return _Gone(frozenset(it["folded"]), Departed(it["version"], body))
