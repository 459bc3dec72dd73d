"""The public API is one sorted list, and the list is true."""

import ast

import pytest

import holdfast
from tests.architecture.source import LIBRARY


def _shown_to_type_checkers() -> set[str]:
    """The names that the root package imports for type checkers, or defines."""
    tree = ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("holdfast.")
        for alias in node.names
    }


def test_the_list_is_sorted_and_says_nothing_twice() -> None:
    """A reader finds a name where the alphabet puts it."""
    assert list(holdfast.__all__) == sorted(set(holdfast.__all__))


def test_every_listed_name_is_there() -> None:
    """Each name of the list can be taken from the package."""
    assert [name for name in holdfast.__all__ if not hasattr(holdfast, name)] == []


def test_type_checkers_see_the_same_list() -> None:
    """What is loaded lazily is also imported for type checkers, and nothing more."""
    listed = {name for name in holdfast.__all__ if not name.startswith("__")}
    assert _shown_to_type_checkers() == listed


def test_every_listed_name_says_what_it_is() -> None:
    """Each public class and function has a docstring of its own."""
    public = {name: getattr(holdfast, name) for name in holdfast.__all__}
    silent = [name for name, it in public.items() if callable(it) and not it.__doc__]
    assert silent == []


def test_an_unknown_name_is_an_honest_attribute_error() -> None:
    """The lazy front door answers like any module does."""
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = holdfast.no_such_name
