"""The boards on which workers meet: memory, a directory, Valkey and Redis.

A test module takes the fixtures by ``pytest_plugins``.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.storage.directory_board import DirectoryBoard
from holdfast.storage.redis_board import RedisBoard, open_board
from holdfast.telemetry.deployment.board import Board
from holdfast.telemetry.deployment.memory_board import MemoryBoard, Place


class Meeting:
    """One board, empty at first. *open* is another worker's way to it, *lose* its death."""

    def __init__(self, opened: Callable[[], Board], lose: Callable[[Board, str], None]) -> None:
        self.opened, self.lose = opened, lose
        self.boards: dict[str, Board] = {}

    def join(self, member: str) -> Board:
        """A worker joins."""
        board = self.boards[member] = self.opened()
        board.join(member)
        return board

    def kill(self, member: str) -> None:
        """It dies, or is taken for dead."""
        self.lose(self.boards[member], member)


@pytest.fixture(params=["memory", "directory", "valkey", "redis"])
def meeting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Meeting]:
    """Each kind of place that fulfils `Board`."""
    if request.param == "memory":
        place = Place()
        yield Meeting(lambda: MemoryBoard(place), lambda board, member: place.lose(member))
    elif request.param == "directory":
        made = Meeting(lambda: DirectoryBoard(tmp_path / "workers"), _leave)
        yield made
        for board in made.boards.values():
            board.leave()
    else:
        url = request.getfixturevalue(request.param).url
        prefix = f"test-{secrets.token_hex(4)}"
        made = Meeting(lambda: open_board(url, prefix=prefix), _expire)
        yield made
        for board in made.boards.values():
            assert isinstance(board, RedisBoard)
            with closing(board._client):
                board.leave()


def _leave(board: Board, member: str) -> None:
    """What the operating system does when a process dies."""
    board.leave()


def _expire(board: Board, member: str) -> None:
    """What ten silent seconds do."""
    assert isinstance(board, RedisBoard)
    board._client.delete(f"{board._root}alive:{member}", f"{board._root}leader")
