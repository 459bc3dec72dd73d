"""A running PostgreSQL as a process that can be killed and started again where it stood."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import asyncpg
from sqlalchemy import URL


class PostgresProcess:
    """The server's main process; everything is read from the operating system."""

    def __init__(self, pid: int, folder: Path) -> None:
        self._pid, self._folder = pid, folder
        here = Path(f"/proc/{pid}")
        self._command = (here / "cmdline").read_bytes().decode().rstrip("\0").split("\0")
        lines = (here / "environ").read_bytes().decode().rstrip("\0").split("\0")
        self._environ = dict(line.split("=", 1) for line in lines if "=" in line)
        owner = here.stat()
        self._owner = (owner.st_uid, owner.st_gid)

    @classmethod
    async def of(cls, url: URL) -> Self:
        """The one that answers at *url*, on this machine."""
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn)
        folder = Path(await connection.fetchval("SHOW data_directory"))
        await connection.close()
        return cls(int((folder / "postmaster.pid").read_text().split()[0]), folder)

    def kill(self) -> None:
        """No farewell; its children follow when they notice."""
        os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):  # a zombie would count as alive
            os.waitpid(self._pid, 0)

    @contextmanager
    def again(self) -> Iterator[None]:
        """The same server on the same data; it repairs them as after a power cut."""
        someone = {}
        if os.geteuid() == 0:
            someone = {"user": self._owner[0], "group": self._owner[1], "extra_groups": []}
        log = (self._folder.parent / "again.log").open("wb")
        process = subprocess.Popen(  # type: ignore[call-overload]
            self._command, env=self._environ, cwd=self._folder, stdout=log, stderr=log, **someone
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
            log.close()
