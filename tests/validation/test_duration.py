"""How long a sound lasts, by its container's own figures."""

import struct

import pytest

from holdfast.validation.duration import container_of, sound_seconds
from tests.validation.sounds import SECONDS_PER_FRAME, aac, frame, index_frame, tone, wav


def flac(samples: int, rate: int = 16000) -> bytes:
    """The beginning of a FLAC file."""
    packed = rate << 44 | 0 << 41 | 15 << 36 | samples
    return b"fLaC\x80\x00\x00\x22" + bytes(10) + packed.to_bytes(8, "big") + bytes(16)


def page(granule: int, body: bytes = b"") -> bytes:
    """One Ogg page with one segment."""
    head = b"OggS\0\2" + struct.pack("<q", granule) + bytes(12) + b"\1" + bytes([len(body)])
    return head + body


OPUS = page(0, b"OpusHead\1\1" + struct.pack("<H", 312) + bytes(9)) + page(96_312)
VORBIS = page(0, b"\1vorbis" + bytes(5) + struct.pack("<I", 22_050) + bytes(14)) + page(44_100)


def mp4(seconds: int, *, wide: bool = False) -> bytes:
    """A file type and a movie header."""
    times = struct.pack(">QQIQ", 0, 0, 1000, seconds * 1000)
    if not wide:
        times = struct.pack(">IIII", 0, 0, 1000, seconds * 1000)
    head = b"mvhd" + (b"\1" if wide else b"\0") + bytes(3) + times
    return struct.pack(">I", 16) + b"ftypM4A " + bytes(8) + head


@pytest.mark.parametrize(
    ("sound", "container", "seconds"),
    [
        (wav(tone(1.5)), "wav", 1.5),
        (wav(tone(1.5), size=0), "wav", 1.5),
        (wav(tone(1.5), size=0xFFFFFFFF), "wav", 1.5),
        (wav(tone(1.5), size=10_000_000), "wav", 1.5),
        (wav(tone(3.0), bits=8), "wav", 6.0),
        (index_frame() + frame() * 100, "mp3", 100 * SECONDS_PER_FRAME),
        (b"ID3\4\0\0\0\0\0\2ab" + frame() * 10, "mp3", 10 * SECONDS_PER_FRAME),
        (flac(32_000), "flac", 2.0),
        (OPUS, "ogg", 2.0),
        (VORBIS, "ogg", 2.0),
        (aac(43), "aac", 43 * 1024 / 44_100),
        (mp4(7), "mp4", 7.0),
        (mp4(7, wide=True), "mp4", 7.0),
    ],
)
def test_each_container_tells_its_length(sound: bytes, container: str, seconds: float) -> None:
    """Whatever the size of the file, and whatever a streamed header promises."""
    assert container_of(sound) == container
    assert sound_seconds(sound) == pytest.approx(seconds, abs=1e-3)


@pytest.mark.parametrize(
    "sound",
    [
        b"",
        b"OggS",
        b"fLaC",
        flac(0),
        page(0, b"Speex   " + bytes(20)),
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF\0\0\0\0WAVE" + b"data" + struct.pack("<I", 4) + bytes(4),
        b"\0\0\0\x10ftypM4A ",
        b"\0\0\0\x10ftypmvhd",
        b"ID3",
        b"\xff\xf1\x7c\x80",
        aac(1, index=15),
        b"just some bytes",
    ],
)
def test_what_is_unknown_or_broken_has_no_length(sound: bytes) -> None:
    """It is not guessed from the size."""
    assert sound_seconds(sound) is None


def test_frames_are_counted_only_until_it_is_too_long() -> None:
    """An hour is not counted to the end to be refused."""
    seconds = sound_seconds(frame() * 1000, at_most=1.0)
    assert seconds is not None
    assert 1.0 < seconds < 1.0 + SECONDS_PER_FRAME
