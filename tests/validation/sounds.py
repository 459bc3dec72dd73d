"""Sounds made in code: WAV files of a tone, MP3 frames with and without data."""

import math
import struct
from functools import cache


@cache
def tone(seconds: float, rate: int = 16000, loudness: int = 9000) -> bytes:
    """A sine of 200 Hz as 16 bit little-endian samples."""
    turn = 2 * math.pi * 200 / rate
    count = round(seconds * rate)
    return struct.pack(f"<{count}h", *(round(loudness * math.sin(turn * n)) for n in range(count)))


def wav(data: bytes, rate: int = 16000, *, bits: int = 16, size: int | None = None) -> bytes:
    """*data* as a mono WAV file; *size* is what the header promises."""
    width = bits // 8
    format_chunk = struct.pack("<HHIIHH", 1, 1, rate, rate * width, width, bits)
    promised = len(data) if size is None else size
    chunks = b"fmt " + struct.pack("<I", 16) + format_chunk
    chunks += b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"data" + struct.pack("<I", promised) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def frame(*, length: int = 100, gain: int = 150, mono: bool = True, mpeg1: bool = True) -> bytes:
    """One MP3 frame whose every granule has this ``part2_3_length`` and ``global_gain``.

    MPEG-1 at 44 100 Hz and 128 kbit/s (417 bytes), or MPEG-2 at 22 050 Hz and 32 kbit/s (104).
    """
    header = 0xFFFB9000 if mpeg1 else 0xFFF34000
    header |= 0xC0 if mono else 0
    channels = 1 if mono else 2
    lead = (18 if mono else 20) if mpeg1 else (9 if mono else 10)
    tail = 30 if mpeg1 else 34
    bits = "0" * lead
    for _ in range(channels * (2 if mpeg1 else 1)):
        bits += f"{length:012b}{0:09b}{gain:08b}" + "0" * tail
    side = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return (header.to_bytes(4, "big") + side).ljust(417 if mpeg1 else 104, b"\x55")


def index_frame() -> bytes:
    """The table of contents that encoders put first."""
    empty = frame(length=0, gain=0)
    return empty[:21] + b"Info" + empty[25:]


SECONDS_PER_FRAME = 1152 / 44100
"""Of an MPEG-1 frame at 44 100 Hz."""


def aac(frames: int, index: int = 4) -> bytes:
    """ADTS frames of 44 100 Hz (index 4), 32 bytes each."""
    one = bytes([0xFF, 0xF1, 0x40 | index << 2, 0x80, 32 >> 3, (32 & 7) << 5 | 0x1F, 0xFC])
    return one.ljust(32, b"\0") * frames
