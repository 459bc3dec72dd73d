"""Who is asking is what the application's authentication left on the request."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from holdfast.app.identify import user_of_scope
from holdfast.app.setup import setup_monitoring
from tests.api.host import development


@pytest.mark.parametrize(
    ("state", "user"),
    [
        ({}, (None, None)),
        ({"user": None}, (None, None)),
        ({"user": "u-1"}, ("u-1", None)),
        ({"user": 7}, ("7", None)),
        ({"user": ("u-1", "premium")}, ("u-1", "premium")),
        ({"user": {"sub": "u-1", "role": "admin"}}, ("u-1", "admin")),
        ({"user": SimpleNamespace(id=7, user_type="free")}, ("7", "free")),
        ({"user": object()}, (None, None)),
        ({"user": True}, (None, None)),
    ],
)
def test_the_usual_place_is_looked_at(state: dict[str, Any], user: tuple[Any, Any]) -> None:
    """An id, a mapping or an object, as applications keep their users."""
    assert user_of_scope()({"type": "http", "state": state}) == user


def test_the_applications_own_way_may_fail() -> None:
    """The answer is out already: it goes to the log."""
    scope = {"type": "http", "headers": [(b"x-user", b"u-1")]}
    assert user_of_scope(lambda request: request.headers["x-user"])(scope) == ("u-1", None)
    with capture_logs() as logs:
        assert user_of_scope(lambda request: request.headers["nobody"])(scope) == (None, None)
    assert [log["event"] for log in logs] == ["user_not_identified"]


def test_nothing_is_awaited_once_a_request_was_answered(tmp_path: Path) -> None:
    """An async function is refused at set-up, and nothing is half mounted."""

    async def ask_the_database(request: Any) -> str:
        return "u-1"

    app = FastAPI()
    with pytest.raises(TypeError, match="identify is an async def: find the user where"):
        setup_monitoring(app, settings=development(tmp_path), identify=ask_the_database)
    assert (app.user_middleware, hasattr(app.state, "holdfast")) == ([], False)
