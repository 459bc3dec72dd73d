"""A bearer token opens everything, from anywhere - if it is a good one."""

import time
from typing import Any

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.api.gate import SUBPROTOCOL, Visitor, refusal
from holdfast.app.setup import load_settings

SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
PRODUCTION = load_settings({"JWT_SECRET": SECRET}, dotenv=None)
LATER = time.time() + 3600


def _token(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"sub": "me", "exp": LATER, **claims}, secret, algorithm=algorithm)


def _with(authorization: str) -> Visitor:
    headers = {"host": "app.example.com", "x-forwarded-for": "192.0.2.1"}
    return Visitor("/health/", "192.0.2.1", {**headers, "authorization": authorization})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_good_token_is_welcome_from_anywhere(scheme: str) -> None:
    """Through proxies, under any name."""
    assert refusal(_with(f"{scheme} {_token()}"), PRODUCTION) is None


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (_token(OTHER), "Signature verification failed"),
        (_token(exp=1), "Signature has expired"),
        (_token(nbf=LATER), "not yet valid"),
        (jwt.encode({"sub": "me"}, SECRET, algorithm="HS256"), 'missing the "exp" claim'),
        (jwt.encode({"exp": LATER}, None, algorithm="none"), "alg"),
        (_token(SECRET * 2, "HS512"), "alg"),
        (_token(SECRET * 2, "HS384"), "alg"),
        (f"{_token().rpartition('.')[0]}.{'A' * 43}", "Signature verification failed"),
        ("not-a-token", "Not enough segments"),
        ("a.b.c", "Invalid"),
    ],
    ids=[
        "another secret",
        "expired",
        "too early",
        "without end",
        "unsigned",
        "HS512",
        "HS384",
        "forged",
        "one word",
        "three words",
    ],
)
def test_any_other_token_is_refused_with_its_fault(token: str, why: str) -> None:
    """Neither the secret nor the token stands in the answer."""
    answer = refusal(_with(f"Bearer {token}"), PRODUCTION) or ""
    assert answer.startswith("the token is not accepted: ")
    assert why in answer
    assert SECRET not in answer
    assert token not in answer


@given(st.text(max_size=80), st.binary(max_size=40))
@example("eyJhbGciOiJIUzI1NiJ9.e30.\u00e9", b"")
@example("eyJhbGciOjV9.e30.x", b"")
def test_nothing_that_is_sent_breaks_the_gate(text: str, raw: bytes) -> None:
    """Whatever stands in a header: refused, never an error."""
    for token in (text, raw.decode("latin-1")):
        assert refusal(_with(f"Bearer {token}"), PRODUCTION) is not None
        visitor = Visitor("/health/", token, {"host": token, "origin": token})
        assert refusal(visitor, PRODUCTION) is not None


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic bWU6eA==", "token x"])
def test_what_is_no_bearer_token_is_no_token(authorization: str) -> None:
    """He is told how to send one."""
    assert "Authorization: Bearer" in (refusal(_with(authorization), PRODUCTION) or "")


def test_a_bad_token_is_not_helped_by_being_at_home() -> None:
    """Who shows a token is judged by it: a wrong one would else be found out in production."""
    settings = load_settings({"ENVIRONMENT": "development", "JWT_SECRET": SECRET}, dotenv=None)
    headers = {"host": "localhost", "authorization": f"Bearer {_token(OTHER)}"}
    assert refusal(Visitor("/health/", "127.0.0.1", headers), settings) is not None


def test_a_token_that_nobody_can_check_says_what_is_missing() -> None:
    """JWT_SECRET is named."""
    unset = load_settings({}, dotenv=None)
    assert "JWT_SECRET (at least 32" in (refusal(_with(f"Bearer {_token()}"), unset) or "")


def test_a_browsers_socket_carries_it_as_a_subprotocol() -> None:
    """Browsers cannot set headers on sockets."""
    offered = ("chat", f"{SUBPROTOCOL}{_token()}")
    visitor = Visitor("/monitoring/ws", "192.0.2.1", {"host": "app"}, offered)
    assert refusal(visitor, PRODUCTION) is None
    without = Visitor("/monitoring/ws", "192.0.2.1", {"host": "app"}, ("chat", SUBPROTOCOL))
    assert refusal(without, PRODUCTION) is not None


def test_a_token_does_not_open_to_pages_of_others() -> None:
    """A page of another origin has no business with us, even in a browser that has a token."""
    headers = {"host": "app", "origin": "https://evil.test", "authorization": f"Bearer {_token()}"}
    assert refusal(Visitor("/health/", "192.0.2.1", headers), PRODUCTION) is not None
