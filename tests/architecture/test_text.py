"""The repository speaks of the project alone."""

import re
import subprocess

import pytest

from tests.architecture.source import ROOT

LEAKS = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.}$/-])/(root|work|tmp|home/\w+|Users/\w+)/"
    ),
    "a host of a package registry": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|registry\.yarnpkg|registry\.npmmirror"
        r"|(deb|security)\.debian\.org"
    ),
}


def _texts() -> dict[str, str]:
    """Every text file that git knows or would add, by its name."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {}
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in content:
            found[name] = content.decode("utf-8")
    return found


@pytest.mark.real_time
def test_no_text_names_a_machine_or_a_registry() -> None:
    """What was installed from where, and in whose folder, stays with whoever did it."""
    leaks = [
        f"{name}:{number} names {what}: {line.strip()[:80]}"
        for name, text in _texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in LEAKS.items()
        if pattern.search(line)
    ]
    assert leaks == []


@pytest.mark.real_time
def test_every_script_can_be_run() -> None:
    """What a reader is told to run is executable and says what it is in its second line."""
    scripts = [p for p in (ROOT / "scripts").iterdir() if p.is_file()]
    wrong = [
        path.name
        for path in [*scripts, ROOT / ".ci" / "run"]
        if not path.stat().st_mode & 0o100
        or not path.read_text(encoding="utf-8").splitlines()[1].startswith("# ")
    ]
    assert wrong == []
