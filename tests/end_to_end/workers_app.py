"""The application that several workers serve: its calls take as long as they are told to."""

import os

from fastapi import FastAPI

from holdfast.app.setup import setup_monitoring
from holdfast.guard.options import GuardOptions

app = FastAPI()
monitoring = setup_monitoring(app)
PLAIN = GuardOptions(limiter=None, retry=None)


@app.get("/shine")
async def shine(ms: float) -> dict[str, int]:
    """One call that went through a guard, and one that was told of, of exactly *ms*."""
    await monitoring.guard("moon", "shine", PLAIN).call(_answer)
    monitoring.record_request("sun", True, ms, operation="shine")
    return {"worker": os.getpid()}


@app.get("/step")
async def step(session: str, name: str) -> dict[str, int]:
    """One step of a session, which may be taken by any worker."""
    with monitoring.session(session), monitoring.step(name):
        await monitoring.guard("moon", "shine", PLAIN).call(_answer)
    return {"worker": os.getpid()}


@app.get("/who")
async def who() -> dict[str, int | str]:
    """Which worker this is."""
    return {"worker": os.getpid(), "instance": monitoring.instance}


async def _answer() -> str:
    return "light"
