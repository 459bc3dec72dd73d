"""``holdfast simulator``: every provider on one local port, misbehaving on command."""

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer

from holdfast.simulator import serve

commands = typer.Typer(add_completion=False)


@commands.command()
def simulator(
    port: Annotated[int, typer.Option(help="Where to listen.")] = 9100,
    host: Annotated[str, typer.Option(help="Which address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Decides every answer and every fault.")] = 7,
    pace: Annotated[
        float, typer.Option(min=0, help="0: answer at once; 1: as slowly as the real providers.")
    ] = 0.0,
    scenarios: Annotated[
        Path | None, typer.Option(help="A TOML or JSON file of outages to begin with.")
    ] = None,
) -> None:
    """Speak the providers' wire formats; PUT /_scenarios/{provider} switches an outage on."""
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how one stops it: not an error
        asyncio.run(serve(port, host, seed, pace=pace, scenarios=scenarios, listening=_announce))


def _announce(url: str) -> None:
    typer.echo(f"simulator on {url} (scenarios at /_scenarios, Ctrl-C stops it)")
