"""A context as fields: whatever an application keeps it in, read the same way twice."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from holdfast.sessions.snapshot import Privacy, digest_of, flattened, held, kept


@dataclasses.dataclass
class Birth:
    """As applications write them."""

    date: str
    time: str | None = None


class Chart(BaseModel):
    """As FastAPI's users write them."""

    moon: str
    houses: list[int] = []


def test_records_of_every_kind_are_walked_into() -> None:
    """Dataclasses, pydantic models, mappings; what is empty is not there."""
    context = {
        "birth": Birth("1990-03-14"), "chart": Chart(moon="Taurus"), "a.b": 1, "kind": Birth,
        "notes": [], "audio": b"", "none": None, "nothing": {}, "zero": 0, "no": False,
    }  # fmt: skip
    fields, cut = flattened(context)
    assert sorted(fields) == ["a\u00b7b", "birth.date", "chart.moon", "kind", "no", "zero"]
    assert cut == 0


@pytest.mark.parametrize(
    ("value", "kind", "size", "head"),
    [
        ("when?", "text", 5, "when?"),
        ("\ud800", "text", 1, "?"),
        (Decimal("1.50"), "number", 1, "1.50"),
        (True, "number", 1, "True"),
        ([1, "a"], "list", 2, '[1,"a"'),
        ((1, 2), "list", 2, "[1,2"),
        ({"b", "a"}, "list", 2, '["\\"a\\"","\\"b\\""'),
        ([Birth("x")], "list", 1, '[{"date": "x", "time": null}'),
        ([{1: 2, "b": object}], "list", 1, "[<dict>"),
        (datetime(2026, 3, 14, tzinfo=UTC), "other", 1, '"2026-03-14 00:00:00+00:00"'),
        (bytearray(b"\x01\x02"), "binary", 2, "0102"),
    ],
)
def test_a_value_is_its_kind_its_size_and_how_it_begins(
    value: Any, kind: str, size: int, head: str
) -> None:
    """Read twice it is the same; within the process, as it is."""
    found = held(value)
    assert (found.kind, found.size, found.head) == (kind, size, head)
    assert found == held(value)


def test_binary_data_within_a_list_is_named_by_its_digest() -> None:
    """Never printed."""
    shown = held([b"secret"]).head
    assert shown.startswith('["<6 bytes ')
    assert "secret" not in shown


def test_the_digest_of_all_fields_does_not_depend_on_their_order() -> None:
    """Only on what they hold."""
    one, two = kept("a", 1, Privacy()), kept("b", 2, Privacy())
    assert digest_of({"a": one, "b": two}) == digest_of({"b": two, "a": one})
    assert digest_of({"a": one}) != digest_of({"a": two})
