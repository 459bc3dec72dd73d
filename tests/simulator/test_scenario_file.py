"""Scenarios as a file, and the same document over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.simulator import SimulatorError, create_simulator
from tests.simulator.calls import inside

TOML = """
[openai]
kind = "empty_success"
rate = 0.3

[prokerala]
kind = "error"
status = 503
for_seconds = 60
"""
DOCUMENT: dict[str, Any] = {
    "openai": {"kind": "empty_success", "rate": 0.3},
    "prokerala": {"kind": "error", "status": 503, "for_seconds": 60},
}


@pytest.mark.parametrize(
    ("name", "text"), [("outage.toml", TOML), ("outage.json", json.dumps(DOCUMENT))]
)
async def test_a_file_is_played_from_the_start(tmp_path: Path, name: str, text: str) -> None:
    """TOML or JSON; who is not in it behaves well."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    async with inside(scenarios=tmp_path / name) as client:
        shown = (await client.get("/_scenarios")).json()["providers"]
    played = {one: state["scenario"] for one, state in shown.items() if state["scenario"]}
    assert played["openai"]["rate"] == 0.3
    assert (played["prokerala"]["status"], played["prokerala"]["for_seconds"]) == (503, 60)
    assert played.keys() == DOCUMENT.keys()


async def test_the_same_document_goes_over_http(tmp_path: Path) -> None:
    """It replaces all that was played; a wrong one changes nothing."""
    async with inside() as client:
        await client.put("/_scenarios/elevenlabs", json={"kind": "hang"})
        wrong = await client.put("/_scenarios", json={"openai": {"kind": "nope"}})
        kept = (await client.get("/_scenarios/elevenlabs")).json()["scenario"]
        right = await client.put("/_scenarios", json=DOCUMENT)
        gone = (await client.get("/_scenarios/elevenlabs")).json()["scenario"]
    assert (wrong.status_code, wrong.json()["field"]) == (422, "openai.kind")
    assert kept["kind"] == "hang"
    assert (right.status_code, right.json().keys()) == (200, DOCUMENT.keys())
    assert gone is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openai = [", "outage.toml cannot be read as scenarios: "),
        ("[nobody]\nkind = 'error'", "outage.toml: provider: 'nobody' is not allowed; use one of"),
        ("openai = 3", r"openai\.body: 3 is not allowed; use a JSON object"),
        (
            "[openai]\nkind = 'error'\nstatus = 200",
            r"openai\.status: 200 is not allowed; use an in",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    """The file, the provider, the field, its value and what is allowed."""
    path = tmp_path / "outage.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SimulatorError, match=message):
        create_simulator(scenarios=path)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    """Before anything is started."""
    with pytest.raises(SimulatorError, match=r"gone\.toml cannot be read as scenarios"):
        create_simulator(scenarios=tmp_path / "gone.toml")


async def test_a_document_that_is_no_object_is_refused() -> None:
    """With an example of one."""
    async with inside() as client:
        answer = await client.put("/_scenarios", json=[1])
    assert (answer.status_code, answer.json()["field"]) == (422, "body")
