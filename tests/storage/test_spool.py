"""What waits on disk comes back in order, once, and never takes more room than it may."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.storage.spool import Spool
from holdfast.storage.spool_folders import OwnedSpool, left_behind


def lines(first: int, count: int) -> list[bytes]:
    """*count* lines of ten bytes with their ends."""
    return [b"%09d" % number for number in range(first, first + count)]


def drained(spool: Spool, at_once: int = 7) -> list[bytes]:
    """All that waits, taken in parts."""
    found: list[bytes] = []
    while part := spool.peek(at_once):
        found += part
        spool.take()
    return found


def test_what_was_put_in_comes_out_in_order(tmp_path: Path) -> None:
    """Across files and however it is cut; what is taken leaves no file behind."""
    spool = Spool(tmp_path, 16 * 100)
    for start in range(0, 120, 6):
        spool.append(lines(start, 6))
    assert (spool.waiting, spool.size_bytes) == (120, 1_200)
    assert drained(spool) == lines(0, 120)
    assert (spool.waiting, spool.size_bytes, list(tmp_path.iterdir())) == (0, 0, [])


def test_the_oldest_give_way_and_are_counted(tmp_path: Path) -> None:
    """The bound holds, the newest stay in order, and what is lost is known to the line."""
    spool = Spool(tmp_path, 1_600)
    for start in range(0, 1_000, 5):
        spool.append(lines(start, 5))
        assert spool.size_bytes <= 1_600
    left = drained(spool)
    assert left == lines(1_000 - len(left), len(left))
    assert spool.dropped == 1_000 - len(left)
    assert len(left) >= 140, "at most a sixteenth more than needed is given up"


def test_what_gave_way_while_it_was_read_is_not_taken_twice(tmp_path: Path) -> None:
    """`take` forgets what `peek` gave, not what stands there meanwhile."""
    spool = Spool(tmp_path, 160)
    spool.append(lines(0, 1))
    assert spool.peek(1) == lines(0, 1)
    for start in range(1, 30):
        spool.append(lines(start, 1))
    spool.take()
    assert drained(spool) == lines(14, 16)


def test_an_earlier_life_is_gone_on_with(tmp_path: Path) -> None:
    """A killed process leaves its lines; the one that was being written is no line."""
    spool = Spool(tmp_path, 10_000)
    spool.append(lines(0, 10))
    with next(tmp_path.glob("*.jsonl")).open("ab") as file:
        file.write(b"torn")
    again = Spool(tmp_path, 10_000)
    again.append(lines(10, 2))
    again.sync()
    assert drained(again) == lines(0, 12)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the error is raised, half a line is taken back, and the next one is whole."""
    spool = Spool(tmp_path, 10_000)
    spool.append(lines(0, 1))
    whole_open = Path.open

    def failing(path: Path, mode: str = "r") -> object:
        file = whole_open(path, mode, buffering=0)
        file.write(b"00000")
        file.close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(OSError, match="No space"):
        spool.append(lines(1, 1))
    monkeypatch.undo()
    spool.append(lines(2, 1))
    assert drained(spool) == [*lines(0, 1), *lines(2, 1)]


def test_the_living_keep_theirs_and_the_dead_leave_theirs(tmp_path: Path) -> None:
    """A folder is taken over once its process is gone, and by one process only."""
    living, dead = OwnedSpool(tmp_path / "a", 1_000), OwnedSpool(tmp_path / "b", 1_000)
    living.spool.append(lines(0, 1))
    dead.spool.append(lines(1, 1))
    dead.close()
    found = list(left_behind(tmp_path, "c", 1_000))
    assert [owned.spool.folder.name for owned in found] == ["b"]
    assert list(left_behind(tmp_path, "c", 1_000)) == []
    assert drained(found[0].spool) == lines(1, 1)
    found[0].close()
    living.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), max_size=40))
def test_no_line_is_lost_repeated_or_out_of_order(steps: list[tuple[int, int]]) -> None:
    """Whatever is put in and taken out, the rest is what a plain list would hold."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        spool, model, number = Spool(Path(folder), 100_000), [], 0
        for put, get in steps:
            if put:
                spool.append(lines(number, put))
                model += lines(number, put)
                number += put
            part = spool.peek(get) if get else []
            assert part == model[: len(part)]
            assert bool(part) == bool(get and model)
            if part:
                spool.take()
                del model[: len(part)]
        assert (drained(spool), spool.dropped) == (model, 0)
