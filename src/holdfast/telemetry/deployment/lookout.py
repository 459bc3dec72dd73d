"""What one worker knows of the others: the board as it last looked, read and kept."""

from holdfast.telemetry.deployment.board import Board, Departed, Posted
from holdfast.telemetry.deployment.snapshot import (
    Decoder,
    Resets,
    Snapshot,
    decode_part,
    encode_part,
    latest,
)
from holdfast.telemetry.deployment.view import Member, Part, Picture, totals

_NOBODY: Part = ({}, {})
_NOTHING: Part = ({}, {"calls": {}, "routes": {}})
"""In the place of a slice that cannot be read."""


class Lookout:
    """*members* is replaced as a whole by each look, so any thread may read it."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.departed = Departed(0, b"")
        self.unknown_versions = 0
        self._dead: Part = _NOBODY
        self._unreadable: dict[str, str] = {}
        self._decoders: dict[str, Decoder] = {}

    def look(self, board: Board, own: tuple[bytes, Snapshot] | None = None) -> None:
        """Take in what is on *board*; the head and snapshot of its *own* need not be read."""
        known = {name: one.token for name, one in self.members.items()}
        seen = board.look(known | self._unreadable)
        found = {
            name: self._member(board, name, posted, own) for name, posted in seen.members.items()
        }
        self._decoders = {name: it for name, it in self._decoders.items() if name in found}
        self.members = {name: one for name, one in found.items() if one is not None}
        kept = self._unreadable.items()
        self._unreadable = {name: it for name, it in kept if found.get(name, it) is None}
        if seen.departed.version != self.departed.version:
            self.departed = seen.departed
            self._dead = decode_part(seen.departed.body) or _NOBODY

    def see_alone(self, name: str, snapshot: Snapshot) -> None:
        """The board is away: the others stay as they were seen, *name* is as it is."""
        before = self.members.get(name)
        closed = before.closed if before else {}
        token = f"away {id(snapshot)}"
        self.members = {**self.members, name: Member(token, True, False, snapshot, closed)}

    def newest(self, own: Resets) -> dict[str, int]:
        """The resets that anybody knows of."""
        newest = latest(own, self._dead[0])
        for one in self.members.values():
            newest = latest(newest, one.snapshot.resets)
        return newest

    def picture(self, own: Resets) -> Picture:
        """Everything, to be shown."""
        return Picture(self.members, self._dead, self.newest(own))

    def bury(self, board: Board, own: Resets, oldest: int) -> None:
        """Fold the dead, and drop what is left of those whose slices all are below *oldest*."""
        for name, one in self.members.items():
            if one.is_alive:
                continue
            if not one.is_folded:
                newest = self.newest(own)
                body = encode_part(newest, totals(Picture({name: one}, self._dead, newest)))
                board.fold(name, one.token, Departed(self.departed.version + 1, body))
                self.look(board)
                return  # who else is dead has its turn at the next beat
            if max((0, *one.closed, *one.snapshot.open)) < oldest:
                board.remove(name)

    def _member(
        self, board: Board, name: str, posted: Posted, own: tuple[bytes, Snapshot] | None
    ) -> Member | None:
        before = self.members.get(name)
        snapshot = before.snapshot if before is not None else None
        if own is not None and posted.head == own[0]:
            snapshot = own[1]
        elif posted.head is not None:
            snapshot = self._decoders.setdefault(name, Decoder()).decode(posted.head)
            if snapshot is None:
                self.unknown_versions += name not in self._unreadable
                self._unreadable[name] = posted.token
        if snapshot is None:
            return None
        closed = _closed(board, name, snapshot, before.closed if before else {})
        return Member(posted.token, posted.is_alive, posted.is_folded, snapshot, closed)


def _closed(board: Board, name: str, snapshot: Snapshot, known: dict[int, Part]) -> dict[int, Part]:
    kept = {number: known[number] for number in snapshot.closed if number in known}
    missing = [number for number in snapshot.closed if number not in kept]
    if missing:
        for number, encoded in board.slices(name, missing).items():
            kept[number] = decode_part(encoded) or _NOTHING
    return kept
