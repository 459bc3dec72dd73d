"""Notes as audio in the formats that the simulator speaks."""

import math
from array import array
from sys import byteorder
from typing import NamedTuple

from holdfast.simulator.providers.elevenlabs import mp3
from holdfast.simulator.providers.elevenlabs.melody import Note

_BASE_HERTZ, _STEP_HERTZ, _LOUDNESS = 190.0, 38.0, 9000
PIECE_BYTES = 4096
"""The size of the pieces in which a stream is sent, about a quarter of a second of MP3."""


class Format(NamedTuple):
    """*rate*: samples per second; *bitrate*: kbit/s, MP3 only. Always mono, 16 bit."""

    codec: str
    rate: int
    bitrate: int = 0

    @property
    def media_type(self) -> str:
        """The content type of the answer."""
        return {"mp3": "audio/mpeg", "wav": "audio/wav"}.get(self.codec, "audio/pcm")


_MP3 = ((44100, 128), (44100, 32), (44100, 64), (44100, 96), (44100, 192), (22050, 32), (24000, 48))
_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)

FORMATS = {f"mp3_{rate}_{bitrate}": Format("mp3", rate, bitrate) for rate, bitrate in _MP3} | {
    f"{codec}_{rate}": Format(codec, rate) for codec in ("pcm", "wav") for rate in _RATES
}


def render(notes: list[Note], audio: Format) -> bytes:
    """The complete file (MP3, WAV) or samples (PCM: 16 bit little-endian)."""
    if audio.codec == "mp3":
        return mp3.ID3 + b"".join(mp3.encode(notes, audio.rate, audio.bitrate))
    samples = b"".join(_samples(note, audio.rate) for note in notes)
    return samples if audio.codec == "pcm" else _wav_header(len(samples), audio.rate) + samples


def pieces(audio: bytes) -> tuple[bytes, ...]:
    """*audio* as it is streamed."""
    starts = range(0, len(audio), PIECE_BYTES)
    return tuple(audio[start : start + PIECE_BYTES] for start in starts)


def _samples(note: Note, rate: int) -> bytes:
    """Whole periods of a sine, so that notes join without a click."""
    count = round(note.seconds * rate)
    if note.pitch is None:
        return bytes(2 * count)
    period = round(rate / (_BASE_HERTZ + _STEP_HERTZ * note.pitch))
    turn = 2 * math.pi / period
    wave = array("h", (round(_LOUDNESS * math.sin(turn * n)) for n in range(period)))
    if byteorder == "big":
        wave.byteswap()
    periods = count // period
    return wave.tobytes() * periods + bytes(2 * (count - periods * period))


def _wav_header(size: int, rate: int) -> bytes:
    words = ((size + 36, 4), b"WAVEfmt ", (16, 4), (1, 2), (1, 2), (rate, 4), (rate * 2, 4))
    tail = ((2, 2), (16, 2), b"data", (size, 4))
    coded = (w if isinstance(w, bytes) else w[0].to_bytes(w[1], "little") for w in (*words, *tail))
    return b"RIFF" + b"".join(coded)
