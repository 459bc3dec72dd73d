"""What the documentation says is what the code does."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from holdfast.app.following import Following
from holdfast.clock import SYSTEM_CLOCK
from holdfast.events import ContextLost, Event, StepTaken
from holdfast.integrations.exchange import Asked, Exchange
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


def test_the_provider_of_the_how_to_works() -> None:
    """The page's provider tells a good answer, a wrong one and an error apart."""
    module = ModuleType("acme")
    exec(_blocks(ROOT / "docs" / "how-to" / "add-a-provider.md")[0], vars(module))
    operation = module.ACME.operation_of(Asked("GET", "/invoices/7"))
    judged = [
        operation.validators[0](Exchange(Asked("GET", "/invoices/7"), 200, {}, body)).judgement
        for body in (b'{"number": "A-7"}', b'{"number": ""}', b"[]")
    ]
    refused = module.ACME.read_error(Exchange(Asked("GET", "/invoices/7"), 404))
    assert (operation.name, judged) == ("read", ["pass", "fail", "fail"])
    assert type(refused).__name__ == "NotFound"


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
