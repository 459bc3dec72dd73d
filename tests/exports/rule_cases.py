"""What each alert is for, as `promtool test rules` plays it: series, and who must fire."""

import json
from typing import Any, NamedTuple

from holdfast.exports.rule import Alert
from holdfast.exports.rules import ALERTS

HOUR = 60


class Fires(NamedTuple):
    """An alert as Prometheus tells it: its *labels* beside the severity, and its summary."""

    labels: dict[str, str]
    summary: str


class Case(NamedTuple):
    """*series* are played at one sample a minute; after *minutes* these fire, and no other."""

    about: str
    series: dict[str, str]
    minutes: int
    fires: dict[str, Fires]


def _requests(status: str, each: int, minutes: int = 2 * HOUR) -> dict[str, str]:
    labels = f'job="holdfast",handler="/chat",method="POST",status="{status}"'
    return {f"http_requests_total{{{labels}}}": f"0+{each}x{minutes}"}


def _histogram(name: str, labels: str, slowest: str, each: int = 60) -> dict[str, str]:
    """Everything is in the bucket *slowest*."""
    bounds = ["0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "7.5", "10.0", "30.0", "+Inf"]
    counts = [each if at >= bounds.index(slowest) else 0 for at in range(len(bounds))]
    return {
        f'{name}_bucket{{{labels},le="{bound}"}}': f"0+{count}x120"
        for bound, count in zip(bounds, counts, strict=True)
    }


UP = {'up{job="holdfast",instance="a:1"}': "1x120"}
_OF_JOB = {"job": "holdfast"}
_TEN_PERCENT = Fires(_OF_JOB, "holdfast fails 10% of its requests")
_OPENAI = {**_OF_JOB, "integration": "openai"}
_OPENAI_CHAT = {**_OPENAI, "operation": "chat"}
_AUTH0 = {**_OF_JOB, "component": "auth0"}
_CALLS = 'job="holdfast",integration="openai",operation="chat"'


def _calls(name: str, label: str, **each: int) -> dict[str, str]:
    return {
        f'{name}{{{_CALLS},{label}="{value}"}}': f"0+{number}x120" for value, number in each.items()
    }


CASES = (
    Case("fault 5: while all is well nobody fires", {**UP, **_requests("200", 60)}, 30, {}),
    Case(
        "fault 5: an instance that is down fires",
        {'up{job="holdfast",instance="a:1"}': "1x9 0x120"}, 15,
        {"HoldfastInstanceDown": Fires({**_OF_JOB, "instance": "a:1"}, "a:1 does not answer")},
    ),
    Case(
        "fault 5: no instance at all fires", {}, 10,
        {"HoldfastAbsent": Fires({}, "there is no instance of the job holdfast")},
    ),
    Case(
        "fault 6: one error in a thousand is no error rate of 100 %",
        {**UP, **_requests("200", 60_000), **_requests("500", 6)}, 30, {},
    ),
    Case(
        "fault 6: one in ten is one, and it burns the budget",
        {**UP, **_requests("200", 54), **_requests("503", 6)}, 2 * HOUR,
        {
            "HoldfastErrorRate": _TEN_PERCENT, "HoldfastErrorBudgetBurnsFast": _TEN_PERCENT,
            "HoldfastErrorBudgetBurnsSlowly": _TEN_PERCENT,
        },
    ),
    Case(
        "one in a hundred burns it slowly",
        {**UP, **_requests("200", 5_940), **_requests("500", 60)}, 2 * HOUR,
        {"HoldfastErrorBudgetBurnsSlowly": Fires(_OF_JOB, "holdfast fails 1% of its requests")},
    ),
    Case(
        "fault 4: a p95 above five seconds is seen",
        {
            **UP,
            **_histogram(
                "http_request_duration_seconds", 'job="holdfast",handler="/chat",method="POST"',
                "7.5",
            ),
        },
        30, {"HoldfastLatency": Fires(_OF_JOB, "holdfast takes 7.375s (p95)")},
    ),
    Case(
        "fault 4: one of two seconds is none",
        {**UP, **_histogram("http_request_duration_seconds", 'job="holdfast",handler="/"', "2.5")},
        30, {},
    ),
    Case(
        "an integration that fails, refusals apart",
        {**UP, **_calls("holdfast_calls_total", "outcome", succeeded=7, failed=3, refused=90)}, 30,
        {"HoldfastIntegrationFails": Fires(_OPENAI, "openai fails 30% of the calls")},
    ),
    Case(
        "refusals are no failures",
        {**UP, **_calls("holdfast_calls_total", "outcome", succeeded=99, failed=1, refused=900)},
        30, {},
    ),
    Case(
        "answers that mean nothing, with a good status",
        {
            **UP, **_calls("holdfast_calls_total", "outcome", succeeded=60),
            **_calls("holdfast_answers_judged_total", "judgement", **{"pass": 40, "fail": 20}),
        },
        30, {"HoldfastMeaning": Fires(_OPENAI, "33.33% of openai's answers mean nothing")},
    ),
    Case(
        "a provider that grows slow",
        {**UP, **_histogram("holdfast_attempt_duration_seconds", _CALLS, "30.0")}, 30,
        {"HoldfastIntegrationSlow": Fires(_OPENAI, "openai takes 29s (p95)")},
    ),
    Case(
        "a breaker that stays open",
        {
            **UP, f'holdfast_breaker_state{{{_CALLS},state="open"}}': "0x4 1x100",
            f'holdfast_breaker_state{{{_CALLS},state="closed"}}': "1x4 0x100",
        },
        10, {"HoldfastBreakerOpen": Fires(_OPENAI_CHAT, "the breaker of openai chat is open")},
    ),
    Case(
        "a component that is unhealthy",
        {
            **UP,
            'component_health_status{job="holdfast",component="auth0",'
            'component_health_status="unhealthy"}': "1x100",
        },
        10, {"HoldfastComponentUnhealthy": Fires(_AUTH0, "auth0 is unhealthy")},
    ),
    Case(
        "events that were dropped",
        {
            **UP, 'holdfast_record_waiting_events{job="holdfast"}': "0x100",
            'holdfast_events_dropped_total{job="holdfast",reason="buffer_full"}': "0x5 7x100",
        },
        10, {"HoldfastEventsDropped": Fires(_OF_JOB, "holdfast has dropped events")},
    ),
    Case(
        "a loop that is blocked",
        {**UP, **_histogram("asyncio_loop_lag_seconds", 'job="holdfast"', "0.5")}, 30,
        {"HoldfastLoopBlocked": Fires(_OF_JOB, "the event loop of holdfast is 487.5ms late (p95)")},
    ),
)  # fmt: skip


def document(rules: str) -> str:
    """The cases as a file of promtool (JSON is YAML); every alert is asked in every case."""
    tests = [
        {
            "name": case.about,
            "interval": "1m",
            "input_series": [
                {"series": name, "values": values} for name, values in case.series.items()
            ],
            "alert_rule_test": [_asked(case, alert) for alert in ALERTS],
        }
        for case in CASES
    ]
    return json.dumps({"rule_files": [rules], "evaluation_interval": "1m", "tests": tests})


def _asked(case: Case, alert: Alert) -> dict[str, Any]:
    expected = [case.fires[alert.name]] if alert.name in case.fires else []
    return {
        "eval_time": f"{case.minutes}m",
        "alertname": alert.name,
        "exp_alerts": [
            {
                "exp_labels": {**one.labels, "severity": alert.severity},
                "exp_annotations": {"summary": one.summary, "description": alert.description},
            }
            for one in expected
        ],
    }
