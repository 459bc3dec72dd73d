"""The behaviour table: what is told of each edge case on a real server.

The same cases are played with our peers by ``./scripts/bench edges``; what they say of them is in
docs/reference/inbound.md.
"""

import asyncio
from dataclasses import replace

import pytest

from benchmarks.edges.cases import CASES, Case
from benchmarks.edges.play import Played, play
from benchmarks.edges.watchers import Watched, holdfast

_SEEN = {
    "a path that is not there": "404", "not there, in a mount": "404", "a wrong method": "405",
    "an unknown method": "405", "a redirect to the slash": "307",
    "an error before the answer": "500", "gone before the answer": "nothing",
    "gone during the answer": "200, a part", "a WebSocket": "101", "a WebSocket cut off": "101",
    "a WebSocket refused": "403",
}  # fmt: skip
"""What the client sees; 200 where nothing is said."""


class _Played:
    """All cases, played once."""

    def __init__(self) -> None:
        self._watched: list[Watched] = []
        self.cases = asyncio.run(play(self._watch))

    def _watch(self) -> Watched:
        watched = holdfast()
        self._watched.append(watched)
        return replace(watched)

    def open_sockets(self) -> int:
        """How many are said to be open, now that all have gone."""
        return sum(one.open_sockets() for one in self._watched if one.open_sockets)


@pytest.fixture(scope="module")
def played() -> _Played:
    """On a real port, in a loop of its own."""
    return _Played()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_told_as_it_was(case: Case, played: _Played) -> None:
    """And the client sees what it sees without us."""
    assert played.cases[case.name] == Played(_SEEN.get(case.name, "200"), case.said)


def test_every_socket_is_closed_in_the_end(played: _Played) -> None:
    """However it ended."""
    assert played.open_sockets() == 0
