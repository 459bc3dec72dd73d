"""Where sharing is configured: the URL is right, or refused with the way out and no secret."""

import pytest

from holdfast.errors import SettingsError
from holdfast.storage.redis import open_shared_state


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379", "http://user:hunter2@host", "redis://user:hunter2@host:port/0", "",
        "redis://user:hunter2@host/0?max_connections=few", "redis://user:hunter2@host/0?what=1",
    ],
)  # fmt: skip
def test_what_is_no_servers_url_is_refused_with_the_way_out(url: str) -> None:
    """One clear error; it shows the forms that are possible, and no password."""
    with pytest.raises(SettingsError, match=r"HOLDFAST_REDIS_URL .* use redis://") as caught:
        open_shared_state(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["redis://host", "rediss://user:pw@host:6380/1", "unix:///run/valkey.sock"]
)
async def test_every_kind_of_url_is_taken(url: str) -> None:
    """Nothing is connected before it is used."""
    await open_shared_state(url).close()


def test_a_missing_driver_is_one_error_with_the_line_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The extra is named."""
    monkeypatch.setattr("holdfast.storage.redis.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r'pip install "holdfast\[redis\]"'):
        open_shared_state("redis://host")
