"""The code of the house, read as data."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "src" / "holdfast"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """One Python file; *name* is its path from the root of the repository."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """What it says, parsed when first asked for."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """Every line, as an editor counts them."""
        return len(self.text.splitlines())


class Definition(NamedTuple):
    """A function or class and where it stands: `src/holdfast/x.py:12 Circuit.admit`."""

    where: str
    node: Documented
    public: bool


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file under *folders* of the repository, in order."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(_read(path) for path in paths if "node_modules" not in path.parts)


def functions(*folders: str) -> Iterator[tuple[str, Function]]:
    """Every function, method and nested function under *folders*, with where it stands."""
    for module in modules(*folders):
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield f"{module.name}:{node.lineno} {node.name}", node


def definitions(module: Module) -> Iterator[Definition]:
    """The classes, functions and methods of *module*; what stands in a function is its own."""
    yield from _definitions(module.name, module.tree.body, prefix="", public=True)


def code_lines(module: Module, node: Function) -> int:
    """The lines of *node* that hold code: no decorators, docstrings, comments or blank lines."""
    docstring = range(0)
    if ast.get_docstring(node, clean=False) is not None:
        docstring = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    inside = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    code = _lines_of_code(module.text)
    return sum(line in code and line not in docstring for line in inside)


def forget() -> None:
    """Let go of all that was read."""
    for known in (modules, _lines_of_code, _read):
        known.cache_clear()


@cache
def _lines_of_code(text: str) -> frozenset[int]:
    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    return frozenset(
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in nothing
        for line in range(token.start[0], token.end[0] + 1)
    )


@cache
def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(ROOT).as_posix(), text)


def _definitions(
    where: str, body: list[ast.stmt], *, prefix: str, public: bool
) -> Iterator[Definition]:
    for node in body:
        if not isinstance(node, Documented):
            continue
        shown = public and not node.name.startswith("_")
        yield Definition(f"{where}:{node.lineno} {prefix}{node.name}", node, shown)
        if isinstance(node, ast.ClassDef):
            inner = f"{prefix}{node.name}."
            yield from _definitions(where, node.body, prefix=inner, public=shown)
