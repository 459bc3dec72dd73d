"""Names say what a thing is, and every public thing says what it promises."""

import ast
from pathlib import PurePosixPath

from tests.architecture.source import definitions, modules

DRAWERS = {"base", "common", "helper", "helpers", "impl", "manager", "misc", "util", "utils"}
"""A module of such a name holds whatever found no other place."""


def test_no_module_is_a_drawer() -> None:
    """No file or folder is named for holding just anything."""
    named = [
        module.name
        for module in modules("src", "tests")
        if DRAWERS & {part.strip("_") for part in PurePosixPath(module.name).with_suffix("").parts}
    ]
    assert named == [], "name these after the one idea they hold"


def test_every_module_opens_with_its_idea() -> None:
    """Each Python file starts with a docstring; an empty file has nothing to say."""
    silent = [
        module.name
        for module in modules("src", "tests", "benchmarks")
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]
    assert silent == [], "open these with one sentence that could stand in ARCHITECTURE.md"


def test_every_public_class_and_function_states_its_contract() -> None:
    """What one may call or hold has a docstring; Python's own protocol methods need none."""
    silent = [
        found.where
        for module in modules("src")
        for found in definitions(module)
        if found.public and not ast.get_docstring(found.node) and not _is_overload(found.node)
    ]
    assert silent == [], "state the contract of these: shapes, units, errors"


def test_every_test_states_its_rule() -> None:
    """Each test function has a docstring that says what must hold."""
    silent = [
        found.where
        for module in modules("tests")
        for found in definitions(module)
        if found.node.name.startswith("test_") and not ast.get_docstring(found.node)
    ]
    assert silent == [], "say in one sentence which rule these tests prove"


def _is_overload(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(name, ast.Name) and name.id == "overload" for name in decorators)
