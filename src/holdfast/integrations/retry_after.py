"""How long a provider asks to wait, in every spelling that was seen.

``retry-after-ms`` (OpenAI), ``Retry-After`` as seconds or as an HTTP date (RFC 9110, 10.2.3), and
else the reset of whatever limit is used up (`quota`).
"""

from collections.abc import Mapping

from holdfast.integrations.header_times import bounded, number, seconds_until
from holdfast.integrations.quota import quotas, used_up_seconds


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """The wait that *headers* (lower-cased) ask for at Unix time *now*; None when they do not.

    The answer is finite, and between 0 and `LONGEST_SECONDS`.
    """
    milliseconds = number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return bounded(milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = number(value)
    if seconds is None and value is not None:
        seconds = seconds_until(value, now)
    return used_up_seconds(quotas(headers, now)) if seconds is None else bounded(seconds)
