"""Where the PostgreSQL of the tests comes from, and what happens when there is none."""

import pytest

from tests import postgres_server
from tests.postgres_server import running_postgres


def test_a_given_server_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """$TEST_DATABASE_URL comes first: nothing is started."""
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://app@db/x")
    with running_postgres() as url:
        assert url == "postgresql://app@db/x"


@pytest.mark.parametrize(("ci", "outcome"), [("true", "Failed"), ("", "Skipped")])
def test_a_missing_server_is_skipped_by_people_and_fails_on_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    """A machine that should have everything must not look green without it."""
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(postgres_server, "_binaries", lambda: None)
    with pytest.raises(BaseException, match="no PostgreSQL") as caught, running_postgres():
        pytest.fail("there is a server")
    assert caught.typename == outcome
