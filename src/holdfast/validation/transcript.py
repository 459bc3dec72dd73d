"""Whether recognised speech can be what was said: there, sure, in the language, of a sane pace.

Nothing here has heard the sound: energy is taken for speech, and wrong words pass.
The thresholds are engineering guesses.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.events import Verdict
from holdfast.validation.script import primary, scripts_of, share_in
from holdfast.validation.verdict import failed, passed, warned

METHOD = "transcript"

LEAST_CONFIDENCE, GOOD_CONFIDENCE = 0.4, 0.6
LEAST_IN_SCRIPT = 0.5
MOST_WORDS_PER_SECOND = 8.0
LEAST_HEARD, WELL_HEARD = 0.9, 0.98
"""Which share of the sound's duration the provider says that it heard."""

PHRASE_WORDS, MOST_REPEATED = 4, 5
"""A phrase of four words that comes more than five times is a loop."""

SLACK_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back. *confidence* 0 to 1; *language* as recognised; *seconds* the provider heard.

    *times*: start and end of each word in seconds. None (empty): it was not told.
    """

    text: str
    confidence: float | None = None
    language: str | None = None
    language_confidence: float | None = None
    seconds: float | None = None
    times: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What was sent. *silent*: whether nothing can be heard in it; None: it was not looked into.

    *language*: what was said to be spoken. *native*: its own script is expected.
    """

    seconds: float | None = None
    silent: bool | None = None
    language: str | None = None
    native: bool = True


def judge_transcript(heard: Heard, spoken: Spoken) -> Verdict:
    """Judge *heard* as the words of *spoken*; the same sound would be misheard again.

    Fail: empty though there is sound, words though there is none, unsure, in another language or
    script, a loop, or of a part of the sound only. Warn: rather unsure, nearly all of the sound,
    too many words for the time, words out of order, empty where nobody looked into the sound.
    """
    if not heard.text.strip():
        return _empty(heard, spoken)
    if spoken.silent:
        return failed(METHOD, f"{len(heard.text.split())} words, and the sound is silent")
    if _too_low(heard.confidence, LEAST_CONFIDENCE):
        return _again(f"confidence {heard.confidence:.2f}, at least {LEAST_CONFIDENCE:g} expected")
    fault = _language(heard, spoken) or _loop(heard.text)
    if fault:
        return _again(fault)
    missed = _missed(heard, spoken, LEAST_HEARD)
    if missed:
        return failed(METHOD, missed)
    doubt = _doubt(heard, spoken)
    return warned(METHOD, doubt) if doubt else passed(METHOD, heard.confidence)


def _again(reason: str) -> Verdict:
    return failed(METHOD, reason, repeat=False)


def _empty(heard: Heard, spoken: Spoken) -> Verdict:
    if spoken.silent:
        return passed(METHOD)
    if spoken.silent is None:
        return warned(METHOD, "the transcript is empty; the sound was not looked into")
    seconds = spoken.seconds if spoken.seconds is not None else heard.seconds
    length = "the sound" if seconds is None else f"the {seconds:.1f} s of sound"
    return failed(METHOD, f"the transcript is empty, and {length} can be heard")


def _too_low(confidence: float | None, least: float) -> bool:
    return confidence is not None and confidence < least


def _language(heard: Heard, spoken: Spoken) -> str:
    if _too_low(heard.language_confidence, LEAST_CONFIDENCE) and spoken.language is None:
        return (
            f"language {heard.language} with confidence {heard.language_confidence:.2f}, "
            f"at least {LEAST_CONFIDENCE:g} expected"
        )
    language = spoken.language or heard.language or ""
    if heard.language is not None and primary(heard.language) != primary(language):
        return f"{heard.language} was recognised, {language} expected"
    wanted = scripts_of(language)
    share = share_in(heard.text, wanted) if wanted and spoken.native else None
    if share is None or share >= LEAST_IN_SCRIPT:
        return ""
    return f"{share:.0%} of the letters are {' or '.join(wanted)}, the script of {language}"


def _loop(text: str) -> str:
    words = text.lower().split()
    phrases = Counter(zip(*(words[start:] for start in range(PHRASE_WORDS)), strict=False))
    times = max(phrases.values(), default=0)
    return f"the same {PHRASE_WORDS} words come {times} times" if times > MOST_REPEATED else ""


def _missed(heard: Heard, spoken: Spoken, least: float) -> str:
    if heard.seconds is None or not spoken.seconds or heard.seconds >= least * spoken.seconds:
        return ""
    return f"{heard.seconds:.2f} s were heard of {spoken.seconds:.2f} s"


def _doubt(heard: Heard, spoken: Spoken) -> str:
    if _too_low(heard.confidence, GOOD_CONFIDENCE):
        return f"confidence {heard.confidence:.2f}, at least {GOOD_CONFIDENCE:g} is good"
    missed = _missed(heard, spoken, WELL_HEARD)
    if missed:
        return missed
    seconds = spoken.seconds or heard.seconds
    words = len(heard.text.split())
    if seconds and words > MOST_WORDS_PER_SECOND * (seconds + SLACK_SECONDS):
        return f"{words} words in {seconds:.2f} s, at most {MOST_WORDS_PER_SECOND:g} a second"
    return _disorder(heard.times, seconds)


def _disorder(times: Sequence[tuple[float, float]], seconds: float | None) -> str:
    before = 0.0
    for number, (start, end) in enumerate(times):
        if start < before or end < start:
            return f"word {number} is at {start:.2f} to {end:.2f} s, after {before:.2f} s expected"
        before = start
    if seconds and times and times[-1][1] > seconds + SLACK_SECONDS:
        return f"the last word ends at {times[-1][1]:.2f} s of {seconds:.2f} s"
    return ""
