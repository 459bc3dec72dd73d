"""What Alembic runs: our migrations, on the connection that `storage.schema` hands over."""

from alembic import context

from holdfast.storage.all_tables import RECORD
from holdfast.storage.columns import VERSION_TABLE


def migrate() -> None:
    """Run the migrations inside the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=RECORD, version_table=VERSION_TABLE)
    context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic loads this file
    migrate()
