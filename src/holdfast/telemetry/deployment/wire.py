"""Documents as bytes: JSON, with bytes in it as they are behind it.

What has not changed need not be made again: a part of a document can be bytes that were packed
before, and is read again only when it differs.
"""

import json
from collections.abc import Mapping
from struct import Struct
from typing import Any

from holdfast.telemetry.breath import breathing

_LENGTH = Struct("<I")
_PLACE = ""
"""The only name in the object that stands where bytes are; their place among all is its value."""


class _Encoder(json.JSONEncoder):
    """Puts bytes aside."""

    def __init__(self) -> None:
        super().__init__(separators=(",", ":"), check_circular=False)
        self.blobs: list[bytes] = []

    def default(self, o: object) -> dict[str, int]:
        """What stands where *o*, which JSON cannot hold, is."""
        if not isinstance(o, bytes):
            raise TypeError(f"a document holds no {type(o).__name__}")
        self.blobs += (_LENGTH.pack(len(o)), o)
        return {_PLACE: len(self.blobs) // 2}

    def pack(self, document: Any) -> bytes:
        """`pack`, again and again."""
        self.blobs.clear()
        text = self.encode(document).encode()
        return b"".join((_LENGTH.pack(len(text)), text, *self.blobs))


def pack(document: Any) -> bytes:
    """*document*: what JSON can hold, and bytes; no object's only name is empty."""
    return _Encoder().pack(document)


class _Decoder:
    """Puts bytes back in their places."""

    def __init__(self) -> None:
        self._decode = json.JSONDecoder(object_hook=self._found).decode
        self._blobs: list[bytes] = []

    def unpack(self, data: bytes) -> Any:
        """`unpack`, again and again."""
        self._blobs = blobs = []
        at = 0
        while at + _LENGTH.size <= len(data):
            (size,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            blobs.append(data[at : at + size])
            at += size
        if at != len(data) or not blobs:
            raise ValueError(f"{len(data)} bytes are no document")
        try:
            return self._decode(blobs[0].decode())
        except (IndexError, TypeError) as error:
            raise ValueError("a document names bytes that are not there") from error

    def _found(self, its: dict[str, Any]) -> Any:
        return self._blobs[its[_PLACE]] if _PLACE in its else its


def unpack(data: bytes) -> Any:
    """What `pack` was given; raises ValueError for what it did not make."""
    return _Decoder().unpack(data)


class Packer:
    """Packs parts, and knows again those that are the very same object as last time."""

    def __init__(self) -> None:
        self._pack = _Encoder().pack
        self._before: dict[int, tuple[Any, bytes]] = {}
        self._now: dict[int, tuple[Any, bytes]] = {}

    def part(self, plain: Any) -> bytes:
        """*plain* packed."""
        known = self._before.get(id(plain)) or self._now.get(id(plain))
        if known is None:
            known = (plain, self._pack(plain))  # holding *plain* keeps its id from being another's
        self._now[id(plain)] = known
        return known[1]

    def parts(self, plains: Mapping[str, Any]) -> dict[str, bytes]:
        """Each of *plains* packed."""
        return {name: self.part(plain) for name, plain in breathing(plains.items())}

    def done(self) -> None:
        """A document is complete: what was not in it is forgotten."""
        self._before, self._now = self._now, {}


class Unpacker:
    """Reads parts; those whose bytes were there last time become the same object again."""

    def __init__(self) -> None:
        self._unpack = _Decoder().unpack
        self._before: dict[bytes, Any] = {}
        self._now: dict[bytes, Any] = {}

    def part(self, data: bytes) -> Any:
        """What was packed."""
        known = self._before.get(data)
        if known is None:
            known = self._now.get(data)
        self._now[data] = known = self._unpack(data) if known is None else known
        return known

    def parts(self, packed: Mapping[str, bytes]) -> dict[str, Any]:
        """Each of them read."""
        return {name: self.part(data) for name, data in breathing(packed.items())}

    def done(self) -> None:
        """A document was read: what was not in it is forgotten."""
        self._before, self._now = self._now, {}
