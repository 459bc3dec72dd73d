"""The list of ten thousand sessions on SQLite, page by page."""

import time

from sqlalchemy import URL, insert

from benchmarks.table import Table, Target
from holdfast.clock import stamp
from holdfast.storage.engine import open_engine
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.tables import sessions

COUNT = 10_000


async def measure(url: URL) -> Table:
    """A page of 500, and all of them."""
    engine = open_engine(url)
    at = [stamp(1_700_000_000.0 + n) for n in range(COUNT)]
    rows = [
        {
            "session_id": f"listed-{n}", "user_id": f"u-{n % 100}", "status": "completed",
            "overall_status": "success", "started_at": at[n], "last_seen_at": at[n],
            "completed_at": at[n], "duration_ms": 0.0, "step_count": 5, "issues_found": 0,
        }
        for n in range(COUNT)
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(sessions), rows)
    log = SqlSessionLog(engine)
    pages, cursor, times = 0, None, []
    while pages == 0 or cursor is not None:
        started = time.perf_counter()
        page = await log.page(limit=500, cursor=cursor)
        times.append((time.perf_counter() - started) * 1000)
        pages, cursor = pages + 1, page.next_cursor
    await engine.dispose()
    rows_shown = [
        ("the first 500", f"{times[0]:.1f}"), ("the slowest page", f"{max(times):.1f}"),
        (f"all, in {pages} pages", f"{sum(times):.1f}"),
    ]  # fmt: skip
    target = Target("the slowest page of 500, ms", max(times), 300)
    return Table("10 000 sessions on SQLite", "Wall time.", ("what", "ms"), rows_shown, (target,))
