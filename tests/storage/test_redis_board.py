"""A board on a server that dies, hangs, and comes back knowing nothing."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from holdfast.errors import SettingsError
from holdfast.storage.redis_board import open_board
from holdfast.telemetry.deployment.board import BoardFailed, Departed

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers",)


def test_an_empty_server_is_told_everything_again(own_valkey: "Server") -> None:
    """Heads, slices, and what the dead counted."""
    boards = {name: open_board(own_valkey.url) for name in "abc"}
    for name, board in boards.items():
        board.join(name)
        board.publish(b"head of " + name.encode(), {5: b"slice"}, 0)
    dead = boards.pop("c")
    dead.leave()
    token = boards["a"].look({}).members["c"].token
    assert boards["a"].fold("c", token, Departed(1, b"sum"))
    assert boards["b"].look({}).departed == (1, b"sum")
    own_valkey.restart_empty()
    for board in boards.values():
        with suppress(BoardFailed):  # its connection is cut: most drivers notice in time
            board.publish(None, {}, 0)
        assert board.publish(None, {}, 0)
    seen = boards["a"].look({})
    assert {name: one.head for name, one in seen.members.items()} == {
        "a": b"head of a", "b": b"head of b",
    }  # fmt: skip
    assert seen.departed == (1, b"sum")
    assert dict(boards["a"].slices("b", [5])) == {5: b"slice"}
    for board in boards.values():
        board.leave()


def test_a_server_that_hangs_is_left_soon(own_valkey: "Server") -> None:
    """Whoever asks is told within a second or so, and that no password is."""
    board = open_board(own_valkey.url.replace("redis://", "redis://:hunter2@"))
    with pytest.raises(BoardFailed) as refused:
        board.join("a")
    board = open_board(own_valkey.url)
    board.join("a")
    own_valkey.freeze()
    asked_at = time.monotonic()
    with pytest.raises(BoardFailed):
        board.publish(b"head", {}, 0)
    assert time.monotonic() - asked_at < 10.0
    own_valkey.thaw()
    assert board.publish(b"head", {}, 0)
    assert "hunter2" not in str(refused.value)
    board.leave()


@pytest.mark.parametrize("url", ["nonsense", "http://localhost", "redis://host:port"])
def test_a_wrong_url_names_the_way_out(url: str) -> None:
    """And its variable."""
    with pytest.raises(SettingsError, match=r"REDIS_URL is not a server's URL: use redis://"):
        open_board(url, variable="REDIS_URL")
