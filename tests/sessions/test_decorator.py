"""One function is one session: however it is called, and whatever it returns."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from holdfast import context
from holdfast.clock import Clock
from holdfast.events import Event, RequestFinished, SessionEnded, SessionStarted
from holdfast.middleware.report import ReportRequests
from holdfast.sessions.journey import Journeys


class Followed:
    """Journeys, what they told, and the session that code saw itself in."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.seen: list[str | None] = []
        self.journeys = Journeys(self.events.append, Clock(lambda: 0.0, lambda: 7.0))

    def look(self) -> None:
        """Remember whose code is running."""
        self.seen.append(context.scope.get().session_id)

    def told(self) -> list[tuple[str, str, str | None]]:
        """What was told of sessions: (what, session, who or how)."""
        return [
            ("start", one.session_id, one.user_id)
            if isinstance(one, SessionStarted)
            else ("end", one.session_id, one.status)
            for one in self.events
            if isinstance(one, SessionStarted | SessionEnded)
        ]


ONE_SESSION = [("start", "s-1", "7"), ("end", "s-1", "completed")]


async def test_a_coroutine_a_function_and_generators_are_sessions() -> None:
    """Ids by position or by name, as text; the work inside belongs to them."""
    one = Followed()

    async def coroutine(session_id: str, user_id: int) -> str:
        one.look()
        return session_id

    def plain(session_id: str, user_id: int) -> str:
        one.look()
        return session_id

    async def later(session_id: str, user_id: int) -> AsyncIterator[int]:
        one.look()
        yield 1

    def generator(session_id: str, user_id: int) -> Iterator[int]:
        one.look()
        yield 1

    watched = one.journeys.monitored
    assert await watched(coroutine)("s-1", user_id=7) == "s-1"
    assert watched(plain)(user_id=7, session_id="s-1") == "s-1"
    assert [item async for item in watched(later)("s-1", 7)] == [1]
    assert list(watched(generator)("s-1", 7)) == [1]
    assert one.told() == ONE_SESSION * 4
    assert one.seen == ["s-1"] * 4
    assert context.scope.get() == context.NOBODY


async def test_a_function_that_returns_an_awaitable_ends_with_it() -> None:
    """The session goes on until what was returned is there."""
    one = Followed()

    async def work() -> str:
        await asyncio.sleep(1)
        one.look()
        return "done"

    def returning(session_id: str) -> Any:
        return work()

    pending = one.journeys.monitored(returning)("s-1")
    assert one.told() == [("start", "s-1", None)]
    assert await pending == "done"
    assert (one.told()[1:], one.seen) == ([("end", "s-1", "completed")], ["s-1"])


async def test_names_of_arguments_can_be_chosen_and_wrong_calls_stay_wrong() -> None:
    """The function's own TypeError is what the caller sees."""
    one = Followed()

    def work(conversation: str) -> str:
        one.look()
        return conversation

    watched = one.journeys.monitored(work, session_id="conversation", service_type="guidance")
    assert watched("s-9") == "s-9"
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        watched(nonsense=1)  # type: ignore[call-arg]  # that is the point
    assert one.seen == ["s-9"]
    assert one.events[0] == SessionStarted("s-9", 7.0, None, "guidance")


def test_ids_are_found_among_all_arguments_and_only_there() -> None:
    """Whatever the function calls them; an argument of its own that is called kwargs is one."""
    one = Followed()

    def others(**rest: str) -> None:
        """Takes whatever comes."""

    def stored(kwargs: object, session_id: str = "mine") -> object:
        return kwargs

    def positional(session_id: str, /, **rest: str) -> None:
        """May be given the name twice."""

    watched = one.journeys.monitored
    watched(others)(session_id="among the rest")
    for value in ("text", None, {"session_id": "its own affair"}):
        assert watched(stored)(value, session_id="by name") == value
    watched(positional)("first", session_id="second")
    begun = [event.session_id for event in one.events if isinstance(event, SessionStarted)]
    assert begun == ["among the rest", *["by name"] * 3, "first"]


def _application(one: Followed) -> FastAPI:
    app = FastAPI()
    app.add_middleware(ReportRequests, sink=one.events.append)
    watched = one.journeys.monitored

    @app.get("/sync/{session_id}")
    @watched
    def sync(session_id: str, user_id: int, later: BackgroundTasks) -> str:
        one.look()
        later.add_task(one.look)
        return "ok"

    @app.get("/async")
    @watched
    async def asynchronous(request: Request, later: BackgroundTasks, user_id: int = 7) -> str:
        async def afterwards() -> None:
            one.look()

        later.add_task(afterwards)
        one.look()
        return request.url.path

    @app.get("/stream/{session_id}")
    @watched
    async def stream(session_id: str, user_id: int = 7) -> StreamingResponse:
        async def words() -> AsyncIterator[str]:
            one.look()
            assert one.told() == [("start", "s-1", "7")]
            yield "word"

        return StreamingResponse(words())

    @app.websocket("/socket/{session_id}")
    @watched
    async def socket(websocket: WebSocket, session_id: str, user_id: int = 7) -> None:
        await websocket.accept()
        one.look()
        await websocket.receive_text()

    return app


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("path", "looks"), [("/sync/s-1?user_id=7", 2), ("/async", 2), ("/stream/s-1", 1)]
)
def test_fastapis_endpoints_are_sessions(path: str, looks: int) -> None:
    """Its keyword arguments, background tasks and streams; the id may be the request's own."""
    one = Followed()
    with TestClient(_application(one)) as client:
        answer = client.get(path, headers={"X-Session-ID": "s-1"})
    assert answer.status_code == 200
    assert (one.told(), one.seen) == (ONE_SESSION, ["s-1"] * looks)
    [finished] = [event for event in one.events if isinstance(event, RequestFinished)]
    assert finished.scope.session_id == "s-1"


@pytest.mark.real_time
def test_a_socket_that_its_user_leaves_is_no_failure() -> None:
    """It stays active: the user may come back, else it times out."""
    one = Followed()
    with (
        pytest.raises(WebSocketDisconnect),
        TestClient(_application(one)) as client,
        client.websocket_connect("/socket/s-1"),
    ):
        pass
    assert (one.told(), one.seen) == ([("start", "s-1", "7")], ["s-1"])
    assert [type(event) for event in one.events] == [SessionStarted]
