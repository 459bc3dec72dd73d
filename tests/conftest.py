"""`async def` tests run on a loop whose clock jumps, unless they are marked `real_time`."""

import asyncio
import inspect
from collections.abc import Generator

import hypothesis
import pytest

from tests.jumping_time import JumpingLoop
from tests.secrets import leaked

# How long an example takes is the machine's affair: a busy one must not fail a test.
hypothesis.settings.register_profile("holdfast", deadline=None)
hypothesis.settings.load_profile("holdfast")


_LEAKY = pytest.StashKey[bool]()
"""Of a test that was told so already: what it showed stays in its later reports."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test whose captured output or log holds a fake secret has found a leak."""
    report = yield
    found = leaked(text for _, text in report.sections)
    if found and report.passed and not item.stash.get(_LEAKY, False):
        item.stash[_LEAKY] = True
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} ({call.when}) shows the fake secrets {found}"
    return report


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
