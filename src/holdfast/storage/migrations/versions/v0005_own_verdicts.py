"""What the application itself said of a step's result."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """More columns for `monitoring_context`; of earlier steps nothing was said."""
    for column in (
        sa.Column("verdict", sa.Text),
        sa.Column("score", sa.Double),
        sa.Column("reason", sa.Text),
        sa.Column("method", sa.Text),
    ):
        op.add_column("monitoring_context", column)
