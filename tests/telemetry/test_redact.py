"""Secrets and personal numbers do not leave as free text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.telemetry.redact import one_line, redact

FRAGMENTS = st.sampled_from(
    [
        "Bearer ", "eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIi.", "sk-", "api_key=", "token: ", "password",
        "a" * 30, '"', "'", "=", ":", " ", "&", "@", "example.com", "+1 415 555 2671", "4111 1111 ",
        "1111 1111", "98765 43210", "://", "[redacted]", "[email]", "…", "\n", "\x00", "\ud800",
    ]
)  # fmt: skip
"""Pieces of what the patterns look for, so that joining them hits their edges."""

TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=60).map("".join))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Token abc def", "Authorization: [redacted]"),
        ("sent Bearer abc.def-123 twice", "sent Bearer [redacted] twice"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end", "jwt [redacted] end"),
        ("key sk-proj-abcdefghijklmnop is wrong", "key [redacted] is wrong"),
        ("xi-api-key: 0123456789abcdef", "xi-api-key: [redacted]"),
        ("GET /v1?api_key=abc&page=2", "GET /v1?api_key=[redacted]&page=2"),
        ('{"client_secret": "a b", "page": 2}', '{"client_secret": [redacted], "page": 2}'),
        ("postgresql://app:pass@db/x", "postgresql://[redacted]@db/x"),
        ("mail jane.doe+x@mail.example.com now", "mail [email] now"),
        ("card 4111 1111 1111 1111 declined", "card [card] declined"),
        ("call +91 98765 43210 or (415) 555-2671", "call [phone] or [phone]"),
        ("call 9876543210", "call [phone]"),
        ("Set-Cookie: a=1; b=2\nnext", "Set-Cookie: [redacted]\nnext"),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, expected: str) -> None:
    """Each known shape is replaced, and what stands around it stays."""
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "answer has 312 tokens, at most 300 are allowed",
        "2027-01-15T08:00:00.123+00:00 127.0.0.1:5432 took 1800000000.5 s",
        "order 4111111111111112 is no card: its last digit is wrong",
        "HTTP 503 from api.example.com after 3 attempts",
        "வணக்கம், ஜாதகம் தயார்",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Reasons stay readable: dates, counts, addresses and any language."""
    assert redact(text) == text


@given(TEXTS, st.integers(10, 200))
@example("1" * 15 + "4" + " 1", 16)
def test_redacting_is_bounded_and_idempotent(text: str, limit: int) -> None:
    """Redacting what is redacted changes nothing, and the result is never longer than asked."""
    once = redact(text, limit)
    assert len(once) <= limit
    assert redact(once, limit) == once


@given(TEXTS)
def test_what_is_redacted_fits_any_text_column(text: str) -> None:
    """No NUL, no half of a surrogate pair: every database takes it."""
    assert "\x00" not in redact(text)
    redact(text).encode()


def test_a_text_is_cut_where_it_is_too_long() -> None:
    """The cut shows."""
    assert redact("word " * 200, 20) == "word word word word…"


def test_an_error_becomes_one_redacted_line() -> None:
    """The type and the first line, without what must not be seen."""
    error = ConnectionError("no route to postgresql://app:pass@db\nsecond line")
    assert one_line(error) == "ConnectionError: no route to postgresql://[redacted]@db"
    assert one_line(TimeoutError()) == "TimeoutError"
