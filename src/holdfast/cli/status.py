"""``holdfast status``: how a running application fares, from its own API."""

from http import HTTPStatus
from typing import Annotated, Any

import httpx2
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.errors import HoldfastError

commands = typer.Typer(add_completion=False)

_STYLES = {"healthy": "green", "degraded": "yellow", "unhealthy": "red", "unknown": "dim"}


class StatusError(HoldfastError):
    """The application could not be asked; the message says why."""


@commands.command()
def status(
    url: Annotated[
        str, typer.Option(help="Where the application answers.")
    ] = "http://127.0.0.1:10000",
    token: Annotated[
        str | None, typer.Option(envvar="HOLDFAST_TOKEN", help="A bearer token.")
    ] = None,
) -> None:
    """One line for each integration; exit code 1 when one of them is unhealthy."""
    document = _ask(f"{url.rstrip('/')}/monitoring/api/metrics", token)
    cards, record = document["integrations"], document["record"]
    Console().print(_table(cards))
    typer.echo(
        f"record {record['status']}: {record['written']} written, {record['waiting']} waiting, "
        f"{record.get('spooled', 0)} spooled"
    )
    if any(card["state"] == "unhealthy" for card in cards):
        raise typer.Exit(1)


def _ask(url: str, token: str | None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx2.get(url, headers=headers, timeout=5.0, trust_env=False)
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL):
        raise StatusError(
            f"{url} is no address: give --url as http://host:port or https://host"
        ) from None
    except httpx2.HTTPError as error:
        raise StatusError(
            f"{url} does not answer ({type(error).__name__}): is it running?"
        ) from None
    document = _json(answer)
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise StatusError(f"{url} asks for a token: {document.get('detail', '')}")
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise StatusError(f"{url} answered 404: is Holdfast mounted there?")
    if not answer.is_success:
        raise StatusError(f"{url} answered {answer.status_code}")
    if not {"integrations", "record"} <= document.keys():
        raise StatusError(f"{url} answered something else: is Holdfast mounted there?")
    return document


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _table(cards: list[dict[str, Any]]) -> Table:
    columns = ("integration", "state", "success", "meaning", "p95", "calls", "why")
    table = Table(*columns, box=None, header_style="bold")
    for card in cards:
        state = card["state"]
        table.add_row(
            Text(card["integration"]), Text(state, _STYLES[state]),
            _shown(card["success_rate"], "%"), _shown(card["meaning_rate"], "%"),
            _shown(card["latency_ms"]["p95"], "ms"), str(card["window"]["total"]),
            Text(card["reason"] or ""),
        )  # fmt: skip
    return table


def _shown(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:g} {unit}"
