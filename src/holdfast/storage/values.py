"""Python's values as the drivers take them, when rows go past SQLAlchemy for speed."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Table
from sqlalchemy.types import JSON, TypeEngine

from holdfast.storage.columns import Stamp
from holdfast.storage.rows import Row

Convert = Callable[[Any], Any]


def in_order(
    table: Table, columns: Sequence[str], rows: Iterable[Row], converts: dict[type, Convert]
) -> list[list[Any]]:
    """The values of *rows*, whose keys are *columns* in order, each converted by its type."""
    found = [list(row.values()) for row in rows]
    for index, name in enumerate(columns):
        if (convert := _convert(table.c[name].type, converts)) is not None:
            for values in found:
                if (value := values[index]) is not None:
                    values[index] = convert(value)
    return found


def _convert(kind: TypeEngine[Any], converts: dict[type, Convert]) -> Convert | None:
    return next((how for one, how in converts.items() if isinstance(kind, one)), None)


def as_json(value: Any) -> str:
    """JSON as every database takes it; raises ValueError for what is not a number."""
    text = to_json(value).decode()
    if "NaN" in text or "Infinity" in text:  # as a number, or as somebody's words
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text


def as_text(at: datetime) -> str:
    """A moment (UTC) as SQLAlchemy writes it into SQLite: without its zone."""
    return _MOMENT % (
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond
    )  # fmt: skip


_MOMENT = "%04d-%02d-%02d %02d:%02d:%02d.%06d"


POSTGRES: dict[type, Convert] = {JSON: as_json}
SQLITE: dict[type, Convert] = {Stamp: as_text, JSON: as_json}
