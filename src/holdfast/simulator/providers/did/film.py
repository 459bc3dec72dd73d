"""An MP4 as small as one can be that still says how long it lasts."""

import struct
from random import Random

CHARACTERS_PER_SECOND = 15
_SAMPLES = 40_000


def film_seconds(text: str) -> float:
    """How long *text* takes to be spoken."""
    return max(1.0, round(len(text) / CHARACTERS_PER_SECOND, 2))


def film(seconds: float, dice: Random) -> bytes:
    """`ftyp`, a `moov` that holds the duration, and an `mdat` of noise."""
    brands = b"isom\x00\x00\x02\x00isomiso2avc1mp41"
    header = struct.pack(">5I", 0, 0, 0, 1000, round(seconds * 1000)) + bytes(80)
    return (
        _box(b"ftyp", brands)
        + _box(b"moov", _box(b"mvhd", header))
        + _box(b"mdat", dice.randbytes(_SAMPLES))
    )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content
