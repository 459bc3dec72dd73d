"""The voice contract's trends: from roll-ups, with the number of calls they rest on."""

from pathlib import Path

import pytest

from holdfast.errors import ConfigurationError, LifecycleError
from tests.api.host import asking, call, mounted, past, shape, until

pytestmark = pytest.mark.real_time

HALF = {"calls": "int", "success_rate": "float", "mean_ms": "float", "p95_ms": "float"}
ANALYZED = {
    "status": "str", "timestamp": "float", "service": "str", "analysis_hours": "int",
    "trends": {
        "trend": "str", "success_rate_trend": "str", "latency_trend": "str", "data_points": "int",
        "time_range_hours": "int", "first_half": HALF, "second_half": HALF,
    },
}  # fmt: skip


@pytest.mark.parametrize("base", ["/health", "/api/v1/health"])
async def test_the_document_has_the_contracts_keys(tmp_path: Path, base: str) -> None:
    """And what each half of the calls was."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await past(monitoring, (20, 100, 0, 100.0), (2, 100, 10, 300.0))
        answer = await client.get(f"{base}/trends/openai")
    document = answer.json()
    assert (answer.status_code, shape(document)) == (200, ANALYZED)
    found = document["trends"]
    assert (found["success_rate_trend"], found["latency_trend"]) == ("declining", "increasing")
    assert (found["data_points"], found["time_range_hours"]) == (200, 24)
    assert (found["first_half"]["mean_ms"], found["second_half"]["success_rate"]) == (100.0, 90.0)


async def test_only_the_asked_hours_count(tmp_path: Path) -> None:
    """Days are looked at by the hour, the last hour by ten seconds."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await past(
            monitoring, (500, 30, 0, 50.0), (40, 30, 0, 50.0), (0.5, 30, 0, 50.0), (0, 30, 0, 50.0)
        )
        points = {
            hours: (await client.get(f"/health/trends/openai?hours={hours}")).json()["trends"]
            for hours in (1, 24, 72, 720)
        }
    assert {hours: found["data_points"] for hours, found in points.items()} == {
        1: 60, 24: 60, 72: 90, 720: 120,
    }  # fmt: skip
    assert {found["trend"] for found in points.values()} == {"analyzed"}


async def test_a_young_service_is_looked_at_closely(tmp_path: Path) -> None:
    """Its calls are all of one hour: finer buckets tell more. All at once is too little."""
    app, monitoring = mounted(tmp_path)
    async with asking(app):
        await past(monitoring, (0.1, 30, 0, 50.0), (0, 30, 30, 50.0))
        found = await monitoring.get_performance_trends("openai", 24)
        call(monitoring, integration="deepgram", operation="stt")
        few = await monitoring.get_performance_trends("deepgram", 24)
    assert (found["trend"], found["success_rate_trend"]) == ("analyzed", "declining")
    assert few["message"] == "Not enough data: 1 calls, at least 20 are needed"


@pytest.mark.parametrize("hours", ["0", "-1", "721", "many"])
async def test_hours_are_bounded(tmp_path: Path, hours: str) -> None:
    """1 to 720, over HTTP and in Python."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(f"/health/trends/openai?hours={hours}")
    assert answer.status_code == 422
    if hours != "many":
        with pytest.raises(ValueError, match="hours must be 1 to 720"):
            await monitoring.get_performance_trends("openai", int(hours))


async def test_without_a_record_there_are_no_trends(tmp_path: Path) -> None:
    """503 with the contract's words; in Python an error that says why."""
    app, monitoring = mounted(tmp_path)
    with pytest.raises(LifecycleError, match="the record is not open"):
        await monitoring.get_performance_trends("openai")
    with pytest.raises(ConfigurationError, match="no service named 'nope'"):
        await monitoring.get_performance_trends("nope")
    async with asking(app) as client:
        await until(lambda: monitoring.record.history is not None)
        monitoring.record.history = None
        answer = await client.get("/health/trends/openai")
    assert (answer.status_code, answer.json()) == (503, {"detail": "Trends retrieval failed"})
