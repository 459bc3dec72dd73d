"""Keys are written alike in every process, or not shared at all."""

import subprocess
import sys
from enum import Enum
from uuid import UUID

import pytest

from holdfast.resilience.spelling import spelled


class Plan(Enum):
    """What a tenant pays for."""

    FREE = 1


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("anna", "'anna'"),
        (7, "7"),
        (b"\x00", r"b'\x00'"),
        (None, "None"),
        (Plan.FREE, "Plan.FREE"),
        (UUID(int=1), "UUID('00000000-0000-0000-0000-000000000001')"),
        (("anna", (Plan.FREE, 7)), "('anna', (Plan.FREE, 7))"),
    ],
)
def test_what_is_the_same_everywhere_is_spelled(key: object, word: str) -> None:
    """Text, numbers, bytes, UUIDs, enum members, and tuples of them."""
    assert spelled(key) == word


@pytest.mark.parametrize("key", [object(), frozenset({"a"}), ("anna", object())])
def test_what_may_differ_elsewhere_is_not(key: object) -> None:
    """An address or an order that is this process's own would be another key in each."""
    assert spelled(key) is None


def test_another_process_spells_alike() -> None:
    """Whatever the seed of its hashes."""
    code = "from holdfast.resilience.spelling import spelled; print(spelled(('anna', 7, b'x')))"
    spoken = [
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "src"},
            check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert spoken == ["('anna', 7, b'x')\n"] * 2
