"""Which writing system a text is in, by the Unicode blocks of its letters.

Knows scripts, not languages: Hindi and Marathi look alike to it, and so do English and French.
"""

SCRIPTS: dict[str, tuple[tuple[int, int], ...]] = {
    "Latin": ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF)),
    "Greek": ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    "Cyrillic": ((0x400, 0x52F),),
    "Hebrew": ((0x590, 0x5FF),),
    "Arabic": ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    "Devanagari": ((0x900, 0x97F), (0xA8E0, 0xA8FF)),
    "Bengali": ((0x980, 0x9FF),),
    "Gurmukhi": ((0xA00, 0xA7F),),
    "Gujarati": ((0xA80, 0xAFF),),
    "Odia": ((0xB00, 0xB7F),),
    "Tamil": ((0xB80, 0xBFF),),
    "Telugu": ((0xC00, 0xC7F),),
    "Kannada": ((0xC80, 0xCFF),),
    "Malayalam": ((0xD00, 0xD7F),),
    "Thai": ((0xE00, 0xE7F),),
    "Ol Chiki": ((0x1C50, 0x1C7F),),
    "Meetei Mayek": ((0xABC0, 0xABFF), (0xAAE0, 0xAAFF)),
    "Hangul": ((0x1100, 0x11FF), (0xAC00, 0xD7AF)),
    "Japanese": ((0x3040, 0x30FF), (0x4E00, 0x9FFF)),
    "Han": ((0x3400, 0x4DBF), (0x4E00, 0x9FFF)),
}
"""First and last code point of each block of a script."""

_OF_LANGUAGE = {
    **dict.fromkeys(
        ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "tr", "id", "vi"),
        ("Latin",),
    ),
    **dict.fromkeys(("hi", "mr", "ne", "sa", "mai", "brx"), ("Devanagari",)),
    "kok": ("Devanagari", "Latin"),
    "doi": ("Devanagari", "Arabic"),
    "bn": ("Bengali",),
    "as": ("Bengali",),
    "pa": ("Gurmukhi",),
    "gu": ("Gujarati",),
    "od": ("Odia",),
    "or": ("Odia",),
    "ta": ("Tamil",),
    "te": ("Telugu",),
    "kn": ("Kannada",),
    "ml": ("Malayalam",),
    "ur": ("Arabic",),
    "ks": ("Arabic", "Devanagari"),
    "sd": ("Arabic", "Devanagari"),
    "sat": ("Ol Chiki",),
    "mni": ("Meetei Mayek", "Bengali"),
    "ar": ("Arabic",),
    "fa": ("Arabic",),
    "he": ("Hebrew",),
    "el": ("Greek",),
    "ru": ("Cyrillic",),
    "uk": ("Cyrillic",),
    "th": ("Thai",),
    "ko": ("Hangul",),
    "ja": ("Japanese",),
    "zh": ("Han",),
}


def scripts_of(language: str) -> tuple[str, ...]:
    """The scripts that *language* (``hi-IN``, ``en``) is written in; none for an unknown one."""
    return _OF_LANGUAGE.get(primary(language), ())


def primary(language: str) -> str:
    """The language without its country: ``hi`` of ``hi-IN``."""
    return language.replace("_", "-").partition("-")[0].lower()


def letters_of(text: str) -> int:
    """How many letters *text* has; vowel signs count, digits and punctuation do not."""
    return sum(_is_letter(character) for character in text)


def share_in(text: str, scripts: tuple[str, ...]) -> float | None:
    """Which share (0 to 1) of the letters of *text* are in *scripts*; None without a letter."""
    ranges = [block for script in scripts for block in SCRIPTS[script]]
    total = found = 0
    for character in text:
        if _is_letter(character):
            total += 1
            found += any(first <= ord(character) <= last for first, last in ranges)
    return found / total if total else None


def _is_letter(character: str) -> bool:
    """Signs of Brahmic scripts (vowels, virama) belong to their letters."""
    brahmic = 0x900 <= ord(character) <= 0xD7F
    return character.isalpha() or (brahmic and not character.isdecimal())
