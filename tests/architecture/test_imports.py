"""Imports go down, stand at the top, and cost nothing before they are needed.

The floors themselves are a contract of import-linter, in pyproject.toml.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.architecture.source import LIBRARY, Module, functions, modules

LIBRARY_FLOORS = (
    "answer", "clock", "context", "errors", "events", "fact", "guard", "middleware", "resilience",
    "seen",
    "validation",
)  # fmt: skip
"""Rooms that load nothing but the standard library."""

LOADED = """
import importlib, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def _own_imports(tree: ast.AST) -> Iterator[tuple[int, str, list[str]]]:
    """Line, module and names of each import of our own code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or _is_own(node.module or "")):
            yield node.lineno, node.module or "", [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, a.name, []) for a in node.names if _is_own(a.name))


def _is_own(name: str) -> bool:
    return name.partition(".")[0] == "holdfast"


def _is_room(name: str) -> bool:
    return (LIBRARY / name).is_dir() or (LIBRARY / f"{name}.py").is_file()


def _loaded_by(*names: str) -> set[str]:
    """The top-level names that importing *names* adds to a fresh interpreter."""
    command = [sys.executable, "-c", LOADED, *names]
    environment = {"PYTHONPATH": str(LIBRARY.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _names_under(room: str) -> list[str]:
    paths = [LIBRARY / f"{room}.py", *sorted((LIBRARY / room).rglob("*.py"))]
    inside = [path.relative_to(LIBRARY.parent).with_suffix("") for path in paths if path.exists()]
    return [".".join(path.parts).removesuffix(".__init__") for path in inside]


def test_imports_of_our_own_code_stand_at_the_top() -> None:
    """A function imports nothing of ours: a hidden import is a hidden cycle."""
    hidden = [
        f"{where} imports {module} in line {line}"
        for where, node in functions("src")
        for line, module, _ in _own_imports(node)
    ]
    assert hidden == []


def test_nothing_inside_knows_the_front_door() -> None:
    """The library imports its own modules, never a name that the root package shows to users."""
    inside = (m for m in modules("src") if m.name != "src/holdfast/__init__.py")
    assert [found for module in inside for found in _front_door(module)] == []


def _front_door(module: Module) -> list[str]:
    return [
        f"{module.name}:{line} takes {name or 'the root package'} from holdfast"
        for line, source, names in _own_imports(module.tree)
        if source == "holdfast"
        for name in names or [""]
        if not _is_room(name)
    ]


@pytest.mark.real_time
def test_importing_holdfast_loads_only_the_standard_library() -> None:
    """`import holdfast` costs no framework, whichever of them is installed."""
    assert _loaded_by("holdfast") - sys.stdlib_module_names == {"holdfast"}


@pytest.mark.real_time
@pytest.mark.parametrize("room", LIBRARY_FLOORS)
def test_the_floors_of_the_library_need_nothing_installed(room: str) -> None:
    """Guards, policies and verdicts work on a bare Python."""
    names = _names_under(room)
    assert names, f"there is no room {room}: take it off the list"
    assert _loaded_by(*names) - sys.stdlib_module_names == {"holdfast"}
