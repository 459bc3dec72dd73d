"""What the Crowd system blocked, checked badly or promised (its contract §7: 7, 16, 19, 21)."""

import asyncio
import json
import re
import time
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from holdfast.api.application import ROUTERS
from holdfast.app.monitoring import Monitoring
from holdfast.cli.main import cli
from holdfast.events import Outcome
from holdfast.exports import grafana
from holdfast.exports.boards import BOARDS
from holdfast.exports.rules import ALERTS
from holdfast.settings.settings import Settings, variables_of
from tests.api.host import asking, call, development, mounted
from tests.compat.crowd import crowd
from tests.exports.rule_cases import CASES

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NO_SETTINGS = {"HOLDFAST_TOKEN"}
"""What the command line alone reads."""


def test_fault_7_no_alert_is_evaluated_where_a_mistake_makes_it_fire() -> None:
    """Alerts are Prometheus' own rules: one that cannot be evaluated is seen, and is silent.

    None is left to Grafana, whose nodes need a type and whose errors alert; each rule is played
    with data, and with none at all.
    """
    documents = [grafana.as_json(board) for board in BOARDS]
    assert not any("alert" in json.loads(one) or '"execErrState"' in one for one in documents)
    assert not [name for name in grafana.files() if "alert" in name]
    nothing = next(case for case in CASES if not case.series)
    assert list(nothing.fires) == ["HoldfastAbsent"]
    assert {name for case in CASES for name in case.fires} == {one.name for one in ALERTS}


@pytest.mark.real_time
async def test_fault_16_who_blocks_the_loop_is_seen(tmp_path: Path) -> None:
    """Work that should not be in a coroutine shows as lag, with how late everybody was."""
    one = crowd(tmp_path)

    async def blocking() -> None:
        time.sleep(0.6)  # noqa: ASYNC251  # the fault itself

    one.app.add_api_route("/blocking", blocking)
    async with asking(one.app) as client:
        await asyncio.sleep(0.05)
        await client.get("/blocking")
        await asyncio.sleep(0.05)
        late = one.value("asyncio_loop_lag_seconds_sum")
    assert late > 0.2


@pytest.mark.real_time
async def test_fault_16_temporary_sessions_are_bounded(tmp_path: Path) -> None:
    """However many come and never end, and those that had to go are counted."""
    monitoring = Monitoring(development(tmp_path))
    for number in range(12_000):
        call(monitoring, session_id=f"temporary-{number}")
    dropped = monitoring.dropped()["sessions_evicted"]
    assert monitoring.sessions.active() + dropped == 12_000
    assert dropped > 0


@pytest.mark.real_time
@pytest.mark.parametrize(("outcome", "word"), [("succeeded", "healthy"), ("failed", "unhealthy")])
async def test_fault_19_healthy_is_a_word_of_its_own(
    tmp_path: Path, outcome: Outcome, word: str
) -> None:
    """No check looks for letters in a body: "unhealthy" holds "healthy"; states are fields."""
    app, monitoring = mounted(tmp_path)
    for _ in range(10):
        call(monitoring, outcome)
    async with asking(app) as client:
        document = (await client.get("/health/")).json()
    assert (document["overall_status"], document["status"]) == (
        word, "ok" if word == "healthy" else "degraded"
    )  # fmt: skip


def test_fault_19_no_script_of_ours_decides_by_a_pipe_that_may_break() -> None:
    """``grep -q`` behind a pipe ends it early, and pipefail calls that a failure."""
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]
    text = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in scripts}
    assert [name for name, one in text.items() if re.search(r"\|\s*grep\s+-\w*q", one)] == []
    assert [name for name, one in text.items() if "return $" in one] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_fault_21_every_setting_command_and_route_that_a_page_names_exists(page: Path) -> None:
    """Nobody reads of an endpoint, a variable or a command that is not there."""
    text = page.read_text(encoding="utf-8")
    known = {name for field in Settings.model_fields for name in variables_of(field)}
    assert set(re.findall(r"\bHOLDFAST_[A-Z_]+\b", text)) <= known | NO_SETTINGS
    commands = set(get_command(cli).commands)  # type: ignore[attr-defined]  # a group has them
    assert set(re.findall(r"(?:`|^)holdfast ([a-z]+)", text, re.MULTILINE)) <= commands
    named = {_plain(one) for one in re.findall(rf"`(?:GET |POST )?({_PATH})`", text)}
    routes = {_plain(f"{start}{one.path}") for start, one in _routes()}  # type: ignore[attr-defined]
    assert {one for one in named if not any(_is(one, route) for route in routes)} == set()


_PATH = r"/monitoring/api/[\w/{}-]+"


def _routes() -> list[tuple[str, object]]:
    return [(prefix, route) for router, prefix in ROUTERS for route in router.routes]


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def _is(named: str, route: str) -> bool:
    """*named* is *route*, or its beginning: ``/monitoring/api/business`` of several."""
    return route == named or route.startswith(f"{named}/")


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_fault_21_a_setting_is_acted_upon_or_says_that_it_is_not(field: str) -> None:
    """No variable is read, shown and forgotten without a word."""
    used = field in _read_members()
    says = "nothing acts on it yet" in (Settings.model_fields[field].description or "")
    assert used != says


@cache
def _read_members() -> set[str]:
    """Whatever is read of anything, outside of the room that makes the settings."""
    sources = (ROOT / "src" / "holdfast").rglob("*.py")
    return {
        name
        for path in sources
        if "settings" not in path.parts
        for name in re.findall(r"\.(\w+)", path.read_text(encoding="utf-8"))
    }
