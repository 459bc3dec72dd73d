"""Which database is meant: the URLs people have, as the URLs that the drivers take."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from holdfast.errors import SettingsError

FILE_NAME = "holdfast.db"

_WAYS_OUT = "use sqlite:///path/to/file.db or postgresql://user:password@host/database"
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_POSTGRES_PARAMETERS: Mapping[str, str] = {
    "sslmode": "ssl",
    "ssl": "ssl",
    "host": "host",
    "port": "port",
    "application_name": "application_name",
    "prepared_statement_cache_size": "prepared_statement_cache_size",
}
"""What may stand after the ``?``, and what our driver calls it."""


def address(database_url: str | None, data_dir: Path) -> URL:
    """The database to use; without a URL, the file `FILE_NAME` in *data_dir* (made if missing).

    Raises `SettingsError` with the way out; it never shows a password.
    """
    if not database_url:
        return _file(str(_folder(data_dir) / FILE_NAME))
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise SettingsError(f"DATABASE_URL is not a URL: {_WAYS_OUT}") from None
    if url.drivername in ("sqlite", "sqlite+aiosqlite"):
        return _sqlite(url)
    if url.drivername in ("postgres", "postgresql", "postgresql+asyncpg"):
        return _postgres(url)
    raise SettingsError(f"DATABASE_URL has the unknown kind {url.drivername!r}: {_WAYS_OUT}")


def shown(url: URL) -> str:
    """*url* for people: without its password."""
    return url.render_as_string(hide_password=True)


def _folder(data_dir: Path) -> Path:
    try:
        # Only for us: what users did is nobody else's business.
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"HOLDFAST_DATA_DIR={data_dir} cannot be made ({error.strerror}): "
            "name a folder that this process may write to"
        ) from None
    return data_dir


def _file(path: str) -> URL:
    return URL.create("sqlite+aiosqlite", database=path)


def _sqlite(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        raise SettingsError(
            f"DATABASE_URL={shown(url)} is in memory, and forgotten at each start: "
            "use sqlite:///path/to/file.db"
        )
    if url.query:
        raise SettingsError(f"DATABASE_URL={shown(url)}: take away what follows the ?")
    return _file(url.database)


def _postgres(url: URL) -> URL:
    if find_spec("asyncpg") is None:
        raise SettingsError(
            f'DATABASE_URL={shown(url)} needs the driver asyncpg: pip install "holdfast[postgres]"'
        )
    unknown = sorted(set(url.query) - set(_POSTGRES_PARAMETERS))
    if unknown:
        known = ", ".join(sorted(_POSTGRES_PARAMETERS))
        raise SettingsError(
            f"DATABASE_URL={shown(url)} asks for {', '.join(unknown)}, which asyncpg does not "
            f"know: leave only {known}"
        )
    query = {_POSTGRES_PARAMETERS[name]: value for name, value in url.query.items()}
    if query.get("ssl", "prefer") not in _SSL_MODES:
        raise SettingsError(f"DATABASE_URL={shown(url)}: sslmode is one of {', '.join(_SSL_MODES)}")
    return url.set(drivername="postgresql+asyncpg", query=query)
