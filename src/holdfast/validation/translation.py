"""Whether a text came back translated: there, in the right script, and of a sane length.

Nothing here knows either language: a wrong translation in the right script passes.
"""

from collections import Counter

from holdfast.events import Verdict
from holdfast.validation.script import letters_of, primary, scripts_of, share_in
from holdfast.validation.verdict import failed, passed, warned

METHOD = "translation"

LEAST_IN_SCRIPT = 0.5
"""Names, brands and numbers stay as they are: not every letter has to change its script."""

SHORTEST, LONGEST = 0.3, 3.0
"""The sane ratio of lengths, for texts of at least `MEASURED_FROM` letters."""

MEASURED_FROM = 20
SHORTEST_OF_FEW, MEASURED_ROUGHLY_FROM = 0.2, 10
"""Of a shorter text (from so many letters on) a single word may be all: less is only suspect."""

FEWEST_WORDS = 3
"""A text of fewer words may be a name, which is the same in every language."""


def judge_translation(
    source: str, translated: str, *, into: str, out_of: str | None = None, native: bool = True
) -> Verdict:
    """Judge *translated* as *source* in the language *into* (``hi-IN``).

    *out_of*: the language of *source*, None when it is not known. *native*: the translation
    should be in the script of its language (not romanised, not mixed).
    Fail: empty, unchanged, in another script, or absurdly short or long. Warn: digits are lost, or
    hardly anything came for a short text.
    """
    if not translated.strip():
        return failed(METHOD, "the translation is empty")
    fault = (
        _unchanged(source, translated, into, out_of)
        or (_script(translated, into) if native else "")
        or _length(source, translated)
    )
    if fault:
        return failed(METHOD, fault)
    suspect = _lost_numbers(source, translated) or _hardly_anything(source, translated)
    return warned(METHOD, suspect) if suspect else passed(METHOD)


def _unchanged(source: str, translated: str, into: str, out_of: str | None) -> str:
    same = out_of is not None and primary(out_of) == primary(into)
    if same or " ".join(source.split()) != " ".join(translated.split()):
        return ""
    already = share_in(source, scripts_of(into)) or 0.0
    if not letters_of(source) or (out_of is None and already >= LEAST_IN_SCRIPT):
        return ""
    if len(source.split()) < FEWEST_WORDS and not scripts_of(into):
        return ""
    if len(source.split()) < FEWEST_WORDS and already >= LEAST_IN_SCRIPT:
        return ""
    return f"the text came back unchanged, not in {into}"


def _script(translated: str, into: str) -> str:
    wanted = scripts_of(into)
    share = share_in(translated, wanted)
    if not wanted or share is None or share >= LEAST_IN_SCRIPT:
        return ""
    return f"{share:.0%} of the letters are {' or '.join(wanted)}, the script of {into}"


def _length(source: str, translated: str) -> str:
    before, after = letters_of(source), letters_of(translated)
    if before < MEASURED_FROM or SHORTEST <= after / before <= LONGEST:
        return ""
    return f"{after} letters came for {before}, {SHORTEST:g} to {LONGEST:g} times as many expected"


def _hardly_anything(source: str, translated: str) -> str:
    before, after = letters_of(source), letters_of(translated)
    if before < MEASURED_ROUGHLY_FROM or after / before >= SHORTEST_OF_FEW:
        return ""
    return f"{after} letters came for {before}: it may be cut off"


def _lost_numbers(source: str, translated: str) -> str:
    """Digits of any script count: ``५`` is a 5."""
    missing = Counter(_digits(source)) - Counter(_digits(translated))
    return f"{missing.total()} of the digits are lost" if missing else ""


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdecimal()]
