"""Tokens in files that only their owner can read: one for each account, replaced as a whole."""

import asyncio
import fcntl
import json
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from holdfast.errors import ConfigurationError
from holdfast.integrations.tokens import Tokens

OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700
LOOK_AGAIN_SECONDS = 0.05
"""How often another process is asked for a lock; there is no waiting for it without a thread."""


class FileTokens:
    """Keeps tokens in *folder*, which is made when it is needed.

    A file is written beside the old one, flushed to the disk, and takes its place at once: a
    crash leaves the old tokens or the new ones, never a part.
    """

    is_durable = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, asyncio.Lock] = {}

    async def load(self, account: str) -> Tokens | None:
        """What was saved last; `ConfigurationError` when the file holds something else."""
        return await asyncio.to_thread(_read, self._file(account))

    async def save(self, account: str, tokens: Tokens) -> None:
        """Keep *tokens*; `OSError` when the disk does not take them."""
        await asyncio.to_thread(_replace, self._file(account), _document(tokens))

    @asynccontextmanager
    async def held(self, account: str) -> AsyncIterator[None]:
        """One task of one process at a time. The lock ends with the process that holds it."""
        async with self._locks.setdefault(account, asyncio.Lock()):
            handle = await asyncio.to_thread(_open_lock, self._file(account).with_suffix(".lock"))
            try:
                while not _locked(handle):  # noqa: ASYNC110 - another process has no event for us
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
                yield
            finally:
                os.close(handle)

    def _file(self, account: str) -> Path:
        return self._folder / f"{quote(account, safe='')}.json"


def _read(file: Path) -> Tokens | None:
    try:
        known: dict[str, Any] = json.loads(file.read_bytes())
        scopes = known["scopes"]
        return Tokens(
            access_token=str(known["access_token"]),
            refresh_token=str(known["refresh_token"]),
            expires_at=_moment(known["expires_at"]),
            refresh_expires_at=_moment(known["refresh_expires_at"]),
            scopes=None if scopes is None else frozenset(map(str, scopes)),
            origin=str(known["origin"]),
            refreshing_since=_moment(known["refreshing_since"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        raise ConfigurationError(
            f"{file} does not hold tokens; remove it to start from the configured ones"
        ) from None


def _moment(told: Any) -> float | None:
    return None if told is None else float(told)


def _document(tokens: Tokens) -> bytes:
    known: dict[str, Any] = asdict(tokens)
    known["scopes"] = None if tokens.scopes is None else sorted(tokens.scopes)
    if tokens.expires_at == math.inf:
        known["expires_at"] = "inf"
    return json.dumps(known, allow_nan=False).encode()


def _replace(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(handle)
    beside.replace(file)
    _flush(file.parent)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_lock(file: Path) -> int:
    file.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    return os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
