"""What the simulated voice sings: one tone per word, as long as the word, then a short rest."""

from random import Random
from typing import NamedTuple

CHARACTERS_PER_SECOND = 14.0
PITCHES = 5
REST = 0.2
"""The share of each word's time that is silent."""


class Note(NamedTuple):
    """*pitch*: 0 to 4, or None for a rest."""

    pitch: int | None
    seconds: float


def melody(text: str, speed: float, seed: int) -> list[Note]:
    """The notes for *text*, together about `len(text) / 14 / speed` seconds long."""
    dice = Random(f"{seed}/{text}")
    notes = []
    for word in text.split():
        seconds = (len(word) + 1) / CHARACTERS_PER_SECOND / speed
        notes.append(Note(dice.randrange(PITCHES), seconds * (1 - REST)))
        notes.append(Note(None, seconds * REST))
    return notes


def silence(notes: list[Note]) -> list[Note]:
    """As long, without a sound."""
    return [Note(None, note.seconds) for note in notes]
