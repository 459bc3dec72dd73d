"""``holdfast export grafana | prometheus DIR``: dashboards and rules as files."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from holdfast.errors import ConfigurationError
from holdfast.exports import prometheus as prometheus_files

commands = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Dashboards and rules as files."
)

Folder = Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")]


@commands.command("grafana")
def grafana(folder: Folder) -> None:
    r"""Dashboards, and what provisions them and their data source. Needs holdfast\[grafana]."""
    try:
        module = import_module("holdfast.exports.grafana")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("grafana_foundation_sdk"):
            raise
        raise ConfigurationError(
            "dashboards need Grafana's SDK; run: pip install 'holdfast[grafana]'"
        ) from None
    _write(folder, module.files())


@commands.command("prometheus")
def prometheus(
    folder: Folder,
    target: Annotated[
        str, typer.Option(help="Host and port whose /metrics is scraped.")
    ] = prometheus_files.TARGET,
) -> None:
    """Recording and alerting rules, and a configuration that scrapes one application."""
    _write(folder, prometheus_files.files(target))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be written ({error.strerror or error}): name another folder"
            ) from None
        typer.echo(str(path))
