"""Sound in a request: how much of it there is, how much there may be, and whether it is heard."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from holdfast.errors import InputRefused
from holdfast.validation.duration import container_of, sound_seconds
from holdfast.validation.mp3 import read_mp3
from holdfast.validation.sound import UndecodableError, read_pcm
from holdfast.validation.wav import read_wav

MIB = 1024 * 1024
_PCM_BYTES = 2
_HEARD_IN = {"wav": read_wav, "mp3": read_mp3}


class RawFormat(NamedTuple):
    """Samples without a container: *rate* per second and channel, of *sample_bytes* each."""

    rate: int
    channels: int = 1
    sample_bytes: int = 2

    @property
    def bytes_per_second(self) -> int:
        """Of all channels together."""
        return self.rate * self.channels * self.sample_bytes


class SoundSent(NamedTuple):
    """*data* of one sound; *raw* when it has no container."""

    data: bytes
    raw: RawFormat | None = None

    def seconds(self, at_most: float) -> float | None:
        """How long it really is, counted until *at_most* is exceeded; None when nobody can say."""
        if self.raw:
            return len(self.data) / self.raw.bytes_per_second
        return sound_seconds(self.data, at_most)

    def is_silent(self) -> bool | None:
        """Whether nothing can be heard in it; None for what we cannot look into."""
        try:
            if self.raw:
                measured = self.raw.sample_bytes == _PCM_BYTES
                return read_pcm(self.data, self.raw.rate).is_silent if measured else None
            read = _HEARD_IN.get(container_of(self.data) or "")
            sound = read(self.data) if read else None
        except UndecodableError:
            return None
        if sound is None or (sound.codec == "wav" and sound.loudness_dbfs is None):
            return None
        return sound.is_silent


class SoundBounds(NamedTuple):
    """The most that one request may hold: *size_mb* in MiB, *seconds* of sound."""

    size_mb: float
    seconds: float


def sound_size(
    name: str, sounds: Callable[[Any], Iterable[SoundSent]], bounds: SoundBounds
) -> Callable[[Any], None]:
    """Refuses a request to *name* whose sound is empty, too large or too long.

    A container that is not known is bounded by its size alone.
    """

    def check(asked: Any) -> None:
        for sound in sounds(asked):
            size = len(sound.data)
            if not size:
                raise InputRefused(f"{name} needs a sound, got 0 bytes")
            if size > bounds.size_mb * MIB:
                raise InputRefused(
                    f"{name} takes at most {bounds.size_mb:g} MiB of sound, got {size / MIB:.2f}"
                )
            seconds = sound.seconds(bounds.seconds)
            if seconds is not None and seconds > bounds.seconds:
                raise InputRefused(
                    f"{name} takes at most {bounds.seconds:g} s of sound, got {seconds:.1f} or more"
                )

    return check
