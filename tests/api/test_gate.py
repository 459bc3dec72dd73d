"""Closed by default: who is let in, from where, and what he is told else."""

from typing import Any

import pytest

from holdfast.api.gate import Visitor, header_map, refusal
from holdfast.app.setup import load_settings
from holdfast.settings.settings import Settings

SECRET = "0123456789abcdef0123456789abcdef"
NATIVE = "/monitoring/api/metrics"


def _settings(**environ: str) -> Settings:
    return load_settings(environ, dotenv=None)


def _visitor(path: str = NATIVE, peer: str | None = "127.0.0.1", **headers: str) -> Visitor:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Visitor(path, peer, {"host": "localhost:8000", **given})


DEVELOPMENT = _settings(ENVIRONMENT="development")
PRODUCTION = _settings(ENVIRONMENT="production", JWT_SECRET=SECRET)
UNSET = _settings()


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
@pytest.mark.parametrize("settings", [DEVELOPMENT, PRODUCTION, UNSET])
def test_probes_are_open_to_everyone(path: str, settings: Settings) -> None:
    """An orchestrator has no token, and they say nothing else."""
    stranger = _visitor(path, "203.0.113.9", host="evil.test", origin="https://evil.test")
    assert refusal(stranger, settings) is None


@pytest.mark.parametrize(
    "path", ["/metrics", "/health/", "/health", "/health/services", "/monitoring/ws", NATIVE]
)
@pytest.mark.parametrize("settings", [PRODUCTION, UNSET, _settings(ENVIRONMENT="staging")])
def test_everything_else_is_closed(path: str, settings: Settings) -> None:
    """Also to this very machine, when nobody wrote down that it is for development."""
    assert refusal(_visitor(path), settings) is not None


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1:65535", "[::1]", "[::1]:8000"]
)
def test_development_on_this_machine_is_open(peer: str, host: str) -> None:
    """By any of its loopback addresses, under any of their names."""
    assert refusal(_visitor(peer=peer, host=host), DEVELOPMENT) is None


@pytest.mark.parametrize(
    "peer", ["192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1", "fe80::1%eth0", "testclient", "", None]
)
def test_another_machine_is_not_this_one(peer: str | None) -> None:
    """Whatever it says it is called; a socket without an address is nobody we know."""
    assert refusal(_visitor(peer=peer), DEVELOPMENT) is not None


@pytest.mark.parametrize(
    "host",
    [
        "evil.test", "localhost.evil.test", "evil.test:80", "127.0.0.1.evil.test", "", "::1",
        "localhost@evil.test", "evil.test@localhost", "localhost/evil", "[::1", "localhost:http",
        "localhost:1:2", "0", "[::ffff:127.0.0.1]", "localhost ", "127.1",
    ],
)  # fmt: skip
def test_a_name_that_others_can_own_is_not_ours(host: str) -> None:
    """A page that rebinds its name to this machine sends its own name; garbage is no error."""
    assert refusal(_visitor(host=host), DEVELOPMENT) is not None


def test_without_a_host_nobody_is_local() -> None:
    """HTTP/1.0 needs none; we do."""
    assert refusal(Visitor(NATIVE, "127.0.0.1", {}), DEVELOPMENT) is not None


@pytest.mark.parametrize(
    "name",
    [
        "forwarded", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "x_forwarded_port",
        "x_forwarded_server", "x_forwarded_prefix", "x_real_ip",
    ],
)  # fmt: skip
def test_who_comes_through_a_proxy_is_not_local(name: str) -> None:
    """The proxy is on this machine, the visitor is not; an empty value says the same."""
    for value in ("192.0.2.1", ""):
        why = refusal(_visitor(**{name: value}), DEVELOPMENT)
        assert why is not None
        assert "without a proxy" in why


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        ("http://localhost:8000", True),
        ("https://LOCALHOST:8000", True),
        ("http://localhost:3000", False),
        ("http://localhost", False),
        ("https://evil.test", False),
        ("null", False),
        ("", False),
        ("http://[::1", False),
    ],
)
@pytest.mark.parametrize("path", [NATIVE, "/monitoring/ws"])
def test_pages_of_other_origins_are_refused(origin: str, welcome: bool, path: str) -> None:
    """A browser lets any page call this machine, and open sockets to it: the origin tells."""
    assert (refusal(_visitor(path, origin=origin), DEVELOPMENT) is None) is welcome


def test_no_origin_fits_no_host() -> None:
    """Two things that are missing are not the same thing."""
    visitor = Visitor(NATIVE, "127.0.0.1", {"origin": "null", "host": ""})
    assert refusal(visitor, DEVELOPMENT) == "this request comes from a page of another origin"


@pytest.mark.parametrize(
    ("peer", "welcome"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("2001:db8::7", True),
        ("11.0.0.1", False),
        ("127.0.0.1", False),
        (None, False),
    ],
)
def test_scrapers_come_from_their_network(peer: str | None, welcome: bool) -> None:
    """HOLDFAST_METRICS_ALLOW opens /metrics to them, and nothing else."""
    settings = _settings(HOLDFAST_METRICS_ALLOW="10.0.0.0/8,2001:db8::/32")
    assert (refusal(_visitor("/metrics", peer, host="app"), settings) is None) is welcome
    assert refusal(_visitor(NATIVE, peer, host="app"), settings) is not None


@pytest.mark.parametrize(
    ("settings", "path", "lines"),
    [
        (UNSET, NATIVE, ["JWT_SECRET", "ENVIRONMENT=development"]),
        (UNSET, "/metrics", ["JWT_SECRET", "HOLDFAST_METRICS_ALLOW=", "ENVIRONMENT=development"]),
        (PRODUCTION, NATIVE, ["Authorization: Bearer", "ENVIRONMENT=development"]),
        (DEVELOPMENT, NATIVE, ["JWT_SECRET", "http://localhost"]),
    ],
)
def test_a_refusal_names_the_line_to_add(settings: Settings, path: str, lines: list[str]) -> None:
    """And never what the secret is."""
    why = refusal(_visitor(path, "192.0.2.1"), settings) or ""
    assert [line for line in lines if line not in why] == []
    assert SECRET not in why


def test_headers_are_read_in_any_case() -> None:
    """Servers differ in what they pass on."""
    raw: list[tuple[bytes, bytes]] = [(b"X-Real-IP", b"1.2.3.4"), (b"host", b"caf\xe9")]
    expected: dict[str, Any] = {"x-real-ip": "1.2.3.4", "host": "caf\xe9"}
    assert header_map(raw) == expected
