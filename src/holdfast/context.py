"""Who a call is made for, carried across awaits."""

from contextvars import ContextVar

from holdfast.events import Scope

NOBODY = Scope()

scope: ContextVar[Scope] = ContextVar("holdfast_scope", default=NOBODY)
"""The session, user and step that calls and requests of this task belong to."""

deadline: ContextVar[float | None] = ContextVar("holdfast_deadline", default=None)
"""Monotonic time by which the enclosing call must have ended; nested calls can only shrink it."""
