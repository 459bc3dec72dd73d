"""``holdfast db upgrade``: bring the record's database to this version."""

import asyncio
from pathlib import Path

import typer
from sqlalchemy import URL

from holdfast.app.setup import load_settings
from holdfast.storage import schema
from holdfast.storage.address import address, shown
from holdfast.telemetry.redact import one_line

commands = typer.Typer(no_args_is_help=True, help="The record's database.")


@commands.callback()
def _group() -> None:
    """The record's database."""


@commands.command("upgrade")
def upgrade() -> None:
    """Make or upgrade the tables; nothing happens when they are current."""
    settings = load_settings()
    secret = settings.database_url
    url = address(secret.get_secret_value() if secret else None, Path(settings.data_dir))
    before, after = asyncio.run(_upgrade(url))
    same = before.version == after.version
    moved = "is current" if same else f"upgraded from {before.version or 'nothing'}"
    typer.echo(f"{shown(url)}: {moved}, version {after.version}")


async def _upgrade(url: URL) -> tuple[schema.SchemaState, schema.SchemaState]:
    """What was there before, and after."""
    try:
        return await schema.check(url), await schema.upgrade(url)
    except schema.SchemaError:
        raise
    except Exception as error:  # noqa: BLE001 - drivers have errors of every kind
        raise schema.SchemaError(f"{shown(url)} cannot be used: {one_line(error)}") from None
