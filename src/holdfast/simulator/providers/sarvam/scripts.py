"""Spelling a text in another script. The double of a translation: no word is translated.

The Brahmic scripts of Unicode lie in parallel (ISCII): one table of offsets serves nine of them.
"""

from typing import Final

_BLOCKS = {
    **dict.fromkeys(("hi", "mr", "ne", "sa", "kok", "mai", "doi", "brx"), 0x900),
    **dict.fromkeys(("bn", "as"), 0x980),
    "pa": 0xA00,
    "gu": 0xA80,
    "od": 0xB00,
    "ta": 0xB80,
    "te": 0xC00,
    "kn": 0xC80,
    "ml": 0xD00,
}
_CONSONANTS = {
    **dict.fromkeys("kgqx", 0x15),
    **dict.fromkeys("cj", 0x1A),
    **dict.fromkeys("td", 0x24),
    **dict.fromkeys("nñ", 0x28),
    **dict.fromkeys("pbfvw", 0x2A),
    "m": 0x2E,
    "y": 0x2F,
    "r": 0x30,
    "l": 0x32,
    **dict.fromkeys("sz", 0x38),
    "h": 0x39,
}
_VOWELS = {"a": (0x05, 0x3E), "i": (0x07, 0x3F), "u": (0x09, 0x41), "e": (0x0F, 0x47)}
_VOWELS |= {"o": (0x13, 0x4B)}
_FROM_ARABIC = "ابتجدرزسشصطعفقكلمنهوي"
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_OTHERS = {"ur": _FROM_ARABIC, "ks": _FROM_ARABIC, "sd": _FROM_ARABIC}
_OTHERS["sat"] = "".join(chr(0x1C5A + n) for n in range(26))
_OTHERS["mni"] = "".join(chr(0xABC0 + n) for n in range(26))

LANGUAGES = (*_BLOCKS, *_OTHERS, "en")
CODES = frozenset(f"{language}-IN" for language in LANGUAGES)


def spelt(text: str, code: str) -> str:
    """*text* in the script of *code* (``hi-IN``); what is not a letter stays as it is."""
    language = code.partition("-")[0]
    latin = _in_latin(text)
    if language in _BLOCKS:
        return _brahmic(latin, _BLOCKS[language])
    letters = _OTHERS.get(language)
    if letters is None:
        return latin
    return "".join(
        letters[_LATIN.index(low) % len(letters)] if (low := c.lower()) in _LATIN else c
        for c in latin
    )


def _brahmic(text: str, block: int) -> str:
    out, after_consonant = [], False
    for character in text.lower():
        if character in _CONSONANTS:
            out.append(chr(block + _CONSONANTS[character]))
        elif character in _VOWELS:
            out.append(chr(block + _VOWELS[character][after_consonant]))
        else:
            out.append(character)
        after_consonant = character in _CONSONANTS
    return "".join(out)


def _in_latin(text: str) -> str:
    return "".join(_latin(character) for character in text)


def _latin(character: str) -> str:
    point = ord(character)
    if point < 0x900:
        return "a" if 0x600 <= point < 0x700 and character.isalpha() else character
    if point >= 0xD80:
        return "a" if character.isalpha() else character
    if character.isdecimal():
        return str(int(character))
    return _LETTER_AT.get(point % 0x80, "")


_LETTER_AT: Final = {
    **{offset: letter for letter, offset in reversed(_CONSONANTS.items())},
    **{alone: letter for letter, (alone, _) in _VOWELS.items()},
    **{sign: letter for letter, (_, sign) in _VOWELS.items()},
}
