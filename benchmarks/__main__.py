"""``python -m benchmarks [--quick] [area ...]``: measure, print, and write the reference page."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from benchmarks import (
    call,
    exposition,
    inbound,
    memory,
    page,
    parts,
    policies,
    refusal,
    rush,
    workers,
)
from benchmarks.show import as_text
from benchmarks.stopwatch import FULL, QUICK, Effort
from benchmarks.table import Table

AREAS: dict[str, Callable[[Effort], Awaitable[list[Table]]]] = {
    "call": call.measure,
    "parts": parts.measure,
    "policies": policies.measure,
    "refusal": refusal.measure,
    "rush": rush.measure,
    "memory": memory.measure,
    "inbound": inbound.measure,
    "exposition": exposition.measure,
    "workers": workers.measure,
}


async def run(areas: list[str], effort: Effort) -> list[Table]:
    """The tables of *areas*, each printed as soon as it is there."""
    found = []
    for area in areas:
        for table in await AREAS[area](effort):
            print(as_text(table), flush=True)
            found.append(table)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="./scripts/bench", description=__doc__)
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], metavar="area")
    parser.add_argument("--quick", action="store_true", help="fewer rounds; writes nothing")
    chosen = parser.parse_args()
    effort = QUICK if chosen.quick else FULL
    tables = asyncio.run(run(chosen.areas or list(AREAS), effort))
    if not chosen.areas and not chosen.quick:
        page.write(tables, rounds=effort.rounds)
        print(f"\nwritten: {page.PAGE.name}")


if __name__ == "__main__":
    main()
