"""What must not leave the process as free text is taken out of it, and the text is cut.

Patterns, not proof: they know the shapes that secrets and personal numbers usually have. Ids and
other structured fields are not free text and do not come here.
"""

import re
from collections.abc import Callable

_NAMES = (
    r"(?:[\w-]{0,40}(?:api[-_ ]?key|access[-_]?key|secret|password|passwd|token|credential"
    r"|signature)|pwd|sig|key)"
)
_HEADERS = r"(?:(?:proxy-)?authorization|(?:set-)?cookie)"
_VALUE = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s&;,]+)"

Replacement = str | Callable[[re.Match[str]], str]


def _card(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return "[card]" if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else found[0]


_RULES: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    # What no text column takes: control characters, and halves of surrogate pairs.
    (re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]"), "\ufffd"),
    (re.compile(r"(?<=://)[^\s/@]+@"), "[redacted]@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 [redacted]"),
    (re.compile(rf"(?i)\b({_HEADERS}[\"']?\s*[=:]\s*)[^\n]+"), r"\1[redacted]"),
    (re.compile(rf"(?i)\b({_NAMES}[\"']?\s*[=:]\s*){_VALUE}"), r"\1[redacted]"),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+){1,2}"), "[redacted]"),
    (re.compile(r"\b(?:sk|pk|rk|xi|gh[pousr]|xox[abprs])[-_][\w-]{12,}"), "[redacted]"),
    (re.compile(r"\b(?:AIza[\w-]{30,}|AKIA[A-Z0-9]{16})"), "[redacted]"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "[email]"),
    (re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w.-])"), _card),
    (re.compile(r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w.-])[6-9]\d{4}[ -]?\d{5}(?![\w-])"), "[phone]"),
)

_MOST_PASSES = 8
"""Cutting and replacing can make new matches; real texts settle in the second pass."""


def redact(text: str, limit: int = 500) -> str:
    """*text* without secrets and personal numbers, of at most *limit* characters.

    Idempotent. Looks at the first 4 x *limit* characters, so the cost is bounded as well.
    """
    text = text[: 4 * limit]
    for _ in range(_MOST_PASSES):
        before, text = text, _cut(_replaced(text), limit)
        if text == before:
            break
    return text


def one_line(error: BaseException, limit: int = 200) -> str:
    """What went wrong, in one redacted line: the error's type and the first line it says."""
    said = str(error).strip().partition("\n")[0]
    name = type(error).__name__
    return redact(f"{name}: {said}" if said else name, limit)


def _replaced(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
