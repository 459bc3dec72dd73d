"""``holdfast demo``: everything at once, on this machine, without a key."""

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer

from holdfast.demo.environment import Plan
from holdfast.demo.run import run

commands = typer.Typer(add_completion=False)


@commands.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the application and its page answer.")] = 10000,
    journeys_per_minute: Annotated[
        float, typer.Option(min=0, max=600, help="How many users come; 0: none.")
    ] = 60,
    seed: Annotated[int, typer.Option(help="Decides the users and the providers' answers.")] = 7,
    data_dir: Annotated[Path, typer.Option(help="Where the record is kept.")] = Path(
        ".holdfast/demo"
    ),
    database_url: Annotated[str | None, typer.Option(help="Keep the record there.")] = None,
    real: Annotated[
        str | None, typer.Option(help="Call this provider for real (openai), with your own key.")
    ] = None,
    max_calls: Annotated[int, typer.Option(min=1, help="With --real: stop after so many.")] = 20,
) -> None:
    """Start the simulator, an example application under traffic, and the page that shows it."""
    plan = Plan(
        port=port, journeys_per_minute=journeys_per_minute, seed=seed, data_dir=data_dir,
        database_url=database_url, real=real, max_calls=max_calls,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how one stops it: not an error
        asyncio.run(run(plan))
