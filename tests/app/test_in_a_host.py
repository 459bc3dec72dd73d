"""A host that has grown: whatever is in it, it answers as it does without us."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from httpx2 import AsyncClient
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

from holdfast.app.setup import setup_monitoring
from holdfast.events import Event, RequestFinished
from tests.api.host import development
from tests.api.serving import serving

pytestmark = pytest.mark.real_time


async def _marked(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers["x-marked"] = "yes"
    return response


@pytest.mark.parametrize("later", [True, False], ids=["added after us", "added before us"])
async def test_its_middleware_and_a_slow_answer_to_a_body(tmp_path: Path, later: bool) -> None:
    """Starlette's own base class waits for messages in a task group of its own."""
    told: list[Event] = []
    app = FastAPI()
    if not later:
        app.add_middleware(BaseHTTPMiddleware, dispatch=_marked)
    setup_monitoring(app, settings=development(tmp_path)).listen(told.append)
    if later:
        app.add_middleware(BaseHTTPMiddleware, dispatch=_marked)

    @app.post("/upload")
    async def upload(request: Request) -> int:
        size = len(await request.body())
        await asyncio.sleep(0.1)
        return size

    async with serving(app) as where, AsyncClient(base_url=f"http://{where}") as client:
        answer = await client.post("/upload", content=b"x" * 300_000)
    assert (answer.status_code, answer.text, answer.headers["x-marked"]) == (200, "300000", "yes")
    found = [(one.status, one.outcome) for one in told if isinstance(one, RequestFinished)]
    assert found == [(200, "succeeded")]
