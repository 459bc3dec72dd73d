"""Is it us? When several providers cannot be reached at once, our own network is asked about."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from holdfast.events import fact
from holdfast.health.check import Check
from holdfast.health.state import Health
from holdfast.telemetry.calls import CallMetrics

_UNREACHED = frozenset(("Unavailable", "TimedOut", "DeadlineExceeded"))
_RECENT_SECONDS = 60.0
_CONNECT_SECONDS = 2.0
_MOST_ASKED = 4


@fact
class Address:
    """Where an integration's servers listen."""

    host: str
    port: int


def network_check(
    calls: CallMetrics, base_urls: Mapping[str, str], wall: Callable[[], float]
) -> Check:
    """The check of the component "network".

    It costs nothing while anybody is reached. One silent provider proves nothing; when all that
    were called in the last minute (two at least) failed like a dead line, their hosts are
    connected to, without a request: if none can be, it is our own network.
    """

    async def probe() -> Health:
        silent = unreached(calls, base_urls, wall())
        if len(silent) < 2:
            return Health("healthy")
        asked = [address(base_urls[name]) for name in silent[:_MOST_ASKED]]
        if any(await asyncio.gather(*(_connects(one) for one in asked))):
            return Health("healthy")
        return Health("unhealthy", f"none of {', '.join(silent)} can be connected to from here")

    return Check(name="network", probe=probe, timeout_seconds=2 * _CONNECT_SECONDS)


def unreached(calls: CallMetrics, names: Iterable[str], now: float) -> list[str]:
    """The integrations whose line seems dead; empty as soon as one that was called answered."""
    silent = []
    for name in names:
        counted = calls.counted_of(name)
        if any(now - (one.last_success_at or 0.0) < _RECENT_SECONDS for one in counted):
            return []
        latest = calls.problem(name)
        if latest is None or now - latest.at >= _RECENT_SECONDS:
            continue
        if latest.error not in _UNREACHED:
            return []
        silent.append(name)
    return silent


def address(base_url: str) -> Address:
    """Host and port of *base_url*."""
    parts = urlsplit(base_url)
    default = 80 if parts.scheme == "http" else 443
    return Address(parts.hostname or "", parts.port or default)


async def _connects(to: Address) -> bool:
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(to.host, to.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
