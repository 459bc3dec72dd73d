"""``./scripts/bench record [--history ROWS]``: measure, print, and write the record's own section.

Needs no server: PostgreSQL comes from the wheel that the tests use. Ten million rows take about
6 GB of the temporary folder and ten minutes.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from sqlalchemy import URL

from benchmarks import page
from benchmarks.record import history, sessions, writing
from benchmarks.show import as_text
from benchmarks.table import Table
from holdfast.storage.address import address
from holdfast.storage.engine import open_schema_engine
from holdfast.storage.schema import upgrade
from tests.postgres_server import fresh_database, running_postgres


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="./scripts/bench record", description=__doc__)
    parser.add_argument("--history", type=int, metavar="ROWS", help="generate so many calls, too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        tables = [*_writing(Path(folder), server)]
        if chosen.history:
            with fresh_database(server) as database:
                tables.append(asyncio.run(_history(database, chosen.history)))
                _show(tables[-1])
        page.write_record(tables)


def _writing(folder: Path, server: str) -> list[Table]:
    with fresh_database(server) as database:
        urls = [address(database, folder), address(None, folder)]
        tables = [asyncio.run(_written(url)) for url in urls]
    tables.append(asyncio.run(_listed(address(None, folder / "sessions"))))
    for table in tables:
        _show(table)
    return tables


async def _written(url: URL) -> Table:
    await upgrade(url)
    return await writing.measure(url)


async def _listed(url: URL) -> Table:
    await upgrade(url)
    return await sessions.measure(url)


async def _history(database: str, rows: int) -> Table:
    url = address(database, Path())
    await upgrade(url)
    engine = open_schema_engine(url)
    try:
        return await history.measure(engine, rows)
    finally:
        await engine.dispose()


def _show(table: Table) -> None:
    print(as_text(table), flush=True)


if __name__ == "__main__":
    main()
