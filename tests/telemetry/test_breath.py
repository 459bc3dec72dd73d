"""Long work in a thread, and others who want their turn."""

import asyncio

import pytest

from holdfast.telemetry.breath import breathing

SLEEP = "holdfast.telemetry.breath.sleep"


def test_a_thread_pauses_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out; every so often others have their turn."""
    slept: list[float] = []
    monkeypatch.setattr(SLEEP, slept.append)
    assert list(breathing(range(40))) == list(range(40))
    assert len(slept) == 2
    assert list(breathing(range(40), every=10)) == list(range(40))
    assert len(slept) == 6


async def test_the_event_loop_itself_does_not_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would keep everybody waiting."""
    slept: list[float] = []
    monkeypatch.setattr(SLEEP, slept.append)
    assert asyncio.get_running_loop().is_running()
    assert list(breathing(range(40))) == list(range(40))
    assert slept == []
