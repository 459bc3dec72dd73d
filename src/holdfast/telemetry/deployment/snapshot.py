"""What one worker publishes: everything it counted so far, and what is so right now.

Compact JSON. *totals* only ever grow (but for a reset); *extra* is the present of a living worker
and belongs to whoever put it there. A window is slices of five seconds, numbered by the wall
clock, so that those of several machines fit: the *open* ones ride in the head, the *closed* ones
are published once, each by itself.
"""

import json
from collections.abc import Mapping
from typing import Any

from holdfast.events import fact
from holdfast.telemetry.plain import Plain, names

VERSION = 1
"""Of the encoding. What is of another one is left out, and counted."""

ALL = "*"
"""In *resets*: every integration."""

Resets = Mapping[str, int]
"""How often an integration (or `ALL`) was reset, as far as the publisher knows."""


@fact
class Snapshot:
    """A head, decoded. *instance* names the worker on pages."""

    instance: str
    resets: Resets
    totals: Plain
    open: dict[int, Plain]
    closed: tuple[int, ...]
    extra: Plain


def encode(snapshot: Snapshot) -> bytes:
    """The bytes of a head; equal for equal snapshots."""
    return _bytes({
        "v": VERSION, "instance": snapshot.instance, "resets": snapshot.resets,
        "totals": snapshot.totals, "open": snapshot.open, "closed": snapshot.closed,
        "extra": snapshot.extra,
    })  # fmt: skip


def decode(head: bytes) -> Snapshot | None:
    """The snapshot in *head*; None when it is of another version, or none at all."""
    it = _read(head)
    if it is None:
        return None
    opened = {int(number): one for number, one in it["open"].items()}
    return Snapshot(
        it["instance"], it["resets"], it["totals"], opened, tuple(it["closed"]), it["extra"]
    )


def encode_part(resets: Resets, plain: Plain) -> bytes:
    """The bytes of one slice, or of the departed total."""
    return _bytes({"v": VERSION, "resets": resets, "plain": plain})


def decode_part(part: bytes) -> tuple[Resets, Plain] | None:
    """What `encode_part` was given; None when it is of another version."""
    it = _read(part)
    return None if it is None else (it["resets"], it["plain"])


def latest(one: Resets, other: Resets) -> dict[str, int]:
    """What both know together."""
    names_ = {*one, *other}
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in sorted(names_)}


def still_counts(calls: Plain, resets: Resets, newest: Resets) -> Plain:
    """Those of *calls* (by operation) that were counted after the *newest* resets."""
    if resets.get(ALL, 0) < newest.get(ALL, 0):
        return {}
    outdated = {name for name, count in newest.items() if resets.get(name, 0) < count}
    if not outdated:
        return calls
    return {key: one for key, one in calls.items() if names(key)[0] not in outdated}


def _bytes(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _read(part: bytes) -> Any:
    try:
        document = json.loads(part)
        return document if document["v"] == VERSION else None
    except (ValueError, KeyError, TypeError):
        return None
