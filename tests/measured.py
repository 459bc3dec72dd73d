"""When coverage looks: while our own code runs, in tests that show it something new.

Before Python 3.12 a watched process runs at half its speed, whosoever code it runs: else half of
`./scripts/test` would go into watching pytest, the libraries, and what was seen before.
"""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

import pytest

_TRACERS = sys.gettrace(), threading.gettrace()
"""Coverage's, or None where nothing is measured."""

_FOR_CHILDREN = "COVERAGE_PROCESS_CONFIG"

_SEEN_ELSEWHERE = (
    "tests/app/test_memory.py", "tests/architecture/", "tests/chaos/", "tests/conformance/",
    "tests/docs/", "tests/end_to_end/", "tests/exports/test_real_prometheus.py", "tests/lessons/",
)  # fmt: skip
"""Here tests run at length what others run too: what is printed are lower bounds for it."""


def shows_something_new(item: pytest.Item) -> bool:
    """Whether *item* is worth watching; the test of a state machine tries the same lines again."""
    return not (
        item.nodeid.startswith(_SEEN_ELSEWHERE)
        or item.get_closest_marker("unmeasured")
        or "_machine.py" in item.nodeid
    )


@contextmanager
def looking(watched: bool) -> Iterator[None]:
    """Have coverage look, or look away, until the end of the block."""
    before = sys.gettrace(), threading.gettrace()
    _set(_TRACERS if watched else (None, None))
    try:
        yield
    finally:
        _set(before)


def look_away() -> None:
    """Have coverage look away, but for where the code of Holdfast is imported."""
    if _TRACERS[0] is not None:
        _set((None, None))
        sys.meta_path.insert(sys.meta_path.index(PathFinder), _Finder())


@contextmanager
def children_unmeasured() -> Iterator[None]:
    """Let coverage look away in every process that starts meanwhile."""
    request = os.environ.pop(_FOR_CHILDREN, None)
    try:
        yield
    finally:
        if request is not None:
            os.environ[_FOR_CHILDREN] = request


class _Finder(MetaPathFinder):
    """Finds what Python would find, and has each module run watched or not."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        with looking(self.name.partition(".")[0] == "holdfast"):
            super().exec_module(module)


def _set(tracers: tuple[object, object]) -> None:
    sys.settrace(tracers[0])  # type: ignore[arg-type]  # what gettrace gave
    threading.settrace(tracers[1])  # type: ignore[arg-type]  # as above
