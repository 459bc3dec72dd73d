"""Whether spoken text came back as sound: decodable, heard, and about as long as the text takes.

Nothing here understands the words that are spoken.
"""

import re
from collections.abc import Callable

from holdfast.events import Verdict
from holdfast.validation.duration import container_of, sound_seconds
from holdfast.validation.mp3 import read_mp3
from holdfast.validation.sound import SILENCE_DBFS, Sound, UndecodableError, read_pcm
from holdfast.validation.verdict import failed, passed, warned
from holdfast.validation.wav import read_wav

METHOD = "audio"

FASTEST_CHARACTERS_PER_SECOND = 30.0
SLOWEST_CHARACTERS_PER_SECOND = 4.0
PAUSE_SECONDS = 2.0
"""Speech takes between characters / 30 and characters / 4 + 2 seconds: an engineering guess."""

MOST_CLIPPED = 0.01
MOST_TRAILING_SILENCE = 0.5

_READERS: dict[str, Callable[[bytes], Sound]] = {"mp3": read_mp3, "wav": read_wav}
_CONTAINERS = {"ogg": "ogg", "flac": "flac", "aac": "aac"}
_MARKUP = re.compile(r"<[^<>]*>")


def read_sound(body: bytes, codec: str, sample_rate: int) -> Sound | None:
    """*body* as a sound; None for a codec we have no parser for. Raises `UndecodableError`."""
    if codec == "pcm":
        return read_pcm(body, sample_rate)
    reader = _READERS.get(codec)
    return reader(body) if reader else None


def judge_speech(
    body: bytes, *, codec: str, sample_rate: int, text: str, speed: float = 1.0
) -> Verdict | None:
    """Judge *body* as *text* spoken at *speed* (1.0 is normal).

    Fail: empty, undecodable, silent, or shorter than the text can be spoken. Warn: longer than
    plausible, clipped, mostly silence at the end, another sample rate than asked for (0: any).
    None for a codec that we cannot look into: of such only the container and length are checked.
    """
    if not body:
        return failed(METHOD, "the audio has 0 bytes")
    try:
        sound = read_sound(body, codec, sample_rate)
    except UndecodableError as error:
        return failed(METHOD, f"not decodable as {codec}: {error}")
    if sound is None:
        fault = _container(body, codec, text, speed)
        return failed(METHOD, fault) if fault else None
    fault = _silence(sound) or _too_short(sound.duration_seconds, text, speed)
    if fault:
        return failed(METHOD, fault)
    doubt = _doubt(sound, sample_rate, len(text) / SLOWEST_CHARACTERS_PER_SECOND / speed)
    return warned(METHOD, doubt) if doubt else passed(METHOD)


def _silence(sound: Sound) -> str:
    if not sound.is_silent:
        return ""
    if sound.loudness_dbfs is None:
        return f"silent: no frame of {sound.duration_seconds:.2f} s holds sound"
    return f"silent: {sound.loudness_dbfs:.1f} dBFS, at least {SILENCE_DBFS:g} expected"


def _container(body: bytes, codec: str, text: str, speed: float) -> str:
    wanted = _CONTAINERS.get(codec)
    if wanted is None:
        return ""
    found = container_of(body)
    if found != wanted:
        return f"not {codec}: it begins as {found or 'nothing we know'}, {wanted} expected"
    seconds = sound_seconds(body)
    return "" if seconds is None else _too_short(seconds, text, speed)


def _too_short(seconds: float, text: str, speed: float) -> str:
    spoken = sum(character.isalnum() for character in _MARKUP.sub("", text))
    least = spoken / FASTEST_CHARACTERS_PER_SECOND / speed
    if seconds >= least:
        return ""
    return f"{seconds:.2f} s is too short for {spoken} characters, at least {least:.2f} s expected"


def _doubt(sound: Sound, sample_rate: int, slow_seconds: float) -> str:
    longest = slow_seconds + PAUSE_SECONDS
    if sound.doubt:
        return sound.doubt
    if sample_rate and sound.sample_rate != sample_rate:
        return f"{sound.sample_rate} Hz came, {sample_rate} Hz asked for"
    if sound.duration_seconds > longest:
        return f"{sound.duration_seconds:.2f} s is long, at most {longest:.2f} s expected"
    if sound.clipped > MOST_CLIPPED:
        return (
            f"{sound.clipped:.1%} of the samples are clipped, at most {MOST_CLIPPED:.0%} expected"
        )
    if sound.trailing_silence > MOST_TRAILING_SILENCE:
        return (
            f"the last {sound.trailing_silence:.0%} are silent, "
            f"at most {MOST_TRAILING_SILENCE:.0%} expected"
        )
    return ""
