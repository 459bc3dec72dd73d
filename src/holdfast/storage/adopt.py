"""An older system's tables, which have our names, moved aside with all they hold."""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect, text

SUFFIX = "_legacy"


def set_aside(connection: Connection, names: Iterable[str]) -> None:
    """Rename the tables and views *names* to ``…_legacy``; fails when such a one exists."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    views = set(inspect(connection).get_view_names())
    for name in names:
        old, new = quote(name), quote(name + SUFFIX)
        if name not in views:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
        elif connection.dialect.name == "sqlite":
            _rename_view(connection, name)
        else:
            connection.execute(text(f"ALTER VIEW {old} RENAME TO {new}"))


def _rename_view(connection: Connection, name: str) -> None:
    """SQLite cannot: the view is made again under its new name."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    asked = text("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = :name")
    made = str(connection.scalar(asked, {"name": name}))
    body = made[made.upper().index(" AS ") :]
    connection.execute(text(f"DROP VIEW {quote(name)}"))
    connection.exec_driver_sql(f"CREATE VIEW {quote(name + SUFFIX)}{body}")
