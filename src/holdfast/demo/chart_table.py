"""The example's own database: the birth chart of each session, the newest ones."""

import json
import sqlite3
from dataclasses import asdict

from holdfast.app.monitoring import Monitoring
from holdfast.app.timed_work import TimedWork
from holdfast.demo.guidance import Chart

_MOST_CHARTS = 1000


class ChartTable:
    """One table in memory, microseconds away; every operation is timed, every error counted."""

    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring = monitoring
        self._rows = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._rows.execute("CREATE TABLE charts (session_id TEXT PRIMARY KEY, chart TEXT NOT NULL)")

    def keep(self, session_id: str, chart: Chart) -> bool:
        """Keep the first *chart* of a session; False when it had one: a user who asked twice."""
        try:
            with self._timed("insert", 1):
                self._rows.execute(
                    "INSERT INTO charts VALUES (?, ?)", (session_id, json.dumps(asdict(chart)))
                )
        except sqlite3.IntegrityError:
            return False
        self._rows.execute(
            "DELETE FROM charts WHERE rowid <= (SELECT max(rowid) FROM charts) - ?", (_MOST_CHARTS,)
        )
        return True

    def find(self, session_id: str) -> Chart | None:
        """The chart of a session; an unknown session is counted as such."""
        with self._timed("select", 1):
            query = "SELECT chart FROM charts WHERE session_id = ?"
            found = self._rows.execute(query, (session_id,)).fetchone()
        if found is None:
            self._monitoring.track_session_error("guidance", "load", "no_chart")
            return None
        return Chart(**json.loads(found[0]))

    def _timed(self, operation: str, rows: int) -> TimedWork:
        return self._monitoring.track_database_operation(
            "sqlite", operation, "charts", table="charts", result_size=rows
        )
