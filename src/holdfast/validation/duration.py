"""How long a sound lasts, from its container's own figures; nothing is decoded.

Known: WAVE (by its data, whatever its header promises), MP3, FLAC, Ogg (Opus, Vorbis), AAC in
ADTS frames, MP4/M4A. What is not known has no duration: it is never guessed from the size.
"""

import math
import struct
from collections.abc import Callable, Iterator

from holdfast.validation.mp3 import frames_of

_CHUNK = struct.Struct("<4sI")
_OGG_PAGE = b"OggS"
_OPUS_RATE = 48_000
_AAC_RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025),
    *(8_000, 7_350),
)
_AAC_SAMPLES = 1024


def container_of(sound: bytes) -> str | None:
    """What *sound* begins as: wav, mp3, flac, ogg, aac, mp4; None for anything else."""
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        return "wav"
    for magic, at, name in ((b"fLaC", 0, "flac"), (_OGG_PAGE, 0, "ogg"), (b"ftyp", 4, "mp4")):
        if sound[at : at + len(magic)] == magic:
            return name
    if sound[:3] == b"ID3":
        return "mp3"
    if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xF6 == 0xF0:
        return "aac"
    return "mp3" if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0 else None


def sound_seconds(sound: bytes, at_most: float = math.inf) -> float | None:
    """Seconds of *sound*; None where its container is unknown or broken.

    Frames are counted only until *at_most* is exceeded: what is too long need not be measured.
    """
    read = _READERS.get(container_of(sound) or "")
    try:
        return read(sound, at_most) if read else None
    except (struct.error, IndexError, ZeroDivisionError):
        return None


def _wav(sound: bytes, _at_most: float) -> float | None:
    at, bytes_per_second = 12, 0
    while at + _CHUNK.size <= len(sound):
        name, size = _CHUNK.unpack_from(sound, at)
        start = at + _CHUNK.size
        if name == b"fmt ":
            (bytes_per_second,) = struct.unpack_from("<I", sound, start + 8)
        if name == b"data":
            rest = len(sound) - start
            promised = rest if size in (0, 0xFFFFFFFF) else size
            return min(promised, rest) / bytes_per_second
        at = start + size + size % 2
    return None


def _mp3(sound: bytes, at_most: float) -> float | None:
    return _counted((frame.samples / frame.rate for frame in frames_of(sound)), at_most)


def _flac(sound: bytes, _at_most: float) -> float | None:
    """STREAMINFO comes first: 20 bits of sample rate, and 36 of samples (0: not known)."""
    packed = int.from_bytes(sound[18:26].ljust(8, b"\0"), "big")
    rate, samples = packed >> 44, packed & 0xF_FFFF_FFFF
    return samples / rate if samples else None


def _ogg(sound: bytes, _at_most: float) -> float | None:
    """The last page says how many samples are complete with it."""
    (samples,) = struct.unpack_from("<q", sound, sound.rindex(_OGG_PAGE) + 6)
    if sound[28:36] == b"OpusHead":
        (skipped,) = struct.unpack_from("<H", sound, 38)
        return float(max(0, samples - skipped) / _OPUS_RATE)
    if sound[28:35] == b"\x01vorbis":
        (rate,) = struct.unpack_from("<I", sound, 40)
        return float(samples / rate)
    return None


def _aac(sound: bytes, at_most: float) -> float | None:
    return _counted(_aac_frames(sound), at_most)


def _aac_frames(sound: bytes) -> Iterator[float]:
    at = 0
    while at + 7 <= len(sound) and sound[at] == 0xFF and sound[at + 1] & 0xF6 == 0xF0:
        size = (sound[at + 3] & 3) << 11 | sound[at + 4] << 3 | sound[at + 5] >> 5
        blocks = (sound[at + 6] & 3) + 1
        yield blocks * _AAC_SAMPLES / _AAC_RATES[sound[at + 2] >> 2 & 0xF]
        at += max(size, 7)


def _mp4(sound: bytes, _at_most: float) -> float | None:
    """The movie header's time scale and duration (version 0: 32 bit, 1: 64 bit)."""
    at = sound.find(b"mvhd")
    if at < 0:
        return None
    wide = sound[at + 4] == 1
    scale, length = struct.unpack_from(">IQ" if wide else ">II", sound, at + (24 if wide else 16))
    return float(length / scale)


def _counted(lengths: Iterator[float], at_most: float) -> float | None:
    seconds = 0.0
    for length in lengths:
        seconds += length
        if seconds > at_most:
            break
    return seconds or None


_READERS: dict[str, Callable[[bytes, float], float | None]] = {
    "wav": _wav,
    "mp3": _mp3,
    "flac": _flac,
    "ogg": _ogg,
    "aac": _aac,
    "mp4": _mp4,
}
