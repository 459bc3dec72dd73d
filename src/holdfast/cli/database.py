"""``holdfast db …``: the record's database, looked at and looked after by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Shown
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.app.database import Database, address_of, plan_of
from holdfast.app.setup import load_settings
from holdfast.clock import SYSTEM_CLOCK
from holdfast.errors import HoldfastError, SettingsError
from holdfast.settings.settings import Settings
from holdfast.storage import schema
from holdfast.storage.address import shown
from holdfast.storage.archive import archive_day, days_before
from holdfast.storage.report import Report, report
from holdfast.storage.retention import cut_of
from holdfast.storage.upkeep import forget
from holdfast.telemetry.redact import one_line

T = TypeVar("T")

commands = typer.Typer(no_args_is_help=True, add_completion=False, help="The record's database.")

Before = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Days before this one (UTC); default: retention's."),
]


@commands.callback()
def _group() -> None:
    """The record's database."""


@commands.command("upgrade")
def upgrade(
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Rename tables of others to …_legacy first.")
    ] = False,
) -> None:
    """Make or upgrade the tables; nothing happens when they are current."""
    settings = load_settings()
    url, name = address_of(settings), settings.database_schema
    after = _run(settings, lambda: schema.upgrade(url, name, adopt=adopt))
    moved = f"upgraded from {after.moved_from}" if after.moved_from else "is current"
    adopted = f"; renamed to …_legacy: {', '.join(after.adopted)}" if after.adopted else ""
    typer.echo(f"{shown(url)}: {moved}, version {after.version}{adopted}")


@commands.command("check")
def check() -> None:
    """Whether the tables are current; exit code 1, and what to do, when they are not."""
    settings = load_settings()
    database = Database(settings)
    state = _run(settings, database.state)
    if state.status != "current":
        ways = {"foreign": "holdfast db upgrade --adopt", "newer": "install the later release"}
        raise schema.SchemaError(
            f"{shown(database.url)}: the schema is {state.status} (version {state.version}, ours "
            f"{state.newest}): {ways.get(state.status, 'holdfast db upgrade')}"
        )
    typer.echo(f"{shown(database.url)}: current, version {state.version}")


@commands.command("status")
def status() -> None:
    """What is kept: rows, sizes, days, the last upkeep, and what waits on disk."""
    settings = load_settings()
    database = Database(settings)
    found = _run(settings, lambda: _current(database, report))
    console = Console()
    console.print(_tables(found))
    for line in found.upkeep:
        console.print(line, markup=False, highlight=False)
    waiting = list((Path(settings.data_dir) / "spool").rglob("*.jsonl"))
    size = sum(path.stat().st_size for path in waiting if path.name != "set-aside.jsonl")
    console.print(f"spool: {size / 1e6:.1f} MB on this machine", highlight=False)


@commands.command("prune")
def prune() -> None:
    """Forget now what retention forgets once a day (archived first if HOLDFAST_ARCHIVE is on)."""
    settings = load_settings()
    database = Database(settings)

    async def work(engine: AsyncEngine) -> dict[str, object]:
        return await forget(engine, plan_of(settings), SYSTEM_CLOCK.wall())

    done = _run(settings, lambda: _current(database, work))
    for line in _pruned(done):
        typer.echo(line)


@commands.command("archive")
def archive(
    before: Before = None,
    out: Annotated[Path | None, typer.Option(help="Default: archive/ in the data dir.")] = None,
) -> None:
    """Write days as JSON lines, gzip, one file a table and day; nothing is forgotten."""
    settings = load_settings()
    folder = out or Path(settings.data_dir) / "archive"
    cut = cut_of(SYSTEM_CLOCK.wall(), settings.retention_days)
    until = cut if before is None else before.replace(tzinfo=UTC).timestamp()

    async def work(engine: AsyncEngine) -> tuple[int, int]:
        days = await days_before(engine, until)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
            bar = progress.add_task("archive", total=len(days))
            rows = 0
            for table, day in days:
                progress.update(bar, description=f"{table.name} {day:%Y-%m-%d}")
                rows += (await archive_day(engine, table, day, folder)).rows
                progress.advance(bar)
        return len(days), rows

    files, rows = _run(settings, lambda: _current(Database(settings), work))
    typer.echo(f"{files} files, {rows} rows in {folder}")


async def _current(database: Database, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    """*work*, on tables that are ours."""
    state = await database.state()
    if state.status != "current":
        raise schema.SchemaError(f"the schema is {state.status}: see 'holdfast db check'")
    engine = database.open()
    try:
        return await work(engine)
    finally:
        await database.close(engine)


def _run(settings: Settings, work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work()

    try:
        return asyncio.run(run())
    except (HoldfastError, SettingsError):
        raise
    except Exception as error:  # noqa: BLE001 - drivers have errors of every kind
        place = shown(address_of(settings))
        raise schema.SchemaError(f"{place} cannot be used: {one_line(error)}") from None


def _pruned(done: dict[str, object]) -> list[str]:
    rows, days = done.get("rows"), done.get("days_dropped")
    forgotten = rows if isinstance(rows, dict) else {}
    lines = [f"{table}: {count:,} rows deleted" for table, count in forgotten.items() if count]
    lines += [f"{name}: dropped" for name in (days if isinstance(days, tuple | list) else ())]
    archived = f"archived files: {done.get('archived_files', 0)}"
    return [*(lines or ["nothing was old enough to be forgotten"]), archived]


def _tables(found: Report) -> Shown:
    table = Shown("table", "rows", "MB", "oldest", "days", title=f"{found.place}")
    for row in found.tables:
        oldest = f"{row.oldest:%Y-%m-%d}" if row.oldest else ""
        size = "" if row.size_bytes is None else f"{row.size_bytes / 1e6:.1f}"
        table.add_row(
            row.name, f"{'~' * row.is_estimate}{row.rows:,}", size, oldest, str(row.days or "")
        )
    return table
