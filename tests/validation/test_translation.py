"""Translations: there, in the right script, and of a sane length."""

import pytest

from holdfast.validation.script import letters_of, primary, scripts_of, share_in
from holdfast.validation.translation import judge_translation

ENGLISH = "Patience will be rewarded in 12 days, when the moon returns."
HINDI = "धैर्य का फल 12 दिनों में मिलेगा, जब चंद्रमा लौटेगा।"
TAMIL = "நிலவு திரும்பும்போது 12 நாட்களில் பொறுமைக்கு வெகுமதி கிடைக்கும்."


@pytest.mark.parametrize(
    ("source", "told", "into", "out_of"),
    [
        (ENGLISH, HINDI, "hi-IN", "en-IN"),
        (ENGLISH, TAMIL, "ta-IN", None),
        (HINDI, ENGLISH, "en-IN", "hi-IN"),
        (ENGLISH, HINDI.replace("12", "१२"), "hi-IN", "en-IN"),
        ("12.50", "12.50", "hi-IN", "en-IN"),
        (ENGLISH, ENGLISH, "en-IN", "en-GB"),
        (ENGLISH, ENGLISH, "en-IN", None),
        ("Google Maps", "Google Maps", "fr", "en"),
        ("Holdfast", "Holdfast", "xx", "en"),
        (ENGLISH, "Geduld wird in 12 Tagen belohnt, wenn der Mond zurückkehrt.", "de", "en"),
        ("Yes", "हाँ, बिल्कुल, ऐसा ही है", "hi-IN", "en-IN"),
    ],
)
def test_good_translations_pass(source: str, told: str, into: str, out_of: str | None) -> None:
    """Digits of any script, texts without words, names, the same language, short texts."""
    assert judge_translation(source, told, into=into, out_of=out_of).judgement == "pass"


@pytest.mark.parametrize(
    ("told", "native", "words"),
    [
        ("", True, "the translation is empty"),
        (" \n", True, "the translation is empty"),
        (ENGLISH, True, "the text came back unchanged, not in hi-IN"),
        (f" {ENGLISH}\n", False, "the text came back unchanged, not in hi-IN"),
        (TAMIL, True, "0% of the letters are Devanagari, the script of hi-IN"),
        ("dhairya ka phal 12 dinon mein milega", True, "0% of the letters are Devanagari"),
        ("धैर्य 12", True, "letters came for 46, 0.3 to 3 times as many expected"),
        (HINDI * 5, True, "0.3 to 3 times as many expected"),
    ],
)
def test_wrong_ones_fail_with_their_reason(told: str, *, native: bool, words: str) -> None:
    """Empty, unchanged, in another script, absurdly short or long."""
    verdict = judge_translation(ENGLISH, told, into="hi-IN", out_of="en-IN", native=native)
    assert verdict.judgement == "fail"
    assert words in verdict.reason


def test_a_romanised_translation_is_judged_without_its_script() -> None:
    """Where the script was not asked for it is not looked at."""
    told = "dhairya ka phal 12 dinon mein milega, jab chand lautega"
    assert judge_translation(ENGLISH, told, into="hi-IN", native=False).judgement == "pass"


def test_lost_digits_are_a_warning() -> None:
    """A number may be written out, so somebody should look."""
    verdict = judge_translation(ENGLISH, HINDI.replace("12", "बारह"), into="hi-IN")
    assert (verdict.judgement, verdict.reason) == ("warn", "2 of the digits are lost")


def test_hardly_anything_for_a_short_text_is_a_warning() -> None:
    """A word may be all there is to say; two letters for a greeting hardly are."""
    greeting = "Good morning, friend."
    verdict = judge_translation(greeting, "गु", into="hi-IN", out_of="en-IN")
    assert (verdict.judgement, verdict.reason) == (
        "warn", "2 letters came for 17: it may be cut off"
    )  # fmt: skip
    whole = judge_translation("Thank you very much", "धन्यवाद", into="hi-IN", out_of="en-IN")
    assert whole.judgement == "pass"


def test_scripts_are_known_by_their_blocks() -> None:
    """Vowel signs belong to their letters; what has no letters has no share."""
    assert primary("HI_in") == "hi"
    assert scripts_of("sd-IN") == ("Arabic", "Devanagari")
    assert scripts_of("tlh") == ()
    assert letters_of("का 12!") == 2
    assert share_in("12!", ("Latin",)) is None
    assert share_in("abक", ("Devanagari",)) == pytest.approx(1 / 3)
