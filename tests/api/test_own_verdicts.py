"""What an application says of its own steps, over HTTP, and after a restart."""

from pathlib import Path

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.events import Verdict
from tests.api.host import asking, call, mounted, until

pytestmark = pytest.mark.real_time

SESSION = "/monitoring/api/sessions/s"
RESULT = {
    "status": "failed", "score": 0.1, "method": "editor", "reason": "off topic",
    "integration": None, "operation": None,
}  # fmt: skip


def _judged(monitoring: Monitoring) -> None:
    with (
        monitoring.session("s", completes=False, service_type="guidance"),
        monitoring.step("guidance") as step,
    ):
        call(monitoring, session_id="s", verdict=Verdict("pass", score=1.0))
        step.judge(Verdict("fail", "off topic", "editor", 0.1))


async def test_a_word_is_shown_everywhere_and_survives_a_restart(tmp_path: Path) -> None:
    """In the list, alone and with the context, from memory; then from the record."""
    app, monitoring = mounted(tmp_path)
    _judged(monitoring)
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written == 3)
        [listed] = (await client.get("/monitoring/api/sessions")).json()["sessions"]
        live = (await client.get(SESSION)).json()
        flow = (await client.get("/monitoring/api/context/s")).json()
        await monitoring.kept()
    [own] = live["own_verdicts"]
    assert {name: value for name, value in own.items() if name != "at"} == {
        "step": "guidance", "verdict": "fail", "score": 0.1, "reason": "off topic",
        "method": "editor",
    }  # fmt: skip
    assert listed["own_verdicts"] == [own]
    assert live["validation_results"] == {"guidance": RESULT}
    assert [(one["verdict"], one["score"]) for one in live["steps"]] == [("pass", 1.0)]
    [taken] = flow["steps"]
    assert {name: taken[name] for name in ("outcome", "verdict", "score", "reason", "method")} == {
        "outcome": "failed", "verdict": "fail", "score": 0.1, "reason": "off topic",
        "method": "editor",
    }  # fmt: skip
    again, restarted = mounted(tmp_path)
    async with asking(again) as client:
        await until(lambda: restarted.record.status().status == "ok")
        assert restarted.sessions.find("s") is None
        kept = (await client.get(SESSION)).json()
        restarted.complete_session("s")
        await until(lambda: restarted.record.status().written == 1)
        over = (await client.get(SESSION)).json()
    assert (kept["own_verdicts"], kept["issues_found"]) == ([own], live["issues_found"])
    assert (over["validation_results"], over["overall_status"]) == ({"guidance": RESULT}, "failed")
