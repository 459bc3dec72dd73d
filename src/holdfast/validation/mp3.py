"""MPEG audio layer III, frame by frame, from headers and side information alone.

Checked: an unbroken chain of valid frames, their duration, and whether any holds sound: a frame
whose every ``part2_3_length`` or ``global_gain`` is zero decodes to digital silence.
Not checked: the Huffman data itself, so neither loudness nor clipping; noise passes.
ISO/IEC 11172-3 2.4.1 and 13818-3 2.4.1.
"""

from collections.abc import Iterator
from typing import NamedTuple

from holdfast.validation.sound import Sound, UndecodableError, trailing_share

_KBITS = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {0b11: (44100, 48000, 32000), 0b10: (22050, 24000, 16000), 0b00: (11025, 12000, 8000)}
_SYNC = 0b111_1111_1111
_LAYER_III = 0b01
_MONO = 0b11
_MPEG1 = 0b11
_BITRATE_FREE, _BITRATE_BAD, _RATE_RESERVED = 0, 0b1111, 0b11
_HEADER_BYTES, _CRC_BYTES = 4, 2
_ID3_HEADER_BYTES, _ID3V1_BYTES = 10, 128
_MOST_FRAMES = 200_000
"""More than an hour; the rest is not looked at."""


class Frame(NamedTuple):
    """One frame's header: where it starts, its length in bytes, what it decodes to."""

    start: int
    size: int
    rate: int
    samples: int
    channels: int
    side_at: int


def read_mp3(file: bytes) -> Sound:
    """The sound in *file*; raises `UndecodableError`. Tags (ID3) and the Xing frame are skipped."""
    end = len(file) - (_ID3V1_BYTES if file[-_ID3V1_BYTES:][:3] == b"TAG" else 0)
    frames = list(_frames(file, _id3_bytes(file), end))
    sounding = [frame for frame in frames if not _is_index(file, frame)]
    if not sounding:
        raise UndecodableError("no frame with sound data")
    silent = [_is_silent(file, frame) for frame in sounding]
    last = frames[-1]
    missing = last.start + last.size - end
    return Sound(
        codec="mp3",
        sample_rate=sounding[0].rate,
        duration_seconds=sum(frame.samples / frame.rate for frame in sounding),
        is_silent=all(silent),
        trailing_silence=trailing_share(silent),
        doubt=f"the last frame lacks {missing} bytes" if missing > 0 else "",
    )


def frames_of(file: bytes) -> Iterator[Frame]:
    """The frames that hold sound, until something else comes; tags and the index are skipped."""
    at = _id3_bytes(file)
    for _ in range(_MOST_FRAMES):
        frame = _frame(file, at) if at + _HEADER_BYTES <= len(file) else None
        if frame is None:
            return
        if not _is_index(file, frame):
            yield frame
        at += frame.size


def _frames(file: bytes, at: int, end: int) -> Iterator[Frame]:
    for _ in range(_MOST_FRAMES):
        at += _id3_bytes(file, at)  # where several files were joined
        if at + _HEADER_BYTES > end:
            return
        frame = _frame(file, at)
        if frame is None:
            found = file[at : at + _HEADER_BYTES].hex()
            raise UndecodableError(f"byte {at} of {len(file)} should start a frame, found {found}")
        yield frame
        at += frame.size


def _frame(file: bytes, at: int) -> Frame | None:
    bits = int.from_bytes(file[at : at + _HEADER_BYTES], "big")
    version, layer = bits >> 19 & 0b11, bits >> 17 & 0b11
    bitrate, rate_index = bits >> 12 & 0b1111, bits >> 10 & 0b11
    if bits >> 21 != _SYNC or layer != _LAYER_III or version not in _RATES:
        return None
    if bitrate in (_BITRATE_FREE, _BITRATE_BAD) or rate_index == _RATE_RESERVED:
        return None
    full = version == _MPEG1
    rate, kbits = _RATES[version][rate_index], _KBITS[1 if full else 2][bitrate - 1]
    samples = 1152 if full else 576
    size = samples // 8 * kbits * 1000 // rate + (bits >> 9 & 1)
    channels = 1 if bits >> 6 & 0b11 == _MONO else 2
    side_at = at + _HEADER_BYTES + (0 if bits >> 16 & 1 else _CRC_BYTES)
    return Frame(at, size, rate, samples, channels, side_at)


def _is_silent(file: bytes, frame: Frame) -> bool:
    """Whether every granule of every channel decodes to zeros (or to less than can be heard)."""
    full = frame.samples == 1152
    size = _side_bytes(frame)
    side = file[frame.side_at : frame.side_at + size].ljust(size, b"\0")
    bits, length = int.from_bytes(side, "big"), 8 * size
    at = (18 if frame.channels == 1 else 20) if full else (9 if frame.channels == 1 else 10)
    width = 59 if full else 63
    for _ in range((2 if full else 1) * frame.channels):
        part2_3_length = bits >> (length - at - 12) & 0xFFF
        global_gain = bits >> (length - at - 29) & 0xFF
        if part2_3_length and global_gain:
            return False
        at += width
    return True


def _side_bytes(frame: Frame) -> int:
    sizes = {(1152, 1): 17, (1152, 2): 32, (576, 1): 9, (576, 2): 17}
    return sizes[frame.samples, frame.channels]


def _is_index(file: bytes, frame: Frame) -> bool:
    """The first frame of many files is a table of contents that decodes to nothing."""
    at = frame.side_at + _side_bytes(frame)
    return file[at : at + 4] in (b"Xing", b"Info")


def _id3_bytes(file: bytes, at: int = 0) -> int:
    if file[at : at + 3] != b"ID3" or len(file) < at + _ID3_HEADER_BYTES:
        return 0
    size = 0
    for septet in file[at + 6 : at + 10]:
        size = size << 7 | septet & 0x7F
    return _ID3_HEADER_BYTES + size
