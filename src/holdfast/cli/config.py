"""``holdfast config show``: what a process started here would run with, and why."""

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.api.shapes.configuration import variables
from holdfast.app.setup import load_settings

commands = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at the settings.")


@commands.callback()
def _group() -> None:
    """Look at the settings."""


@commands.command("show")
def show() -> None:
    """Each variable with its value and source; secrets say only whether they are set."""
    table = Table("variable", "value", "source", box=None, header_style="bold")
    for row in variables(load_settings()):
        changed = "" if row["source"] == "default" else "bold"
        table.add_row(row["variable"], Text(row["value"]), row["source"], style=changed)
    Console().print(table)
