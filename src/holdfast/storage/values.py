"""Python's values as the drivers take them, when rows go past SQLAlchemy for speed."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.types import JSON, TypeEngine

from holdfast.storage.columns import Stamp
from holdfast.storage.rows import Row

Convert = Callable[[Any], Any]


def in_order(
    table: Table, columns: Sequence[str], rows: Iterable[Row], converts: dict[type, Convert]
) -> list[Sequence[Any]]:
    """The values of *rows*, whose keys are *columns* in order, each converted by its type."""
    changes = [
        (index, convert)
        for index, name in enumerate(columns)
        if (convert := _convert(table.c[name].type, converts)) is not None
    ]
    if not changes:
        return [tuple(row.values()) for row in rows]
    found: list[Sequence[Any]] = []
    for row in rows:
        values = list(row.values())
        for index, convert in changes:
            if values[index] is not None:
                values[index] = convert(values[index])
        found.append(values)
    return found


def _convert(kind: TypeEngine[Any], converts: dict[type, Convert]) -> Convert | None:
    return next((how for one, how in converts.items() if isinstance(kind, one)), None)


def as_json(value: Any) -> str:
    """JSON as every database takes it; raises ValueError for what is not a number."""
    return _JSON(value)


_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def as_text(at: datetime) -> str:
    """A moment (UTC) as SQLAlchemy writes it into SQLite: without its zone."""
    return at.isoformat(" ", "microseconds")[:26]


POSTGRES: dict[type, Convert] = {JSON: as_json}
SQLITE: dict[type, Convert] = {Stamp: as_text, JSON: as_json}
