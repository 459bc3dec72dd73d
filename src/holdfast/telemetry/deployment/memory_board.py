"""A board in this process: before it has joined others, and for tests of several workers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from holdfast.telemetry.deployment.board import Departed, Posted, Seen

_EMPTY = Departed(0, b"")


@dataclass(slots=True)
class _Member:
    is_alive: bool = True
    is_folded: bool = False
    published: int = 0
    head: bytes = b""
    slices: dict[int, bytes] = field(default_factory=dict)


class Place:
    """What several boards share."""

    def __init__(self) -> None:
        self.members: dict[str, _Member] = {}
        self.departed = _EMPTY
        self.leader: str | None = None
        self.published = 0

    def lose(self, member: str) -> None:
        """*member* dies, or is taken for dead."""
        if member in self.members:
            self.members[member].is_alive = False
        if self.leader == member:
            self.leader = None


class MemoryBoard:
    """Fulfils `Board`."""

    is_local = True

    def __init__(self, place: Place | None = None) -> None:
        self._place = place or Place()
        self._member, self._head = "", b""
        self._slices: dict[int, bytes] = {}

    def join(self, member: str) -> None:
        """Be there."""
        place, self._member = self._place, member
        if not any(one.is_alive for one in place.members.values()):
            place.members.clear()
            place.departed = _EMPTY
        place.members[member] = _Member()

    def publish(self, head: bytes | None, slices: Mapping[int, bytes], oldest: int) -> bool:
        """Replace and add, unless folded."""
        mine = self._place.members.setdefault(self._member, _Member())
        if mine.is_folded:
            return False
        kept = {number: one for number, one in self._slices.items() if number >= oldest}
        self._head, self._slices = self._head if head is None else head, {**kept, **slices}
        if head is not None or not mine.published:
            self._place.published += 1
            mine.head, mine.published = self._head, self._place.published
        mine.is_alive, mine.slices = True, self._slices
        return True

    def look(self, known: Mapping[str, str]) -> Seen:
        """Everything, as it is now."""
        members = {}
        for name, one in self._place.members.items():
            if one.published:
                token = str(one.published)
                head = None if known.get(name) == token else one.head
                members[name] = Posted(token, one.is_alive, one.is_folded, head)
        return Seen(members, self._place.departed)

    def slices(self, member: str, numbers: Collection[int]) -> Mapping[int, bytes]:
        """Those that are there."""
        one = self._place.members.get(member)
        held = {} if one is None else one.slices
        return {number: held[number] for number in numbers if number in held}

    def fold(self, member: str, token: str, departed: Departed) -> bool:
        """Once."""
        one = self._place.members.get(member)
        if one is None or one.is_folded or one.is_alive or token != str(one.published):
            return False
        if departed.version != self._place.departed.version + 1:
            return False
        self._place.departed, one.is_folded = departed, True
        return True

    def remove(self, member: str) -> None:
        """Drop it."""
        self._place.members.pop(member, None)

    def lead(self) -> bool:
        """The first who asks, while it lives."""
        place = self._place
        if place.leader is None:
            place.leader = self._member
        return place.leader == self._member

    def leave(self) -> None:
        """Be dead."""
        self._place.lose(self._member)
