"""A worker that is going to be killed: it emits for ever, and says what it knows to be kept.

``python -m tests.chaos.worker <folder>`` with the database in DATABASE_URL.
"""

import asyncio
import os
import sys
from pathlib import Path

from fastapi import FastAPI

from holdfast.app.setup import load_settings, setup_monitoring
from tests.api.host import call


async def run(folder: Path) -> None:
    """Emit a thousand a second; every fiftieth beat waits until all of it is on a disk."""
    app = FastAPI()
    given = {"HOLDFAST_DATA_DIR": str(folder), "ENVIRONMENT": "development",
             "DATABASE_URL": os.environ["DATABASE_URL"]}  # fmt: skip
    monitoring = setup_monitoring(app, settings=load_settings(given, dotenv=None))
    emitted = 0
    async with app.router.lifespan_context(app):
        while True:
            for _ in range(10):
                call(monitoring)
                emitted += 1
            if emitted % 500 == 0:
                known = emitted
                word = "kept" if await monitoring.kept(10.0) else "unknown"
                _say(word, known)
            _say("emitted", emitted)
            await asyncio.sleep(0.01)


def _say(word: str, number: int) -> None:
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
