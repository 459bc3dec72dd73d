"""Whether credentials are good: what the network said of them, judged without asking again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.clock import iso
from holdfast.events import Verdict
from holdfast.validation.verdict import failed, passed, warned, worst

SOON_SECONDS = 7 * 86_400.0
"""What people have to renew themselves is told this long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a network says of a token; None is what it does not say.

    *problem*: why it is not valid. *accounts*: the ids it may act for. Times are Unix seconds,
    ``inf`` is never.
    """

    problem: str = ""
    app: str | None = None
    accounts: frozenset[str] | None = None
    name: str | None = None
    scopes: frozenset[str] | None = None
    expires_at: float | None = None
    data_access_expires_at: float | None = None
    refresh_expires_at: float | None = None
    renews_itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token should be: of this *app* and *account* ("" is any), with these *scopes*."""

    app: str = ""
    account: str = ""
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialReport:
    """The answer of a check: one verdict for each thing that was looked at, and what was seen."""

    network: str
    findings: tuple[Verdict, ...]
    seen: Inspection

    @property
    def verdict(self) -> Verdict:
        """The gravest finding."""
        return worst(self.findings) or passed("token_valid")


def judge(seen: Inspection, expected: Expected, now: float) -> tuple[Verdict, ...]:
    """Every finding at Unix time *now*; only that it is not valid when it is not."""
    if seen.problem:
        return (failed("token_valid", seen.problem),)
    return (passed("token_valid"), *_whose(seen, expected), *_allowed(seen, expected),
            *_lasting(seen, now))  # fmt: skip


def _whose(seen: Inspection, expected: Expected) -> Iterator[Verdict]:
    if expected.app and seen.app is not None:
        same = seen.app == expected.app
        words = f"the token belongs to app {seen.app}, not to {expected.app}"
        yield passed("token_app") if same else failed("token_app", words)
    if expected.account and seen.accounts is None:
        yield warned("token_account", "the network does not say whose token it is")
    elif expected.account and seen.accounts is not None:
        found = expected.account in seen.accounts
        shown = ", ".join(sorted(seen.accounts)[:5]) or "no account at all"
        words = f"the token is for {shown}, not for {expected.account}"
        yield passed("token_account") if found else failed("token_account", words)


def _allowed(seen: Inspection, expected: Expected) -> Iterator[Verdict]:
    if not expected.scopes:
        return
    if seen.scopes is None:
        yield warned("token_scopes", "neither the network nor a setting tells the token's scopes")
        return
    missing = expected.scopes - seen.scopes
    words = f"the token lacks {', '.join(sorted(missing))}"
    yield failed("token_scopes", words) if missing else passed("token_scopes")


def _lasting(seen: Inspection, now: float) -> Iterator[Verdict]:
    ends = (
        ("token_expiry", "the token", seen.expires_at, seen.renews_itself),
        ("data_access_expiry", "the access to data", seen.data_access_expires_at, False),
        ("refresh_expiry", "the refresh token", seen.refresh_expires_at, False),
    )
    for method, what, at, renews in ends:
        if at is None:
            continue
        shown = "never" if at == math.inf else iso(at)
        if at <= now:
            yield failed(method, f"{what} expired at {shown}")
        elif at <= now + SOON_SECONDS and not renews:
            yield warned(method, f"{what} expires at {shown}")
        else:
            yield passed(method)
