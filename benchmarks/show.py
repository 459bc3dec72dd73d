"""A table as a terminal and as a Markdown page show it."""

from collections.abc import Iterator, Sequence

from benchmarks.table import Table, Target


def as_text(table: Table) -> str:
    """Columns of even width."""
    return "\n".join((f"\n{table.title}", *_columns(table), *map(_said, table.targets)))


def as_markdown(table: Table) -> str:
    """A section of the page."""
    lines = [f"## {table.title}", "", table.about, "", *_pipes(table.head, table.rows)]
    if table.targets:
        found = [(one.promise, f"{one.found:.2f}", f"≤ {one.most:g}", _word(one))
                 for one in table.targets]  # fmt: skip
        lines += ["", *_pipes(("target", "found", "promised", ""), found)]
    return "\n".join(lines) + "\n"


def _columns(table: Table) -> Iterator[str]:
    everything = [table.head, *table.rows]
    widths = [min(44, max(map(len, column))) for column in zip(*everything, strict=True)]
    for row in everything:
        cells = (cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _said(target: Target) -> str:
    return f"  {_word(target):7} {target.promise}: {target.found:.2f}, promised ≤ {target.most:g}"


def _word(target: Target) -> str:
    return "met" if target.is_met else "missed"


def _pipes(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
