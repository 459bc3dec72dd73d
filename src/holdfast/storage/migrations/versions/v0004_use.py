"""What was used, summed up by day: any range of days is cheap, and outlives the requests."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; the first summing up fills it with the days whose requests are kept."""
    op.create_table(
        "monitoring_api_use",
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("user_type", sa.Text, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("users", sa.BigInteger, nullable=False),
        sa.Column("total_ms", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("day", "endpoint", "user_type", name="pk_monitoring_api_use"),
    )
