"""Every fault of the systems before has a row, and every row a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "faults.md"
FAULTS = {"The voice backend": 31, "Crowd Due Dill": 21}


def _rows(chapter: str) -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8").split(f"## {chapter}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("chapter", FAULTS)
def test_every_fault_has_a_row(chapter: str) -> None:
    """By its number, in order."""
    rows = _rows(chapter)
    assert [int(row[0]) for row in rows] == list(range(1, FAULTS[chapter] + 1))
    assert all(len(row) == 4 and all(row) for row in rows)


@pytest.mark.parametrize("chapter", FAULTS)
def test_every_row_names_tests_that_exist(chapter: str) -> None:
    """File and function."""
    missing = []
    for row in _rows(chapter):
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[3])
        assert named, row[0]
        for path, test in named:
            file = ROOT / path
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            if not re.search(rf"^(?:async )?def {test}\(", text, re.MULTILINE):
                missing.append(f"{path}::{test}")
    assert missing == []
