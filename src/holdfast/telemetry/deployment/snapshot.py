"""What one worker publishes: everything it counted so far, and what is so right now.

*totals* only ever grow (but for a reset); *extra* is the present of a living worker
and belongs to whoever put it there. A window is slices of five seconds, numbered by the wall
clock, so that those of several machines fit: the *open* ones ride in the head, the *closed* ones
are published once, each by itself.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.events import fact
from holdfast.telemetry.deployment.wire import Packer, Unpacker, pack, unpack
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


class Encoder:
    """Writes the heads of one worker: what has not changed is not packed again."""

    def __init__(self) -> None:
        self._packer = Packer()

    def encode(self, snapshot: Snapshot) -> tuple[bytes, bytes]:
        """The bytes of a head in two parts; the first are equal when nothing happened since."""
        packer, totals = self._packer, snapshot.totals
        requests = totals["requests"]
        core = pack({
            "v": VERSION, "instance": snapshot.instance, "resets": snapshot.resets,
            "calls": packer.parts(totals["calls"]),
            "lifetime": packer.part(requests["lifetime"]),
            "exposed": packer.parts(requests["exposed"]),
            "rest": packer.parts(totals["rest"]),
            "counters": totals["counters"], "since": totals["since"],
            "open": {
                number: {kind: packer.parts(each) for kind, each in one.items()}
                for number, one in snapshot.open.items()
            },
            "closed": snapshot.closed, "extra": snapshot.extra,
        })  # fmt: skip
        packer.done()
        return core, pack(totals["pulse"])


class Decoder:
    """Reads the heads of one worker: what has not changed becomes the same object again."""

    def __init__(self) -> None:
        self._unpacker = Unpacker()

    def decode(self, head: bytes) -> Snapshot | None:
        """The snapshot in *head*; None when it is of another version, or none at all."""
        try:
            core, pulse = unpack(head)
            it = unpack(core)
            return self._snapshot(it, unpack(pulse)) if it["v"] == VERSION else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _snapshot(self, it: Any, pulse: Plain) -> Snapshot:
        unpacker = self._unpacker
        totals = {
            "calls": unpacker.parts(it["calls"]),
            "requests": {
                "lifetime": unpacker.part(it["lifetime"]),
                "exposed": unpacker.parts(it["exposed"]),
            },
            "rest": unpacker.parts(it["rest"]),
            "counters": it["counters"], "since": it["since"], "pulse": pulse,
        }  # fmt: skip
        opened = {
            int(number): {kind: unpacker.parts(each) for kind, each in one.items()}
            for number, one in it["open"].items()
        }
        unpacker.done()
        return Snapshot(
            it["instance"], it["resets"], totals, opened, tuple(it["closed"]), it["extra"]
        )


def encode_part(resets: Resets, plain: Plain) -> bytes:
    """The bytes of one slice, or of the departed total."""
    return pack({"v": VERSION, "resets": resets, "plain": plain})


def decode_part(part: bytes) -> tuple[Resets, Plain] | None:
    """What `encode_part` was given; None when it is of another version."""
    try:
        it = unpack(part)
        return (it["resets"], it["plain"]) if it["v"] == VERSION else None
    except (ValueError, KeyError, TypeError):
        return None


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
