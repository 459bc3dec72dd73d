"""A document cut into passages: paragraphs together until they are long enough."""

import re
from collections.abc import Iterator

VERSION = "paragraphs-1"
"""Changes when the same text would be cut otherwise."""

MOST_CHARACTERS = 1000

_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"(?<=[.!?।॥])\s+|\n")


def passages(text: str) -> list[str]:
    """*text* in order, in passages of at most 1000 characters; nothing but blanks is lost."""
    pieces = (piece for paragraph in _PARAGRAPH.split(text) for piece in _pieces(paragraph.strip()))
    found: list[str] = []
    for piece in pieces:
        if found and len(found[-1]) + len(piece) + 2 <= MOST_CHARACTERS:
            found[-1] += f"\n\n{piece}"
        else:
            found.append(piece)
    return found


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph, or its sentences together, or a sentence cut at its words."""
    if len(paragraph) <= MOST_CHARACTERS:
        yield from filter(None, [paragraph])
        return
    held = ""
    for sentence in _SENTENCE.split(paragraph):
        for part in _cut(sentence):
            if held and len(held) + len(part) + 1 > MOST_CHARACTERS:
                yield held
                held = part
            else:
                held = f"{held} {part}".strip()
    if held:
        yield held


def _cut(sentence: str) -> Iterator[str]:
    rest = sentence.strip()
    while len(rest) > MOST_CHARACTERS:
        at = rest.rfind(" ", 1, MOST_CHARACTERS + 1)
        at = at if at > 0 else MOST_CHARACTERS
        yield rest[:at].rstrip()
        rest = rest[at:].lstrip()
    if rest:
        yield rest
