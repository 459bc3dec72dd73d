"""Whose call a fact is about, and which."""

from holdfast.fact import fact


@fact
class Scope:
    """Who a call is made for. All empty outside a request or session.

    *traceparent* is the caller's header (W3C Trace Context), *trace_id* the trace that it names.
    """

    session_id: str | None = None
    user_id: str | None = None
    step: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    traceparent: str | None = None


@fact
class Origin:
    """Which call a fact is about. *call_id* is unique within one process."""

    integration: str
    operation: str
    call_id: int
    scope: Scope
