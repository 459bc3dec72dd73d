"""An endpoint by the name its application gives it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI
from starlette.responses import StreamingResponse

from holdfast import context
from holdfast.app.setup import setup_monitoring
from holdfast.events import CallFinished, Event, RequestFinished, StepTaken
from tests.api.host import asking, development

pytestmark = pytest.mark.real_time


async def _nothing() -> None:
    """A provider that has nothing to say."""


async def _told(tmp_path: Path, path: str, **environ: str) -> list[Event]:
    app = FastAPI()
    monitoring = setup_monitoring(app, settings=development(tmp_path, **environ))
    told: list[Event] = []
    monitoring.listen(told.append)
    guard = monitoring.guard("sun", "shine")

    @app.get("/async/{name}")
    @monitoring.monitor_endpoint("guidance")
    async def plain(name: str) -> str:
        await guard.call(_nothing)
        return name

    @app.get("/sync/{name}")
    @monitoring.monitor_endpoint("chart")
    def in_thread(name: str) -> str:
        return f"{name} {context.scope.get().step}"

    @app.get("/stream/{name}")
    @monitoring.monitor_endpoint("voice")
    async def streaming(name: str, tasks: BackgroundTasks) -> StreamingResponse:
        del tasks

        async def pieces() -> AsyncIterator[bytes]:
            await guard.call(_nothing)
            yield name.encode()

        return StreamingResponse(pieces())

    @app.get("/fails/{name}")
    @monitoring.monitor_endpoint("broken")
    async def fails(name: str) -> Any:
        raise KeyError(name)

    transport_errors = (KeyError,)
    async with asking(app, headers={"X-Session-ID": "s"}) as client:
        try:
            answer = await client.get(path)
        except transport_errors:
            return told
        assert answer.status_code == 200, "the wrapped endpoint is still the endpoint"
        assert answer.text in ('"x"', '"x chart"', "x")
    return told


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/async/x", "guidance"),
        ("/sync/x", "chart"),
        ("/stream/x", "voice"),
        ("/fails/x", "broken"),
    ],
)  # fmt: skip
async def test_a_request_is_told_under_its_name(tmp_path: Path, path: str, name: str) -> None:
    """Beside its route; as a step of the session, with how it ended."""
    told = await _told(tmp_path, path)
    [request] = [one for one in told if isinstance(one, RequestFinished)]
    steps = [(one.scope.step, one.outcome) for one in told if isinstance(one, StepTaken)]
    assert (request.name, request.route) == (name, path.replace("/x", "/{name}"))
    assert steps == [(name, "failed" if name == "broken" else "succeeded")]


@pytest.mark.parametrize(("path", "name"), [("/async/x", "guidance"), ("/stream/x", "voice")])
async def test_calls_inside_belong_to_it(tmp_path: Path, path: str, name: str) -> None:
    """Also those that are made while the answer streams."""
    told = await _told(tmp_path, path)
    calls = [one.origin.scope for one in told if isinstance(one, CallFinished)]
    assert [(one.session_id, one.step) for one in calls] == [("s", name)]


def test_switched_off_it_is_nothing(tmp_path: Path) -> None:
    """The function stays the very same."""
    settings = development(tmp_path, HOLDFAST_ENABLED="false")
    monitoring = setup_monitoring(FastAPI(), settings=settings)
    assert monitoring.monitor_endpoint("guidance")(_nothing) is _nothing


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_name_is_bounded(tmp_path: Path, name: str) -> None:
    """One clear error where it is written."""
    monitoring = setup_monitoring(FastAPI(), settings=development(tmp_path))
    with pytest.raises(ValueError, match="1 to 80 characters"):
        monitoring.monitor_endpoint(name)
