"""Making a client: what it trusts, and what is said when it cannot be made."""

import builtins
import sys
from typing import Any

import httpx
import httpx2
import pytest

from holdfast.errors import ConfigurationError
from holdfast.guard.controls import Controls
from holdfast.guard.options import GuardOptions
from holdfast.integrations.client import http_client
from holdfast.integrations.guards import guards_of
from holdfast.integrations.openai import OPENAI

GUARD_FOR = guards_of(OPENAI, GuardOptions(), controls=Controls()).__getitem__


@pytest.mark.parametrize(
    ("library", "kind"), [("httpx2", httpx2.AsyncClient), ("httpx", httpx.AsyncClient)]
)
async def test_a_client_trusts_nothing_around_it(library: str, kind: type[Any]) -> None:
    """No proxies or netrc from the environment, no redirects, and every wait is bounded."""
    async with http_client(OPENAI, GUARD_FOR, library=library) as client:
        assert isinstance(client, kind)
        assert (client.trust_env, client.follow_redirects) == (False, False)
        assert str(client.base_url) == "https://api.openai.com/v1/"
        assert client.timeout.as_dict() == {
            "connect": 5.0,
            "read": 60.0,
            "write": 60.0,
            "pool": 5.0,
        }


def test_an_unknown_library_is_told_with_what_is_allowed() -> None:
    """The error holds the value and the way out."""
    with pytest.raises(ConfigurationError, match="'requests'; use httpx2 or httpx"):
        http_client(OPENAI, GUARD_FOR, library="requests")


@pytest.mark.parametrize(
    "base_url", ["localhost:9100", "ftp://localhost/", "http://", "http://localhost/?key=1"]
)
def test_a_bad_base_url_is_told(base_url: str) -> None:
    """Only a plain http(s) address can be called."""
    with pytest.raises(ConfigurationError, match="the base URL of openai must be"):
        http_client(OPENAI, GUARD_FOR, base_url=base_url)


def test_secrets_in_a_base_url_are_not_repeated() -> None:
    """The message shows the address without its password and query."""
    with pytest.raises(ConfigurationError) as caught:
        http_client(OPENAI, GUARD_FOR, base_url="https://me:s3cret@localhost/v1?key=s3cret")
    assert "got 'https://localhost/v1'" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_missing_library_is_told_with_the_line_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Httpx is optional: without it the error says what to run."""
    real = builtins.__import__

    def without_httpx(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "httpx":
            raise ModuleNotFoundError("No module named 'httpx'", name="httpx")
        return real(name, *arguments, **options)

    monkeypatch.delitem(sys.modules, "holdfast.integrations.transport_httpx", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_httpx)
    with pytest.raises(ConfigurationError, match=r"pip install 'holdfast\[httpx\]'"):
        http_client(OPENAI, GUARD_FOR, library="httpx")
