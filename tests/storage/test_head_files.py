"""Two files in turn, against whoever reads at any moment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.storage import head_files
from holdfast.storage.directory_board import DirectoryBoard
from holdfast.storage.head_files import HeadFiles
from holdfast.telemetry.deployment.board import Posted

Join = Callable[[str], DirectoryBoard]

BODIES = st.lists(st.binary(max_size=200), max_size=8)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Join]:
    """Makes boards that have joined as somebody."""
    joined = []

    def join(member: str) -> DirectoryBoard:
        joined.append(DirectoryBoard(tmp_path))
        joined[-1].join(member)
        return joined[-1]

    yield join
    for one in joined:
        one.leave()


@pytest.fixture
def files(tmp_path: Path) -> HeadFiles:
    """Those of a member that has published nothing."""
    return HeadFiles(tmp_path, "a")


@given(bodies=BODIES)
def test_the_newest_is_read_whole(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]
) -> None:
    """Also when it is shorter than what stood there, and by whoever goes on after another."""
    folder = tmp_path_factory.mktemp("heads")
    for number, body in enumerate(bodies, 1):
        writer = HeadFiles(folder, "a")
        assert writer.write(body) == number
        reader = HeadFiles(folder, "a")
        assert (reader.newest(), reader.read(number)) == (number, body)


def test_nothing_is_there_before_it_is_published(files: HeadFiles) -> None:
    """Neither a number nor a body."""
    assert (files.newest(), files.read(0), files.read(1)) == (0, None, None)


@pytest.mark.parametrize("steps", [1, 2])
def test_who_dies_while_it_writes_leaves_what_was_before(
    files: HeadFiles, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Whether it came to the mark alone or to the body as well."""
    for body in (b"one", b"two", b"three"):
        files.write(body)
    put, left = head_files._put, [None] * steps

    def die(*given_: Any) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        put(*given_)

    monkeypatch.setattr(head_files, "_put", die)
    with pytest.raises(KeyboardInterrupt):
        files.write(b"four, never told")
    monkeypatch.undo()
    after = HeadFiles(files.paths[0].parent, "a")
    assert (after.newest(), after.read(3), after.read(2)) == (3, b"three", None)
    assert (after.write(b"again"), after.read(4)) == (4, b"again")


def test_what_is_overwritten_while_it_is_read_is_not_taken_for_whole(
    files: HeadFiles, board: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board asks again, and has the newest."""
    reader, writer = board("b"), board("a")
    for body in (b"one", b"two", b"three"):
        writer.publish(body, {}, 0)
    marked, asked = head_files._mark, list[tuple[int, int]]()

    def meanwhile(file: Any) -> tuple[int, int]:
        asked.append(marked(file))
        if len(asked) == 3:  # both files' marks were read, and that of the newest once more
            files.write(b"four")
            files.write(b"five")
        return asked[-1]

    monkeypatch.setattr(head_files, "_mark", meanwhile)
    assert reader.look({}).members == {"a": Posted("5", True, False, b"five")}


def test_who_is_always_written_anew_is_out_of_reach(
    board: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than waited for without end."""
    reader, writer = board("b"), board("a")
    writer.publish(b"head", {}, 0)
    monkeypatch.setattr(HeadFiles, "read", lambda *_: None)
    with pytest.raises(OSError, match="a publishes faster than it can be read"):
        reader.look({})


def test_a_full_disk_is_an_error_and_leaves_what_was_before(
    files: HeadFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how much of it was written."""
    files.write(b"one")

    class Full:
        def seek(self, _at: int) -> None:
            """As if."""

        def write(self, content: bytes) -> int:
            return len(content) - 1

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            """As if."""

    monkeypatch.setattr(head_files, "_writable", lambda _: Full())
    with pytest.raises(OSError, match="15 of 16 bytes were written: is the disk full"):
        files.write(b"two")
    assert files.read(files.newest()) == b"one"


def test_who_joins_as_somebody_else_shows_both(board: Join) -> None:
    """As a worker does that was taken for dead: what it was stays until it is folded."""
    own = board("a")
    own.publish(b"first", {}, 0)
    own.join("c")
    own.publish(b"second", {}, 0)
    found = {name: (one.token, one.head) for name, one in own.look({}).members.items()}
    assert found == {"a": ("1", b"first"), "c": ("1", b"second")}
