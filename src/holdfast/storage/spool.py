"""Lines that wait on disk, in order: a few append-only files, the oldest of which gives way."""

import os
import threading
from collections import deque
from itertools import islice
from pathlib import Path

_SEGMENTS = 16
"""Into how many files the bound is cut: so much is lost at once when it is reached."""


class _Segment:
    """One file; *size* and *lines* are what is in it, *read* and *taken* what is done with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = self.lines = self.read = self.taken = 0

    @property
    def waiting(self) -> int:
        return self.lines - self.taken


class Spool:
    """Lines in *folder*, made at the first one; at most *max_bytes*. For one process, any thread.

    Every method blocks on the disk and raises its OSError; a line that could not be written
    whole is not there. *dropped* counts the lines that gave way.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.dropped = 0
        self._max_bytes, self._segment_bytes = max_bytes, max(max_bytes // _SEGMENTS, 1)
        self._lock = threading.RLock()
        self._segments: deque[_Segment] = deque()
        self._number = 0
        self._peeked: tuple[_Segment | None, int, int] = (None, 0, 0)
        self._adopt()

    @property
    def waiting(self) -> int:
        """How many lines."""
        return sum(segment.waiting for segment in tuple(self._segments))

    @property
    def size_bytes(self) -> int:
        """What the files take."""
        return sum(segment.size for segment in tuple(self._segments))

    def append(self, lines: list[bytes]) -> None:
        """Put *lines* (without line feeds) at the end: all of them or, raising, none."""
        data = b"".join(line + b"\n" for line in lines)
        with self._lock:
            self._make_room(len(data))
            segment = self._open_segment(len(data))
            try:
                with segment.path.open("ab") as file:
                    file.write(data)
            except OSError:
                self._cut(segment)
                raise
            segment.size += len(data)
            segment.lines += len(lines)

    def sync(self) -> None:
        """Return once everything is on the disk, not only with the operating system."""
        with self._lock:
            for segment in self._segments:
                with segment.path.open("rb") as file:
                    os.fsync(file.fileno())

    def peek(self, most: int) -> list[bytes]:
        """The oldest lines, at most *most*; they stay until `take`."""
        with self._lock:
            segment = self._oldest()
            if segment is None:
                return []
            with segment.path.open("rb") as file:
                file.seek(segment.read)
                found = list(islice(file, min(most, segment.waiting)))
            self._peeked = (segment, len(found), sum(map(len, found)))
            return [line.removesuffix(b"\n") for line in found]

    def take(self) -> None:
        """Forget what `peek` gave last; what gave way meanwhile is gone already."""
        with self._lock:
            segment, lines, size = self._peeked
            self._peeked = (None, 0, 0)
            if segment is None or segment is not self._oldest():
                return
            segment.read += size
            segment.taken += lines
            if not segment.waiting:
                self._segments.popleft()
                segment.path.unlink(missing_ok=True)

    def _oldest(self) -> _Segment | None:
        return self._segments[0] if self._segments else None

    def _make_room(self, size: int) -> None:
        while self._segments and self.size_bytes + size > self._max_bytes:
            oldest = self._segments.popleft()
            self.dropped += oldest.waiting
            oldest.path.unlink(missing_ok=True)

    def _open_segment(self, size: int) -> _Segment:
        last = self._segments[-1] if self._segments else None
        if last is None or last.size + size > self._segment_bytes:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._number += 1
            last = _Segment(self.folder / f"{self._number:08d}.jsonl")
            last.path.touch(mode=0o600)
            self._segments.append(last)
        return last

    def _cut(self, segment: _Segment) -> None:
        """Take away what a failed write left: the next one must begin on a line of its own."""
        os.truncate(segment.path, segment.size)
        if not segment.size:
            self._segments.remove(segment)
            segment.path.unlink(missing_ok=True)

    def _adopt(self) -> None:
        """Go on with the files of an earlier life; a last line without its end is no line."""
        for path in sorted(self.folder.glob("*.jsonl")):
            segment = _Segment(path)
            with path.open("rb") as file:
                for line in file:
                    whole = line.endswith(b"\n")
                    segment.lines += whole
                    segment.size += len(line) if whole else 0
            self._number = max(self._number, int(path.stem))
            if segment.lines:
                os.truncate(path, segment.size)
                self._segments.append(segment)
            else:
                path.unlink()
