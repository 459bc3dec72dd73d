"""A file is one idea, a function one thought (the budgets: ARCHITECTURE.md)."""

from statistics import median

from tests.architecture.source import code_lines, functions, modules

FILE_LINES = 300
MEDIAN_FILE_LINES = 100
FUNCTION_LINES = 50
MEDIAN_FUNCTION_LINES = 8


def _sizes(*folders: str, above: int = 0) -> dict[str, int]:
    """The lines of code of every function that takes more than *above* lines of its file."""
    by_name = {module.name: module for module in modules(*folders)}
    return {
        where: code_lines(by_name[where.partition(":")[0]], node)
        for where, node in functions(*folders)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > above
    }


def _above(limit: int, sizes: dict[str, int]) -> list[str]:
    return [
        f"{name}: {size} lines, at most {limit}" for name, size in sizes.items() if size > limit
    ]


def test_no_file_is_long() -> None:
    """No Python file has more than 300 lines, tests included."""
    sizes = {module.name: module.lines for module in modules("src", "tests", "benchmarks")}
    assert _above(FILE_LINES, sizes) == []


def test_most_files_are_short() -> None:
    """The median file of the library has at most 100 lines."""
    sizes = sorted((module.lines, module.name) for module in modules("src"))
    assert median(lines for lines, _ in sizes) <= MEDIAN_FILE_LINES, sizes


def test_no_function_is_long() -> None:
    """No function has more than 50 lines of code, tests included."""
    assert _above(FUNCTION_LINES, _sizes("src", "tests", "benchmarks", above=FUNCTION_LINES)) == []


def test_most_functions_are_a_few_lines() -> None:
    """The median function of the library has at most 8 lines of code."""
    sizes = _sizes("src")
    longest = sorted(((size, name) for name, size in sizes.items()), reverse=True)[:40]
    assert median(sizes.values()) <= MEDIAN_FUNCTION_LINES, longest
