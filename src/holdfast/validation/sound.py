"""What is measured of a sound, whatever its codec."""

import math
import sys
from array import array
from dataclasses import dataclass
from operator import mul

SILENCE_DBFS = -50.0
"""Quieter than this (root mean square, relative to full scale) counts as silence."""

_FULL_SCALE = 32768
_CLIPPED = (-32768, -32767, 32767)
_BLOCK_SECONDS = 0.05
_MOST_MEASURED = 131_072


class UndecodableError(Exception):
    """The bytes are not what they should be; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One decoded sound.

    *loudness_dbfs*: -inf for exact silence, None where it cannot be told without decoding.
    *is_silent*: nothing can be heard. *trailing_silence* and *clipped*: shares, 0 to 1.
    *doubt*: what is odd, "" when nothing is.
    """

    codec: str
    sample_rate: int
    duration_seconds: float
    is_silent: bool
    loudness_dbfs: float | None = None
    trailing_silence: float = 0.0
    clipped: float = 0.0
    doubt: str = ""


def read_pcm(samples: bytes, sample_rate: int, channels: int = 1, codec: str = "pcm") -> Sound:
    """16 bit little-endian samples. A constant (only an offset) is silence too.

    At most 131 072 samples, spread evenly, are measured: a long file must not hold up the loop.
    """
    frame_bytes = 2 * channels
    if len(samples) % frame_bytes:
        raise UndecodableError(f"{len(samples)} bytes are no whole number of 16 bit samples")
    values = array("h", samples)
    if sys.byteorder == "big":
        values.byteswap()
    step = max(1, math.ceil(len(values) / _MOST_MEASURED))
    measured = values[::step]
    block = max(1, int(_BLOCK_SECONDS * sample_rate * channels / step))
    starts = range(0, len(measured), block)
    blocks = [_energy(measured[start : start + block]) for start in starts]
    loudness = _dbfs(sum(blocks), len(measured))
    quiet = [
        _dbfs(energy, min(block, len(measured) - start)) < SILENCE_DBFS
        for start, energy in zip(starts, blocks, strict=True)
    ]
    constant = not measured or min(measured) == max(measured)
    return Sound(
        codec=codec,
        sample_rate=sample_rate,
        duration_seconds=len(samples) / frame_bytes / sample_rate,
        is_silent=constant or loudness < SILENCE_DBFS,
        loudness_dbfs=-math.inf if constant else loudness,
        trailing_silence=trailing_share(quiet),
        clipped=sum(map(measured.count, _CLIPPED)) / max(1, len(measured)),
    )


def _energy(values: "array[int]") -> int:
    return sum(map(mul, values, values))


def _dbfs(energy: int, count: int) -> float:
    """Root mean square in decibels relative to full scale; -inf for zeros and for nothing."""
    power = energy / max(1, count)
    return 10 * math.log10(power / _FULL_SCALE**2) if power else -math.inf


def trailing_share(silent: list[bool]) -> float:
    """Which share of all parts is the run of silent ones at the end."""
    heard = next((at for at, quiet in enumerate(reversed(silent)) if not quiet), len(silent))
    return heard / max(1, len(silent))
