"""A double of speech recognition: as many words as the sound has time for, none in silence.

The words are chosen by the sound's own bytes and the seed: the same sound is always heard alike.
"""

from hashlib import sha256
from random import Random
from typing import NamedTuple

from holdfast.validation.duration import container_of, sound_seconds
from holdfast.validation.mp3 import read_mp3
from holdfast.validation.sound import UndecodableError, read_pcm
from holdfast.validation.wav import read_wav

WORDS_PER_SECOND = 2.5
SENTENCES = (
    "please tell me what the stars say about my work this year",
    "i would like to know when the moon will enter my sign",
    "my family wants to move to chennai before the end of the month",
    "can you explain the meaning of the chart that you showed me",
    "thank you that was very helpful and i feel calm again",
)


class Sound(NamedTuple):
    """One sound that was heard: *digest* tells it from others."""

    seconds: float
    silent: bool
    digest: str


class Spoken(NamedTuple):
    """One recognised word; times in seconds."""

    word: str
    start: float
    end: float
    confidence: float


def listen(data: bytes, rate: int = 0, sample_bytes: int = 2, channels: int = 1) -> Sound | None:
    """*data* as sound; *rate* in Hz when it is raw samples. None when it is no sound at all."""
    digest = sha256(data).hexdigest()
    if rate:
        whole = data[: len(data) // (2 * channels) * 2 * channels]
        silent = sample_bytes == 2 and read_pcm(whole, rate, channels).is_silent
        return Sound(len(data) / (rate * sample_bytes * channels), silent, digest)
    seconds = sound_seconds(data)
    return None if seconds is None else Sound(seconds, _is_silent(data), digest)


def recognised(sound: Sound, seed: int, sentences: tuple[str, ...] = SENTENCES) -> list[Spoken]:
    """The words of *sound*, evenly spread over its time."""
    if sound.silent:
        return []
    dice = Random(f"{seed}/{sound.digest}")
    count = max(1, round(sound.seconds * WORDS_PER_SECOND))
    words: list[str] = []
    while len(words) < count:
        words += dice.choice(sentences).split()
    each = sound.seconds / count
    return [
        Spoken(word, round(n * each, 3), round((n + 0.9) * each, 3), round(dice.uniform(0.9, 1), 4))
        for n, word in enumerate(words[:count])
    ]


def _is_silent(data: bytes) -> bool:
    try:
        read = {"wav": read_wav, "mp3": read_mp3}.get(container_of(data) or "")
        return read(data).is_silent if read else False
    except UndecodableError:
        return False
