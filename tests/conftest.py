"""`async def` tests run on a loop whose clock jumps, unless they are marked `real_time`."""

import asyncio
import inspect

import hypothesis
import pytest

from tests.jumping_time import JumpingLoop

# How long an example takes is the machine's affair: a busy one must not fail a test.
hypothesis.settings.register_profile("holdfast", deadline=None)
hypothesis.settings.load_profile("holdfast")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine function to its end on a fresh event loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    real = pyfuncitem.get_closest_marker("real_time")
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    with asyncio.Runner(loop_factory=None if real else JumpingLoop) as runner:
        runner.run(pyfuncitem.obj(**arguments))
    return True
