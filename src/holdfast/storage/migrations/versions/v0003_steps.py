"""How a step went, beside the context it had."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """More columns for `monitoring_context`; earlier rows do not know."""
    for column in (
        sa.Column("outcome", sa.Text),
        sa.Column("duration_ms", sa.Double),
        sa.Column("error_type", sa.Text),
    ):
        op.add_column("monitoring_context", column)
