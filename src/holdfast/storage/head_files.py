"""What a worker published last, in two files that it writes in turn, each where it is.

To put a file in the place of another costs sixty times as much, and may wait for the disk: ext4
brings it there at once. So that whoever reads sees a file whole or not at all, its number is taken
from it before it is written, and given to it when all is there. A worker that dies while it writes
leaves the other file.
"""

from contextlib import suppress
from io import FileIO
from pathlib import Path
from struct import Struct

SUFFIXES = ("even", "odd")

_MARK = Struct("<QQ")
"""Number (0: being written) and size of what follows."""
_UNFINISHED = _MARK.pack(0, 0)


class HeadFiles:
    """Those of *member* in *folder*; one process writes them, any reads."""

    def __init__(self, folder: Path, member: str) -> None:
        self.paths = [folder / f"{member}.{suffix}" for suffix in SUFFIXES]
        self._number = 0

    def write(self, body: bytes) -> int:
        """Publish *body*; its number is greater than that of any before."""
        number = (self._number or self.newest()) + 1
        with _writable(self.paths[number % 2]) as file:
            _put(file, 0, _UNFINISHED)
            _put(file, _MARK.size, body)
            _put(file, 0, _MARK.pack(number, len(body)))
        self._number = number
        return number

    def newest(self) -> int:
        """The number of what was published last; 0 when nothing was."""
        found = [0]
        for path in self.paths:
            with suppress(FileNotFoundError), path.open("rb", buffering=0) as file:
                found.append(_mark(file)[0])
        return max(found)

    def read(self, number: int) -> bytes | None:
        """What was published as *number*; None when it was overwritten meanwhile."""
        with suppress(FileNotFoundError), self.paths[number % 2].open("rb", buffering=0) as file:
            mark = _mark(file)
            body = file.read(mark[1])
            if mark[0] == number and _mark(file) == mark:
                return body
        return None


def _writable(path: Path) -> FileIO:
    try:
        return path.open("r+b", buffering=0)
    except FileNotFoundError:
        return path.open("x+b", buffering=0)


def _put(file: FileIO, at: int, content: bytes) -> None:
    file.seek(at)
    if (written := file.write(content)) != len(content):
        raise OSError(f"{written} of {len(content)} bytes were written: is the disk full?")


def _mark(file: FileIO) -> tuple[int, int]:
    file.seek(0)
    mark = file.read(_MARK.size)
    number, size = _MARK.unpack(mark) if len(mark) == _MARK.size else (0, 0)
    return number, size
