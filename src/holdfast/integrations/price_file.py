"""Prices of one's own, from a TOML or JSON file: ``HOLDFAST_PRICES=prices.toml``."""

import json
import math
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from holdfast.errors import SettingsError
from holdfast.integrations.prices import Price

_TEXTS = ("integration", "unit", "operation", "model", "part", "source")
_NUMBERS = ("usd", "per")
_REQUIRED = ("integration", "unit", "usd")
_KNOWN = (*_TEXTS, *_NUMBERS, "dated")


def read_prices(path: Path) -> tuple[Price, ...]:
    """The rows of *path*, a list called ``price``; raises `SettingsError` with the row's number.

    ``integration``, ``unit`` and ``usd`` are needed; ``per`` is 1 unit, ``dated`` today's date and
    ``source`` the file's name unless they are said.
    """
    rows = _document(path).get("price")
    if not isinstance(rows, list) or not rows:
        raise SettingsError(f"{path}: there must be a list of prices called 'price'")
    return tuple(_price(path, number, row) for number, row in enumerate(rows, 1))


def _document(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as prices: {error}") from None
    return found if isinstance(found, dict) else {}


def _price(path: Path, number: int, row: Any) -> Price:
    where = f"{path}: price {number}"
    if not isinstance(row, dict) or not set(_REQUIRED) <= row.keys() <= set(_KNOWN):
        raise SettingsError(
            f"{where} needs {', '.join(_REQUIRED)} and may have "
            f"{', '.join(name for name in _KNOWN if name not in _REQUIRED)}; got {row!r}"
        )
    for name in row.keys() & set(_TEXTS):
        if not isinstance(row[name], str) or not row[name]:
            raise SettingsError(f"{where}: {name} must be a text, got {row[name]!r}")
    for name in row.keys() & set(_NUMBERS):
        _check_number(f"{where}: {name}", row[name], least=0.0 if name == "usd" else 1e-12)
    given = {"source": path.name, **row, "dated": _date(f"{where}: dated", row.get("dated"))}
    return Price(**given)


def _check_number(where: str, value: Any, least: float) -> None:
    proper = isinstance(value, int | float) and not isinstance(value, bool)
    if not proper or not math.isfinite(value) or value < least:
        raise SettingsError(f"{where} must be a number of at least {least:g}, got {value!r}")


def _date(where: str, value: Any) -> date:
    if value is None:
        return date.today()  # noqa: DTZ011 - a day is all that is said of a price
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise SettingsError(f"{where} must be a date such as 2026-11-05, got {value!r}") from None
