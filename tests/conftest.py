"""`async def` tests run on a loop whose clock jumps, unless they are marked `real_time`."""

import asyncio
import gc
import inspect
import ssl
from collections.abc import Generator, Iterator
from contextlib import nullcontext

import hypothesis
import pytest

from tests.jumping_time import JumpingLoop
from tests.measured import children_unmeasured, look_away, looking, shows_something_new
from tests.postgres_server import running_postgres
from tests.secrets import leaked

look_away()

# How long an example takes is the machine's affair: a busy one must not fail a test.
hypothesis.settings.register_profile(
    "quick", deadline=None, max_examples=25, stateful_step_count=30
)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=200)


def _trust_nobody(*_: object, **__: object) -> None:
    """Reading every authority takes 20 ms for each HTTP client, and no test speaks TLS."""


ssl.SSLContext.load_verify_locations = _trust_nobody  # type: ignore[method-assign]

_LEAKY = pytest.StashKey[bool]()
"""Of a test that was told so already: what it showed stays in its later reports."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What *item* starts is measured if it is itself."""
    with nullcontext() if shows_something_new(item) else children_unmeasured():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run *item*, watched by coverage if that shows something new; its fixtures as well."""
    with looking(shows_something_new(item)):
        return (yield)


pytest_runtest_setup = pytest_runtest_teardown = pytest_runtest_call


def pytest_configure(config: pytest.Config) -> None:
    """Without a choice of marks, all is run, and property tests try more."""
    gc.disable()  # until all tests are known: none of it is garbage
    hypothesis.settings.load_profile("quick" if config.option.markexpr else "deep")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays for all of the run."""
    gc.enable()
    gc.freeze()


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A server that nobody kills, once for all tests of a process."""
    with running_postgres() as url:
        yield url
