"""Who a request is for is read from its headers, and only from what can be believed."""

from typing import Any

import pytest

from holdfast import context
from holdfast.events import Scope
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
