"""What one may ask the record about the past: records, filters, and the port that answers.

Every answer is bounded: pages by *limit*, sums by the days they are over.
"""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from holdfast.events import Judgement, Outcome, Severity
from holdfast.fact import fact
from holdfast.trends.rollup import Bucket

T = TypeVar("T")


@fact
class Page(Generic[T]):
    """Some of what was asked for, newest first; *next_cursor* is None at the end."""

    items: tuple[T, ...]
    next_cursor: str | None


@fact
class RecordedCall:
    """One outbound call; *at* is Unix seconds, times are milliseconds."""

    at: float
    event_id: str
    integration: str
    operation: str
    outcome: Outcome
    verdict: Judgement | None
    score: float | None
    error: str | None
    reason: str | None
    latency_ms: float | None
    waited_ms: float
    attempts: int
    served_from: str
    cost_usd: float | None
    session_id: str | None
    step: str
    trace_id: str | None


@fact
class RecordedIssue:
    """One violation of the application's own logic, or a loss of context."""

    at: float
    event_id: str
    issue_type: str
    severity: Severity
    description: str | None
    user_impact: str | None
    session_id: str | None
    details: dict[str, str]
    is_fixed: bool


@fact
class Trouble:
    """An error and how often it came."""

    error: str
    count: int
    last_at: float


@fact
class Use:
    """What one endpoint did on one day (UTC, ``2026-03-14``) for one type of user."""

    day: str
    endpoint: str
    user_type: str
    requests: int
    failed: int
    users: int
    mean_ms: float


@fact
class BusinessTotal:
    """One day's (UTC) sum of one kind of business fact."""

    day: str
    name: str
    kind: str
    unit: str
    total: float
    count: int


@dataclass(frozen=True, slots=True)
class Between:
    """From *since* up to, not including, *until*; Unix seconds, None is unbounded."""

    since: float | None = None
    until: float | None = None


@fact
class CallFilter:
    """Which calls; None is any."""

    integration: str | None = None
    operation: str | None = None
    outcome: str | None = None
    verdict: str | None = None
    session_id: str | None = None
    between: Between = Between()


@fact
class IssueFilter:
    """Which issues; None is any."""

    issue_type: str | None = None
    severity: str | None = None
    session_id: str | None = None
    between: Between = Between()


class History(Protocol):
    """Where the past is looked up. Each raises ValueError for a cursor it did not make."""

    async def calls(
        self, which: CallFilter, *, limit: int, cursor: str | None = None
    ) -> Page[RecordedCall]:
        """Calls, the newest first."""

    async def issues(
        self, which: IssueFilter, *, limit: int, cursor: str | None = None
    ) -> Page[RecordedIssue]:
        """Issues, the newest first."""

    async def buckets(
        self, integration: str, operation: str | None, resolution_s: int, between: Between
    ) -> list[Bucket]:
        """An integration's calls by bucket, oldest first, all processes added up.

        All operations together unless one is named. This process's calls are there until now,
        those of others as they last wrote them.
        """

    async def troubles(self, integration: str, between: Between, *, limit: int) -> list[Trouble]:
        """What failed most, most frequent first."""

    async def use(self, between: Between, *, limit: int, cursor: str | None = None) -> Page[Use]:
        """Requests by day, endpoint and type of user; the newest day and busiest first.

        Of days that are over, whole ones: any range is cheap. A cursor goes on with what its first
        page was asked *between*: with an end there, no count grows from page to page.
        """

    async def business(self, between: Between, *, limit: int) -> list[BusinessTotal]:
        """Business facts by day, the newest day first."""
