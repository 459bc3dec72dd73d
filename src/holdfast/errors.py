"""Our errors: what was *refused* cost nothing, what *failed* went out and came back wrong.

* HoldfastError
  + SettingsError             a setting is wrong: names the variable, its value and what is allowed
  + LifecycleError            called at the wrong time or from the wrong event loop
  + CallRefused               we did not let the call out: never retried, never a failure
  | + InputRefused            too long, empty, or of the wrong type
  | + ConfigurationError      a key or an address is missing
  | + BreakerOpen             the integration is known to be down
  | + LimitReached            our own rate limit, or the provider's announced one, is used up
  | + BulkheadFull            too many calls are out already, and too many wait
  | + DeadlinePassed          no time left to even try
  | + ChainRefused            refused, and no fallback had an acceptable answer either
  + CallFailed                the call went out
    + TimedOut                no answer within the attempt's time
    | + DeadlineExceeded      no answer within the call's whole time
    + SemanticError           an answer came, and a validator did not accept its meaning
    + ChainFailed             failed, and no fallback had an acceptable answer either
    + ProviderError           the provider said no (the canonical classes of its error codes)
      + AuthenticationError   + PermissionDenied   + QuotaExhausted   + InvalidRequest
      + NotFound              + Conflict           + ContentRejected  + RateLimited
      + Unavailable           + ProtocolError

None derives from an httpx error: SDKs retry or wrap those, and let ours pass untouched.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from holdfast.events import Verdict


class HoldfastError(Exception):
    """Root of every error this library raises."""


def name_and_reason(error: BaseException) -> tuple[str, str | None]:
    """An error as facts tell it: its name, and its text only if it is ours (others may leak)."""
    return type(error).__name__, str(error) if isinstance(error, HoldfastError) else None


class SettingsError(HoldfastError):
    """One or more settings are wrong; the message names each with its value and the way out."""


class LifecycleError(HoldfastError):
    """Something was called too early, too late, or from another event loop."""


class CallRefused(HoldfastError):
    """The guard did not let the call out. Nothing was spent."""

    retry_in_seconds: float | None = None


class InputRefused(CallRefused):
    """The input cannot succeed: too long, empty, or of the wrong type."""


class ConfigurationError(CallRefused):
    """What the call needs (a key, an address) is not configured."""


class BreakerOpen(CallRefused):
    """The breaker is open; *retry_in_seconds* until it lets a probe out (None: until forced)."""

    def __init__(self, name: str, retry_in_seconds: float | None) -> None:
        self.name, self.retry_in_seconds = name, retry_in_seconds

    def __str__(self) -> str:
        seconds = self.retry_in_seconds
        return _breaker_open(self.name, None if seconds is None else round(seconds * 10))


class LimitReached(CallRefused):
    """The rate limit is used up; *retry_in_seconds* until the next call may go."""

    def __init__(self, name: str, retry_in_seconds: float) -> None:
        self.name, self.retry_in_seconds = name, retry_in_seconds

    def __str__(self) -> str:
        return _limit_reached(self.name, round((self.retry_in_seconds or 0.0) * 10))


# Refusals come in floods: what they say is put together once for every tenth of a second.


@lru_cache(maxsize=256)
def _breaker_open(name: str, tenths: int | None) -> str:
    until = "until released" if tenths is None else f"for {tenths / 10:.1f} s"
    return f"breaker of {name} refuses calls {until}"


@lru_cache(maxsize=256)
def _limit_reached(name: str, tenths: int) -> str:
    return f"rate limit of {name} is used up for {tenths / 10:.1f} s"


class BulkheadFull(CallRefused):
    """All *seats* are taken by calls that are out, and *waiting* others stand before this one."""

    def __init__(self, name: str, seats: int, waiting: int, waited_seconds: float) -> None:
        super().__init__(
            f"all {seats} seats of {name} are taken and {waiting} other calls wait "
            f"(waited {waited_seconds:.1f} s)"
        )
        self.seats, self.waiting = seats, waiting


class DeadlinePassed(CallRefused):
    """The time allowed was used up before the call could go out."""


Reasons = Sequence[tuple[str, str]]
"""(who was asked, why there is no answer from there), in the order they were asked."""


class ChainRefused(CallRefused):
    """The call was refused, and each fallback had its reason too: *reasons* has all of them."""

    def __init__(self, reasons: Reasons, retry_in_seconds: float | None = None) -> None:
        super().__init__(_told(reasons))
        self.reasons, self.retry_in_seconds = tuple(reasons), retry_in_seconds


Effect = Literal["none", "done", "unknown"]


class CallFailed(HoldfastError):
    """The call went out and came back wrong.

    *retryable*: worth another attempt. *counts*: evidence against the provider's health.
    *effect*: what the provider did before it failed. *is_ambiguous*: that is unknown, and the
    operation must not be done twice, so somebody has to look.
    """

    retryable: ClassVar[bool] = False
    counts: ClassVar[bool] = True
    effect: Effect = "unknown"
    is_ambiguous: bool = False
    retry_after_seconds: float | None = None

    def __str__(self) -> str:
        words = super().__str__()
        return f"{words} (it may have been done all the same)" if self.is_ambiguous else words


class TimedOut(CallFailed):
    """No answer within the time of one attempt."""

    retryable = True


class DeadlineExceeded(TimedOut):
    """No answer within the time of the whole call: there is none left for another attempt."""

    retryable = False


class SemanticError(CallFailed):
    """The provider answered, and *verdict* says why the answer is not acceptable."""

    retryable = True
    effect: Effect = "done"

    def __init__(self, verdict: "Verdict") -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class ChainFailed(CallFailed):
    """The call failed, and each fallback had its reason too: *reasons* has all of them."""

    def __init__(self, reasons: Reasons, retry_after_seconds: float | None = None) -> None:
        super().__init__(_told(reasons))
        self.reasons, self.retry_after_seconds = tuple(reasons), retry_after_seconds


def _told(reasons: Reasons) -> str:
    return "nothing to serve - " + "; ".join(f"{who}: {why}" for who, why in reasons)


class ProviderError(CallFailed):
    """The provider refused or failed; *status* is HTTP's, *code* the provider's own."""

    effect: Effect = "none"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.request_id = status, code, request_id
        self.retry_after_seconds = retry_after_seconds


class AuthenticationError(ProviderError):
    """The credentials are wrong or expired (HTTP 401 and its cousins)."""


class PermissionDenied(ProviderError):
    """The credentials are right and do not allow this."""

    counts = False


class QuotaExhausted(ProviderError):
    """The money, credits or characters are used up: waiting will not help."""


class RateLimited(ProviderError):
    """The provider asks to slow down; *retry_after_seconds* when it says for how long."""

    retryable = True
    counts = False


class InvalidRequest(ProviderError):
    """The caller's own mistake (400, 413, 422)."""

    counts = False


class NotFound(ProviderError):
    """There is no such thing (404)."""

    counts = False


class Conflict(ProviderError):
    """It exists already or is being changed (409): reconcile, do not repeat."""

    counts = False


class ContentRejected(ProviderError):
    """The provider's moderation did not accept the content."""

    counts = False


class Unavailable(ProviderError):
    """The provider or the way to it is down (5xx, 408, network)."""

    retryable = True
    effect: Effect = "unknown"


class ProtocolError(ProviderError):
    """The answer breaks the provider's own protocol (no JSON, a stream cut short)."""

    retryable = True
    effect: Effect = "unknown"
