"""What the documentation says is what the code does."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from holdfast.app.following import Following
from holdfast.clock import SYSTEM_CLOCK
from holdfast.events import ContextLost, Event, StepTaken
from holdfast.simulator import running
from tests.docs.reference import FOLDER, pages

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize("name", sorted(pages()))
def test_reference_is_true(name: str) -> None:
    """Each reference page is what ./scripts/reference makes of the code now."""
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run ./scripts/reference"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """No page links to a file that is not there."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [one for one in targets if not (path.parent / one).exists()] == []


def _blocks(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_is_python(path: Path) -> None:
    """Every Python example can be compiled."""
    for block in _blocks(path):
        compile(block, str(path), "exec", flags=0x2000)  # top-level await is fine


HOW_TO = ROOT / "docs" / "how-to" / "add-a-provider.md"


def test_the_how_to_is_what_is_in_the_tree() -> None:
    """Its two files and two lines are Mistral's, character by character."""
    provider, double, _ = _blocks(HOW_TO)
    line, double_line = re.findall(
        r"```text\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL
    )
    source = ROOT / "src" / "holdfast"
    assert provider == (source / "integrations" / "mistral.py").read_text(encoding="utf-8")
    assert double == (source / "simulator" / "providers" / "mistral.py").read_text(encoding="utf-8")
    assert line in (source / "integrations" / "__init__.py").read_text(encoding="utf-8")
    registry = source / "simulator" / "providers" / "__init__.py"
    assert double_line in registry.read_text(encoding="utf-8")


@pytest.mark.real_time
async def test_the_last_step_of_the_how_to_works(capsys: pytest.CaptureFixture[str]) -> None:
    """What it runs prints a reply and good health."""
    module = ModuleType("see_it_work")
    exec(_blocks(HOW_TO)[-1], vars(module))
    async with running() as url:
        await module.main(url)
    printed = capsys.readouterr().out
    assert "You asked: How do I begin?" in printed
    assert "ServiceHealth(state='healthy', evidence='models'" in printed


async def test_the_journey_of_the_how_to_loses_nothing() -> None:
    """As written no field is lost; without its first field the next step says so."""
    module = ModuleType("journey")
    exec(_blocks(ROOT / "docs" / "how-to" / "track-context.md")[0], vars(module))
    told: list[Event] = []

    async def ask(context: dict[str, Any]) -> str:
        return str(context["chart"])

    async def speak(answer: str) -> None:
        assert answer

    await module.journey(Following(told.append, SYSTEM_CLOCK, None), ask, speak)
    steps = [one for one in told if isinstance(one, StepTaken)]
    assert [one.outcome for one in steps] == ["succeeded"] * 3
    assert all(one.context is not None for one in steps)
    assert [one for one in told if isinstance(one, ContextLost)] == []
