"""The application that several workers serve: its calls take as long as they are told to."""

import os

from fastapi import FastAPI

from holdfast.app.setup import setup_monitoring
from holdfast.events import CallFinished, Origin, Scope, Usage
from holdfast.guard.options import GuardOptions

app = FastAPI()
monitoring = setup_monitoring(app)
monitoring.update_active_sessions("chat", "anonymous", 1)
PLAIN = GuardOptions(limiter=None, retry=None)


@app.get("/shine")
async def shine(ms: float) -> dict[str, int]:
    """One of everything that is counted: calls of exactly *ms*, one fails, one has a price."""
    with monitoring.session(service_type="light"):
        await monitoring.guard("moon", "shine", PLAIN).call(_answer)
    monitoring.record_request("sun", True, ms, operation="shine")
    monitoring.record_request("mars", False, ms, "Unavailable", operation="shine")
    monitoring.track_business_metric("message", user_type="anonymous", message_type="user")
    monitoring.track_performance_metric("chat_processing", ms / 1000, model="m")
    usage = Usage("tokens", 3.0, model="m", cost_usd=0.25)
    monitoring.emit(
        CallFinished(
            Origin("moon", "paid", 0, Scope()), monitoring.clock.wall(), "succeeded", ms, 0.0, ms,
            1, usage=usage,
        )
    )  # fmt: skip
    return {"worker": os.getpid()}


@app.get("/who")
async def who() -> dict[str, int | str]:
    """Which worker this is."""
    return {"worker": os.getpid(), "instance": monitoring.instance}


async def _answer() -> str:
    return "light"
