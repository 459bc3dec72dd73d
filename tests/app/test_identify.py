"""Who is asking is what the application's authentication left on the request."""

from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from holdfast.app.identify import user_of_scope


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
