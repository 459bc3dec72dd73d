"""Whose call it is travels with the task, and stays in it."""

import asyncio

from holdfast import context
from holdfast.events import Scope


async def test_nobody_and_no_deadline_by_default() -> None:
    """Outside a request or session all fields are empty."""
    assert context.scope.get() == context.NOBODY == Scope(None, None, None, None, None)
    assert context.deadline.get() is None


async def test_tasks_inherit_and_do_not_leak() -> None:
    """A task sees the scope it was started in; what it sets stays in it."""
    seen: list[Scope] = []

    async def visit(name: str) -> None:
        seen.append(context.scope.get())
        context.scope.set(Scope(session_id=name))
        await asyncio.sleep(1.0)
        seen.append(context.scope.get())

    context.scope.set(Scope(user_id="u-1"))
    await asyncio.gather(visit("s-1"), visit("s-2"))
    assert seen == [
        Scope(user_id="u-1"), Scope(user_id="u-1"),
        Scope(session_id="s-1"), Scope(session_id="s-2"),
    ]  # fmt: skip
    assert context.scope.get() == Scope(user_id="u-1")
