"""``python -m benchmarks.edges``: play every case with all, print the table, write the page."""

import asyncio
import logging
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks.edges.application import application
from benchmarks.edges.cases import CASES
from benchmarks.edges.peers import PEERS
from benchmarks.edges.play import Played, play
from benchmarks.edges.watchers import Watched, holdfast

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "inbound.md"
_PACKAGES = (
    "fastapi", "starlette", "uvicorn", "prometheus-fastapi-instrumentator", "starlette-exporter",
    "opentelemetry-sdk",
)  # fmt: skip
_ABOUT = """\
<!-- made by ./scripts/bench edges: run it, do not change this page -->
# Inbound edge cases

What each watcher says of a request: method, route, status, and where it matters how long it took
and how many bytes of the body went over the wire. `-` is the empty route: nothing matched. Each
case is asked on a real port of uvicorn; what is in the table is what was counted, nothing is
edited. In **bold**: the client did not see what it sees without the watcher.

Ours are tests as well (`tests/middleware/test_edge_cases.py`). A time is from the first message
to the last byte of the body. A client that leaves is an outcome of its own, neither a success nor
a failure. WebSockets are counted while they are open, and are no requests.
"""


def unwatched() -> Watched:
    """The application alone: what clients should see."""
    return Watched(application(), dict)


async def main() -> None:
    """The command."""
    logging.disable(logging.CRITICAL)  # the errors are on purpose
    alone = await play(unwatched)
    played = {"Holdfast": await play(holdfast)}
    for name, peer in PEERS.items():
        played[name] = await play(peer)
    text = "\n".join((_ABOUT, _versions(), "", *_rows(alone, played), ""))
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def _versions() -> str:
    return "Measured with " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES) + "."


def _rows(alone: dict[str, Played], played: dict[str, dict[str, Played]]) -> Iterator[str]:
    yield f"| case | client sees | {' | '.join(played)} |"
    yield "|---" * (len(played) + 2) + "|"
    for case in CASES:
        saw = alone[case.name].saw
        cells = (_cell(found[case.name], saw) for found in played.values())
        yield f"| {case.name} | {saw} | {' | '.join(cells)} |"


def _cell(found: Played, saw: str) -> str:
    said = "; ".join(f"`{one}`" for one in found.said) or "nothing"
    return said if found.saw == saw else f"**{found.saw or 'no answer'}** {said}"


if __name__ == "__main__":
    asyncio.run(main())
