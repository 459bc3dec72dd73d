"""Every command by name; what goes wrong is one line on stderr, and exit code 1 (2: wrong use)."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from holdfast.cli.loading import Commands
from holdfast.errors import HoldfastError


def _tell(wanted: bool) -> None:
    if wanted:
        typer.echo(f"holdfast {version('holdfast')}")
        raise typer.Exit


cli = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@cli.callback()
def _holdfast(
    told: Annotated[  # it ends the program
        bool,
        typer.Option("--version", callback=_tell, is_eager=True, help="Which one it is."),
    ] = False,
) -> None:
    """The operations layer for services that stand on other people's APIs."""


def main() -> None:
    """The console script."""
    try:
        cli()
    except HoldfastError as error:
        # As text: what stands in brackets there is no markup of ours.
        line = Text.assemble(("error:", "red"), f" {error}")
        Console(stderr=True, soft_wrap=True).print(line)
        sys.exit(1)
