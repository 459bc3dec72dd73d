"""Limits that are told as the share already used: Meta's ``X-App-Usage`` and its kin.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.integrations.exchange import parsed
from holdfast.integrations.header_times import bounded

HEADERS = ("x-app-usage", "x-ad-account-usage", "x-business-use-case-usage")
MOST_ENTRIES = 20
_SHARES = ("call_count", "total_cputime", "total_time", "acc_id_util_pct")
_REGAIN_MINUTES = "estimated_time_to_regain_access"


def shares_used(headers: Mapping[str, str]) -> tuple[tuple[float, float | None], ...]:
    """Percent used, of the worst of each entry's counts, and seconds until calls are served again.

    The latter is None where it is not told.
    """
    found = []
    for header in HEADERS:
        for entry in _entries(parsed(headers.get(header, "").encode())):
            used = max((value for name, value in entry.items() if name in _SHARES), default=None)
            minutes = entry.get(_REGAIN_MINUTES)
            if used is not None:
                found.append((used, None if minutes is None else bounded(minutes * 60)))
    return tuple(found)


def _entries(document: Any) -> Iterator[dict[str, float]]:
    """The numbers of each entry; those of businesses are in lists, one below each id."""
    if not isinstance(document, Mapping):
        return
    numbers = {n: float(v) for n, v in document.items() if isinstance(v, int | float)}
    if numbers:
        yield numbers
    for below in list(document.values())[:MOST_ENTRIES]:
        for item in below[:MOST_ENTRIES] if isinstance(below, list) else ():
            yield from _entries(item)
