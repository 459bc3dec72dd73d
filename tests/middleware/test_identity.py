"""Who a request is for is read from its headers, and only from what can be believed."""

from typing import Any

import pytest

from holdfast import context
from holdfast.events import Scope
from holdfast.middleware.identity import Identity
from holdfast.middleware.report import Receive, Send
from tests.middleware.exchange import Exchange, answering

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


async def test_session_and_trace_reach_the_work_and_the_fact() -> None:
    """Calls inside belong to the same session; afterwards nobody does."""
    inside: list[Scope] = []

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        inside.append(context.scope.get())
        await answering()(scope, receive, send)

    parent = f"00-{TRACE}-{SPAN}-01"
    headers = {"X-Session-ID": " s-1 ", "traceparent": parent}
    finished = await Exchange(app, headers=headers).play()
    assert inside == [Scope("s-1", None, None, None, TRACE, parent)]
    assert finished.scope == inside[0]
    assert context.scope.get() == context.NOBODY


@pytest.mark.parametrize("session_id", ["", "   ", "x" * 129, "a\tb", "a\x7fb", "a\x85b", "\u00a0"])
async def test_an_unusable_session_is_no_session(session_id: str) -> None:
    """Too long, empty or unprintable: ignored, never cut into another one's name."""
    finished = await Exchange(answering(), headers={"X-Session-ID": session_id}).play()
    assert finished.scope is context.NOBODY


@pytest.mark.parametrize("session_id", ["x" * 128, "caf\u00e9", "a/b?c"])
async def test_any_printable_name_will_do(session_id: str) -> None:
    """Up to 128 characters."""
    finished = await Exchange(answering(), headers={"X-Session-ID": session_id}).play()
    assert finished.scope.session_id == session_id


@pytest.mark.parametrize(
    "traceparent",
    [
        "", "---", f"00-{TRACE}-{SPAN}", f"00-{TRACE[1:]}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01extra",
    ],
)  # fmt: skip
async def test_a_malformed_trace_is_no_trace(traceparent: str) -> None:
    """W3C Trace Context: what does not parse is ignored."""
    finished = await Exchange(answering(), headers={"traceparent": traceparent}).play()
    assert finished.scope is context.NOBODY


async def test_a_later_version_of_the_trace_header_is_read() -> None:
    """Further fields may follow in later versions."""
    headers = {"traceparent": f"cc-{TRACE}-{SPAN}-01-what-comes"}
    assert (await Exchange(answering(), headers=headers).play()).scope.trace_id == TRACE


@pytest.mark.parametrize(
    ("headers", "session_id"),
    [
        ({"baggage": "a=1, session.id=s%201;p=2"}, "s 1"),
        ({"baggage": "session_id=s-2"}, "s-2"),
        ({"baggage": "session.id=%00,session_id=s-3"}, "s-3"),
        ({"baggage": "nonsense;;=,"}, None),
        ({"cookie": "other=1; sid=secret"}, "cookie-8f64bfc250ac98ecf5a0f6a52cde7ec5"),
        ({"cookie": "sid="}, None),
        ({"cookie": "sid=secret", "baggage": "session.id=b", "x-session-id": "h"}, "h"),
        ({"cookie": "sid=secret", "baggage": "session.id=b"}, "b"),
    ],
)
def test_the_header_wins_over_baggage_and_that_over_the_cookie(
    headers: dict[str, str], session_id: str | None
) -> None:
    """A cookie names a session by its hash only: its value may open doors."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    found = Identity("sid").scope_of(raw).session_id
    assert found == session_id
    assert "secret" not in str(found)


def test_a_cookie_nobody_named_is_not_looked_at() -> None:
    """It might be the key to the user's account."""
    assert Identity().scope_of([(b"cookie", b"session_id=1")]) is context.NOBODY


async def test_the_user_is_known_once_the_request_was_answered() -> None:
    """As the application's own authentication found out; a session's own user stays."""
    exchange = Exchange(answering(), identify=lambda scope: ("u-1", "premium"))
    finished = await exchange.play()
    assert (finished.scope.user_id, finished.user_type) == ("u-1", "premium")
