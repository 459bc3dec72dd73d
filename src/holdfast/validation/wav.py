"""RIFF/WAVE: the chunks are walked, 16 bit PCM is measured.

Other sample formats are only measured in time: whether they are silent is not known.
"""

import struct

from holdfast.validation.sound import Sound, UndecodableError, read_pcm

MAGIC = b"RIFF"

_PCM, _EXTENSIBLE = 1, 0xFFFE
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)
"""What a streaming encoder writes as size, for it does not know it yet."""

_HEADER = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")


def read_wav(file: bytes) -> Sound:
    """The sound in *file*; raises `UndecodableError`."""
    if file[:4] != MAGIC or file[8:12] != b"WAVE":
        raise UndecodableError("no RIFF/WAVE header")
    chunks = _chunks(file)
    if len(chunks.get(b"fmt ", b"")) < _FORMAT.size or b"data" not in chunks:
        raise UndecodableError(f"WAVE without {'data' if b'fmt ' in chunks else 'format'} chunk")
    coding, channels, rate, bytes_per_second, _, bits = _FORMAT.unpack_from(chunks[b"fmt "])
    if not channels or not rate or not bytes_per_second:
        raise UndecodableError(f"WAVE with {channels} channels at {rate} Hz")
    data = chunks[b"data"]
    if coding in (_PCM, _EXTENSIBLE) and bits == 16:
        return read_pcm(data, rate, channels, codec="wav")
    return Sound(
        codec="wav",
        sample_rate=rate,
        duration_seconds=len(data) / bytes_per_second,
        is_silent=False,
        doubt=f"format {coding} with {bits} bits: loudness was not measured",
    )


def _chunks(file: bytes) -> dict[bytes, bytes]:
    chunks, at = {}, 12
    while at + _HEADER.size <= len(file):
        name, size = _HEADER.unpack_from(file, at)
        start = at + _HEADER.size
        rest = len(file) - start
        if name == b"data" and size in _UNKNOWN_SIZES:
            size = rest
        if size > rest:
            raise UndecodableError(
                f"chunk {name.decode('latin-1')!r} promises {size} bytes, {rest} came"
            )
        chunks[name] = file[start : start + size]
        at = start + size + size % 2
    return chunks
