"""What was lost, changed or cut on the way from one step to the next: pure rules.

They compare what is known to have been there with what a step meets. What a step does itself
(adds, replaces, drops) is no loss. The same rules judge steps as they come and as they were kept.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from holdfast.fact import fact
from holdfast.seen import FieldSeen, LossKind
from holdfast.sessions.snapshot import HELD_CHARACTERS


class Known(NamedTuple):
    """A field as it was seen last, and the step that had it then."""

    field: FieldSeen
    step: str


@fact
class Loss:
    """One field that did not arrive as it left; *last_step* is None when nobody ever had it."""

    field: str
    kind: LossKind
    last_step: str | None


def losses(
    known: Mapping[str, Known],
    entered: Mapping[str, FieldSeen],
    *,
    whole: bool = True,
    required: Collection[str] = (),
) -> list[Loss]:
    """What a step lacks of *known* that it should have met in *entered*; in the order of names.

    *whole*: it was handed all there is, so whatever is absent is lost; else only what it
    declares as *required*. A required field that was never known is missing.
    """
    absent = [
        path for path in known
        if path not in entered and (whole or any(is_within(path, name) for name in required))
    ]  # fmt: skip
    found = {one.field: one for one in _of_absent(absent, known, entered)}
    for path, now in entered.items():
        before = known.get(path)
        if before is not None and not _is_same(before.field, now):
            kind: LossKind = "truncated" if is_cut(before.field, now) else "changed"
            found[path] = Loss(path, kind, before.step)
    for name in required:
        if not any(is_within(path, name) for path in (*entered, *found)):
            found.setdefault(name, Loss(name, "missing", None))
    return [found[path] for path in sorted(found)]


def after(
    known: Mapping[str, Known],
    step: str,
    entered: Mapping[str, FieldSeen],
    *,
    whole: bool = True,
    gone: Iterable[str] = (),
    given: Mapping[str, FieldSeen] | None = None,
    replaced: Iterable[str] = (),
) -> dict[str, Known]:
    """What is known once *step* has met *entered* and put *given* in the place of *replaced*."""
    left = {} if whole else dict(known)
    left.update({path: Known(one, step) for path, one in entered.items()})
    out = (*gone, *replaced)
    if out:
        left = {path: one for path, one in left.items() if not any(is_within(path, n) for n in out)}
    left.update({path: Known(one, step) for path, one in (given or {}).items()})
    return left


def is_within(path: str, name: str) -> bool:
    """Whether *path* is the field *name* or lies inside it."""
    return path == name or path.startswith(f"{name}.")


def is_cut(before: FieldSeen, now: FieldSeen) -> bool:
    """Whether *now* is the beginning of *before*, as far as both are held.

    Dots at its end, put there by whoever cut it, do not count.
    """
    if before.kind != now.kind or now.kind not in ("text", "list", "binary"):
        return False
    part = now.head.removesuffix("…")
    if now.kind == "text":
        part = part.removesuffix("...")
    elif now.kind == "list" and part == now.head and len(part) < HELD_CHARACTERS:
        part += ","  # complete: the next item must begin here
    dots = len(now.head) - len(part) if now.kind == "text" else 0
    return bool(part) and now.size - dots < before.size and before.head.startswith(part)


def _is_same(before: FieldSeen, now: FieldSeen) -> bool:
    return (before.digest, before.kind) == (now.digest, now.kind)


def _of_absent(
    absent: Iterable[str], known: Mapping[str, Known], entered: Mapping[str, FieldSeen]
) -> Iterable[Loss]:
    there = {name for path in entered for name in _ancestors(path)}
    for path in absent:
        leaf = next((name for name in _ancestors(path)[:-1] if name in entered), None)
        if leaf is not None or path in there:  # a value in the place of a mapping, or the reverse
            yield Loss(leaf or path, "changed", known[path].step)
        else:
            highest = next(name for name in _ancestors(path) if name not in there)
            yield Loss(highest, "lost", known[path].step)


def _ancestors(path: str) -> list[str]:
    """``a.b.c`` → a, a.b, a.b.c."""
    parts = path.split(".")
    return [".".join(parts[: number + 1]) for number in range(len(parts))]
