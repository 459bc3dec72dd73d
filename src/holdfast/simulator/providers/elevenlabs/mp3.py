"""MP3 in code: steady frames, recorded once, repeated for as long as a note lasts."""

from functools import cache
from importlib.resources import files
from typing import Final

from holdfast.simulator.providers.elevenlabs.melody import PITCHES, Note

_TONES = files("holdfast.simulator.providers.elevenlabs").joinpath("tones")
_ENCODER = b"\x03holdfast simulator"
_TSSE = b"TSSE" + len(_ENCODER).to_bytes(4, "big") + b"\x00\x00" + _ENCODER
ID3: Final = b"ID3\x04\x00\x00" + bytes([0, 0, 0, len(_TSSE)]) + _TSSE
"""The tag that the real service puts in front: ID3v2.4 with one text, the encoder's name."""

_HEADER_BYTES = 4
_SAMPLES_PER_FRAME = {44_100: 1152, 24_000: 576, 22_050: 576}


def encode(notes: list[Note], rate: int, bitrate: int) -> list[bytes]:
    """The frames of *notes*; *rate* in Hz and *bitrate* in kbit/s name a file of tones."""
    frames = _frames(rate, bitrate)
    silent = frames[0][:_HEADER_BYTES].ljust(len(frames[0]), b"\x00")
    seconds_per_frame = _SAMPLES_PER_FRAME[rate] / rate
    played, until, coded = 0, 0.0, []
    for note in notes:
        until += note.seconds
        count = max(0, round(until / seconds_per_frame) - played)
        coded += [silent if note.pitch is None else frames[note.pitch]] * count
        played += count
    return coded or [silent]


@cache
def _frames(rate: int, bitrate: int) -> tuple[bytes, ...]:
    data = _TONES.joinpath(f"mp3_{rate}_{bitrate}.frames").read_bytes()
    size = len(data) // PITCHES
    return tuple(data[start : start + size] for start in range(0, len(data), size))
