"""The database that the settings name, or the pool that the host shares with us."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.settings.settings import Settings
from holdfast.storage import schema
from holdfast.storage.address import address
from holdfast.storage.engine import close_engine, in_schema, open_engine
from holdfast.storage.upkeep import UpkeepPlan


def address_of(settings: Settings) -> URL:
    """Where the record is; raises `SettingsError` with the way out."""
    secret = settings.database_url
    return address(secret.get_secret_value() if secret else None, Path(settings.data_dir))


def plan_of(settings: Settings) -> UpkeepPlan:
    """What is forgotten when."""
    archive_to = Path(settings.data_dir) / "archive" if settings.archive else None
    max_bytes = settings.max_database_mb * 1024 * 1024
    return UpkeepPlan(settings.retention_days, max_bytes, settings.upkeep_hour, archive_to)


class Database:
    """Where it is, in which *schema*, and how it is opened and closed."""

    def __init__(self, settings: Settings, engine: AsyncEngine | None = None) -> None:
        self._shared = engine
        self.url = engine.url if engine is not None else address_of(settings)
        self.schema = settings.database_schema
        self.is_sqlite = self.url.get_backend_name() == "sqlite"

    def open(self) -> AsyncEngine:
        """An engine, connected at its first use."""
        return in_schema(self._shared or open_engine(self.url), self.schema)

    async def close(self, engine: AsyncEngine) -> None:
        """Give back what `open` opened; the host's pool is the host's."""
        if self._shared is None:
            await close_engine(engine)

    async def state(self) -> schema.SchemaState:
        """What the database holds, asked through the host's pool when it is shared."""
        if self._shared is not None:
            return await schema.check_through(self._shared, self.schema)
        return await schema.check(self.url, self.schema)

    async def upgrade(self) -> schema.SchemaState:
        """Bring it to our version, as `schema.upgrade`."""
        if self._shared is not None and not self.is_sqlite:
            return await schema.upgrade_through(self._shared, self.schema)
        return await schema.upgrade(self.url, self.schema)

    async def sync(self) -> None:
        """What was committed is on the disk itself (PostgreSQL sees to that alone)."""
        if self.is_sqlite:
            await asyncio.to_thread(_sync, Path(f"{self.url.database}-wal"))


def _sync(path: Path) -> None:
    # Not there: checkpointed meanwhile, which syncs too.
    with suppress(FileNotFoundError), path.open("rb") as file:
        os.fsync(file.fileno())
