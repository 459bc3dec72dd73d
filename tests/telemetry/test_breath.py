"""Long work in a thread, and others who want their turn."""

import asyncio

from holdfast.telemetry.breath import breathing


def test_a_thread_pauses_now_and_then() -> None:
    """Nothing is left out; every sixteenth time others have their turn."""
    slept: list[float] = []
    assert list(breathing(range(40), slept.append)) == list(range(40))
    assert len(slept) == 2


async def test_the_event_loop_itself_does_not_sleep() -> None:
    """It would keep everybody waiting."""
    slept: list[float] = []
    assert asyncio.get_running_loop().is_running()
    assert list(breathing(range(40), slept.append)) == list(range(40))
    assert slept == []
