"""Every command by name; what goes wrong is one line on stderr, and exit code 1 (2: wrong use)."""

import sys

import typer
from rich.console import Console
from rich.text import Text

from holdfast.cli import config, database, demo, export, simulator, status
from holdfast.errors import HoldfastError

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The operations layer for services that stand on other people's APIs.",
)
cli.command("demo")(demo.demo)
cli.command("simulator")(simulator.simulator)
cli.command("status")(status.status)
cli.add_typer(database.commands, name="db")
cli.add_typer(config.commands, name="config")
cli.add_typer(export.commands, name="export")


def main() -> None:
    """The console script."""
    try:
        cli()
    except HoldfastError as error:
        # As text: what stands in brackets there is no markup of ours.
        line = Text.assemble(("error:", "red"), f" {error}")
        Console(stderr=True, soft_wrap=True).print(line)
        sys.exit(1)
