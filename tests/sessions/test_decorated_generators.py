"""A decorated generator is driven as if it stood alone: what is sent, thrown or closed arrives."""

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from holdfast.clock import Clock
from holdfast.events import Event, SessionEnded, discard
from holdfast.sessions.journey import Journeys


class Talk:
    """An asynchronous generator that remembers what was done to it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told: list[Event] = []
        journeys = Journeys(self.told.append, Clock(lambda: 0.0, lambda: 7.0))
        self.start = journeys.monitored(self._talk)

    async def _talk(self, session_id: str) -> AsyncGenerator[str, str]:
        try:
            self.heard.append(f"sent {(yield 'one')}")
            self.heard.append(f"sent {(yield 'two')}")
        except ValueError as error:
            self.heard.append(f"thrown {error}")
            yield "sorry"
        finally:
            self.heard.append("closed")

    @property
    def is_complete(self) -> bool:
        """Whether its session ended."""
        return any(isinstance(one, SessionEnded) for one in self.told)


async def test_what_is_sent_arrives() -> None:
    """And its end is the session's."""
    talk = Talk()
    running = talk.start("s")
    assert [await anext(running), await running.asend("a")] == ["one", "two"]
    with pytest.raises(StopAsyncIteration):
        await running.asend("b")
    assert (talk.heard, talk.is_complete) == (["sent a", "sent b", "closed"], True)


async def test_what_is_thrown_arrives_and_may_be_handled() -> None:
    """What is not handled comes back."""
    talk = Talk()
    running = talk.start("s")
    await anext(running)
    assert await running.athrow(ValueError("oh")) == "sorry"
    with pytest.raises(KeyError):
        await running.athrow(KeyError("else"))
    assert (talk.heard, talk.is_complete) == (["thrown oh", "closed"], False)


async def test_who_closes_it_closes_what_is_inside() -> None:
    """There and then, not when the garbage collector comes by."""
    talk = Talk()
    running = talk.start("s")
    await anext(running)
    await running.aclose()
    assert (talk.heard, talk.is_complete) == (["closed"], False)


def test_a_generators_own_answer_is_kept() -> None:
    """That of ``yield from``."""

    def parts(session_id: str) -> Generator[int, str, str]:
        return f"sent {(yield 1)}"

    running = Journeys(discard).monitored(parts)("s")
    assert next(running) == 1
    with pytest.raises(StopIteration) as ended:
        running.send("x")
    assert ended.value.value == "sent x"


@pytest.mark.real_time
@pytest.mark.parametrize("decorated", [True, False])
def test_a_dependency_rolls_back(decorated: bool) -> None:
    """FastAPI throws what the endpoint raised into a dependency with yield."""
    done: list[str] = []

    async def database(session_id: str = "s") -> AsyncGenerator[str, None]:
        try:
            yield "connection"
            done.append("commit")
        except ValueError:
            done.append("rollback")
            raise

    watched: Callable[..., Any] = Journeys(discard).monitored(database) if decorated else database
    app = FastAPI()

    @app.get("/{fails}")
    async def endpoint(fails: bool, connection: Annotated[str, Depends(watched)]) -> str:
        if fails:
            raise ValueError(connection)
        return connection

    with TestClient(app, raise_server_exceptions=False) as client:
        assert [client.get("/false").status_code, client.get("/true").status_code] == [200, 500]
    assert done == ["commit", "rollback"]


async def test_a_stream_that_is_left_ends_at_once() -> None:
    """The response's body too is the application's own generator."""
    talk = Talk()

    async def answer(session_id: str) -> StreamingResponse:
        return StreamingResponse(talk._talk(session_id))

    response = await Journeys(talk.told.append).monitored(answer)("s")
    body: Any = response.body_iterator

    assert await anext(body) == "one"
    await body.aclose()
    assert (talk.heard, talk.is_complete) == (["closed"], False)
