"""Recognised speech: there, sure, in the language, whole, and of a sane pace."""

import pytest

from holdfast.validation.transcript import Heard, Spoken, judge_transcript

WORDS = "please tell me what the stars say about my work"
HINDI = "कृपया मुझे बताइए"
SOUND = Spoken(seconds=4.0, silent=False, language="en")


@pytest.mark.parametrize(
    ("heard", "spoken"),
    [
        (Heard(text=WORDS, confidence=0.9, seconds=4.0), SOUND),
        (Heard(text=WORDS), Spoken()),
        (Heard(text=""), Spoken(silent=True)),
        (Heard(text=HINDI, language="hi-IN", language_confidence=0.9), Spoken(silent=False)),
        (Heard(text=WORDS, language="hi-IN"), Spoken(language="hi-IN", native=False)),
        (Heard(text="12 34", language="ta-IN"), Spoken(language="ta-IN")),
        (Heard(text="qapla", language="tlh"), Spoken(language="tlh")),
        (Heard(text=WORDS, times=[(0.0, 0.3), (0.3, 0.5), (0.4, 4.2)]), SOUND),
    ],
)
def test_good_ones_pass(heard: Heard, spoken: Spoken) -> None:
    """What was not told is not held against anybody."""
    assert judge_transcript(heard, spoken).judgement == "pass"


@pytest.mark.parametrize(
    ("heard", "spoken", "words", "repeat"),
    [
        (Heard(text=" "), SOUND, "empty, and the 4.0 s of sound can be heard", True),
        (Heard(text="", seconds=2.0), Spoken(silent=False), "the 2.0 s of sound", True),
        (Heard(text=""), Spoken(silent=False), "and the sound can be heard", True),
        (Heard(text="thank you"), Spoken(silent=True), "2 words, and the sound is silent", True),
        (Heard(text=WORDS, confidence=0.3), SOUND, "confidence 0.30, at least 0.4", False),
        (Heard(text=WORDS, language="ta-IN"), SOUND, "ta-IN was recognised, en expected", False),
        (Heard(text=HINDI), SOUND, "0% of the letters are Latin, the script of en", False),
        (Heard(text=WORDS, language="hi-IN"), Spoken(), "0% of the letters are Devana", False),
        (
            Heard(text=HINDI, language="hi-IN", language_confidence=0.1),
            Spoken(),
            "language hi-IN with confidence 0.10",
            False,
        ),
        (Heard(text="and so it is " * 9), Spoken(), "the same 4 words come 9 times", False),
        (Heard(text=WORDS, seconds=3.0), SOUND, "3.00 s were heard of 4.00 s", True),
    ],
)
def test_wrong_ones_fail_with_their_reason(
    heard: Heard, spoken: Spoken, words: str, *, repeat: bool
) -> None:
    """Where the same sound would be misheard again it is not repeated: it is paid for."""
    verdict = judge_transcript(heard, spoken)
    assert (verdict.judgement, verdict.repeat) == ("fail", repeat)
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (Heard(text=WORDS, confidence=0.5), "confidence 0.50, at least 0.6 is good"),
        (Heard(text=WORDS, seconds=3.8), "3.80 s were heard of 4.00 s"),
        (
            Heard(text=" ".join(f"w{number}" for number in range(42))),
            "42 words in 4.00 s, at most 8 a second",
        ),
        (Heard(text=WORDS, times=[(0.5, 0.6), (0.2, 0.4)]), "word 1 is at 0.20 to 0.40 s, after"),
        (Heard(text=WORDS, times=[(0.5, 0.4)]), "word 0 is at 0.50 to 0.40 s"),
        (Heard(text=WORDS, times=[(0.5, 9.0)]), "the last word ends at 9.00 s of 4.00 s"),
    ],
)
def test_doubtful_ones_are_served_with_a_warning(heard: Heard, words: str) -> None:
    """Somebody should look at them."""
    verdict = judge_transcript(heard, SOUND)
    assert verdict.judgement == "warn", verdict
    assert words in verdict.reason


def test_an_empty_one_of_an_unseen_sound_is_a_warning() -> None:
    """What nobody looked into cannot be said to hold speech."""
    verdict = judge_transcript(Heard(text=""), Spoken())
    assert (verdict.judgement, verdict.reason) == (
        "warn",
        "the transcript is empty; the sound was not looked into",
    )
