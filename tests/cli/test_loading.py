"""A command loads what it needs, and the program says which one it is."""

import subprocess
import sys

import pytest

from holdfast.cli.loading import MODULES, Loading
from tests.cli.commands import inside

LOADED = """
import sys
sys.argv = ["holdfast", "status", "--help"]
from holdfast.cli import main
try:
    main()
finally:
    print({"openai", "fastapi", "sqlalchemy"} & set(sys.modules))
"""


@pytest.mark.real_time
def test_a_command_does_not_load_the_others() -> None:
    """Who asks how things are does not wait for the demo's SDK or the record's database."""
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.splitlines()[-1] == "set()"
    assert "--url" in ran.stdout


def test_every_command_has_its_module() -> None:
    """Its name is that in the table, and the list needs none of them."""
    commands = Loading()
    assert [commands[name].name for name in commands] == list(MODULES)
    extra = object()
    commands["extra"] = extra
    assert (commands["extra"], len(commands)) == (extra, len(MODULES) + 1)
    del commands["extra"]
    assert "extra" not in commands
    assert commands.get("nope") is None


def test_it_says_which_release_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As anybody who reports a fault is asked; a word that is nearly a command is understood."""
    assert inside(monkeypatch, capsys, "--version").out.startswith("holdfast ")
    assert "'status'" in inside(monkeypatch, capsys, "sttus").err
