"""PostgreSQL's tables by day, as migrations make them. Frozen: what was migrated stays so."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

_DAYS_AHEAD = 3


def on_postgres() -> bool:
    """Whether this migration runs on PostgreSQL."""
    return op.get_context().dialect.name == "postgresql"


def make_days(table: str, *more: datetime) -> None:
    """The partitions of yesterday to three days ahead, of the days in *more*, and of the rest."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = {today + timedelta(days=n) for n in range(-1, _DAYS_AHEAD + 1)} | set(more)
    for day in sorted(days):
        after = day + timedelta(days=1)
        op.execute(
            f"CREATE TABLE {table}_{day:%Y%m%d} PARTITION OF {table} "
            f"FOR VALUES FROM ('{day.isoformat()}') TO ('{after.isoformat()}')"
        )
    op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")


def cut_into_days(table: str, indexes: tuple[tuple[str, ...], ...]) -> None:
    """Make *table* (keyed by `at`, `event_id`) one of partitions; its rows move along."""
    op.rename_table(table, f"{table}_whole")
    op.execute(
        f"CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS) PARTITION BY RANGE (at)"
    )
    make_days(table, *_days_of(f"{table}_whole"))
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_whole")  # noqa: S608 - ours
    op.drop_table(f"{table}_whole")
    op.create_primary_key(f"pk_{table}", table, ["at", "event_id"])
    for columns in indexes:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _days_of(table: str) -> list[datetime]:
    days = f"SELECT DISTINCT date_trunc('day', at AT TIME ZONE 'UTC') FROM {table}"  # noqa: S608 - ours
    found = op.get_bind().execute(sa.text(days)).scalars()
    return [day.replace(tzinfo=UTC) for day in found]
