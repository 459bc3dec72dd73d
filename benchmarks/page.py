"""The reference page: what was measured, on what machine, with which versions."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.show import as_markdown
from benchmarks.table import Table

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"
PACKAGES = (
    "aiobreaker", "aiolimiter", "backoff", "circuitbreaker", "fastapi", "hyx", "interlock-cb",
    "limits", "prometheus-client", "prometheus-fastapi-instrumentator", "purgatory", "pybreaker",
    "pyfailsafe", "pyrate-limiter", "pyresilience", "stamina", "starlette", "starlette-exporter",
    "tenacity", "throttled-py",
)  # fmt: skip

ABOUT = """\
<!-- made by ./scripts/bench: run it, do not change this page -->
# Benchmarks

`./scripts/bench` installs the peers beside Holdfast, measures all of them in one process and
writes this page. Absolute times depend on the machine and on what else it does at the time: **the
ratios are what counts.**

* Contestants take turns, A B C, A B C, ...; figures are medians of the rounds, in brackets the
  middle half of them.
* Times are CPU time of the process. The garbage collector is on; each contestant starts with a
  clean young heap and pays for the garbage it makes.
* A **cost** is what a contestant adds to a bare `await` of the same provider in the same round.
  `cost × X` is that cost in units of what X adds.
* **The policy itself** is what a guard with it costs above a guard without any: a guard also times
  the call and makes its event, which the peers' decorators do not.
* Nobody writes the record down meanwhile: `setup_monitoring` rows end at its buffer.
* Peers are used as their manuals say; where they offer two ways, by the cheaper one.
* A peer that lacks what ours does is listed, and not what ours is compared with.
* On Python 3.11 `asyncio.wait_for` starts a task; pyresilience bounds time and seats with it.

[Where the time goes](../explanation/speed.md), and what was tried against it.
"""


def write(tables: Sequence[Table], *, rounds: int) -> None:
    """Replace the page by one that shows *tables*."""
    sections = (ABOUT, _surroundings(rounds), _promises(tables), *map(as_markdown, tables))
    PAGE.write_text("\n".join((*sections, _RECORD + _halves()[1])), encoding="utf-8")


def write_record(tables: Sequence[Table]) -> None:
    """Replace what the page says of the record, which is measured by itself."""
    machine = f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    used = ", ".join(f"{name} {version(name)}" for name in ("asyncpg", "sqlalchemy"))
    about = (
        f"\n# The record\n\n`./scripts/bench record --history 10000000`, on "
        f"{datetime.now(UTC):%Y-%m-%d} on {machine}; {used}, PostgreSQL from the tests' wheel.\n\n"
    )
    before, after = _halves()
    # What was not measured this time (the history takes long) stays.
    old = {one.partition("\n")[0]: f"## {one.rstrip()}\n" for one in after.split("\n## ")[1:]}
    sections = {**old, **{table.title: as_markdown(table) for table in tables}}
    PAGE.write_text(before + _RECORD + about + "\n".join(sections.values()), encoding="utf-8")


_RECORD = "<!-- the record: ./scripts/bench record -->\n"


def _halves() -> tuple[str, str]:
    """The page before and after the mark of the record."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    before, _, after = text.partition(_RECORD)
    return before, after


def _surroundings(rounds: int) -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}"
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with {python} on {machine}, load "
        f"{os.getloadavg()[0]:.1f}; {rounds} rounds.\n\nVersions: {versions}.\n"
    )


def _promises(tables: Iterable[Table]) -> str:
    targets = [(table.title, target) for table in tables for target in table.targets]
    missed = [f"* {title}: {target.promise} {target.found:.2f}, promised ≤ {target.most:g}"
              for title, target in targets if not target.is_met]  # fmt: skip
    met = len(targets) - len(missed)
    lines = [f"{met} of {len(targets)} targets are met.", *(["Missed:", ""] if missed else [])]
    return "\n".join((*lines, *missed, ""))


def _processor() -> str:
    try:
        listed = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    models = (line.partition(":")[2].strip() for line in listed if line.startswith("model name"))
    return next(models, platform.machine())
