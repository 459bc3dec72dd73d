"""The exposition says what was counted, in a form that Prometheus takes."""

import shutil
import subprocess
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import (
    BreakerMoved,
    CallFinished,
    MetricTracked,
    RequestFinished,
    SessionEnded,
    SessionStarted,
    Usage,
)
from holdfast.telemetry.exposition.families import FAMILIES
from tests.telemetry.facts import HISTORIES, REQUESTS, History, request
from tests.telemetry.watched import CLIENTS_OWN, Samples, Watched


def test_every_family_is_there_without_a_sample() -> None:
    """HELP and TYPE from the first scrape on: nobody's query is wrong because nothing happened."""
    found = {
        f"{name}_total" if one.type == "counter" else name: one.type
        for name, one in Watched().families().items()
        if not name.startswith(CLIENTS_OWN)
    }
    assert found == {family.name: family.kind for family in FAMILIES}
    assert all(family.help.endswith(".") for family in FAMILIES)


@pytest.mark.unmeasured
@given(st.lists(HISTORIES, max_size=8))
def test_calls_are_those_that_were_made(histories: list[History]) -> None:
    """By outcome, judgement and error; attempts by their duration; retries beyond the first."""
    events = [one for number, each in enumerate(histories) for one in each.events(number, 0.0)]
    samples = Watched(events).samples()
    expected: Counter[Any] = Counter()
    for one in histories:
        labels = (("integration", "sun"), ("operation", one.operation))
        expected["holdfast_calls_total", (*labels, ("outcome", one.outcome))] += 1
        expected["holdfast_usage_total", (*labels, ("unit", "tokens"))] += 1
        expected["holdfast_unpriced_calls_total", (*labels, ("unit", "tokens"))] += 1
        expected["holdfast_retries_total", labels] += max(one.attempts - 1, 0)
        expected["holdfast_attempt_duration_seconds_count", labels] += len(one.latencies)
        if one.outcome == "failed":
            expected["holdfast_call_errors_total", (("error_type", "OSError"), *labels)] += 1
    assert {key: samples.get(key) for key in expected} == dict(expected)


@pytest.mark.unmeasured
@given(st.lists(REQUESTS, max_size=20))
def test_requests_are_those_that_came(requests: list[RequestFinished]) -> None:
    """How many, how long and how large, by method, route, status and error."""
    expected: Counter[str] = Counter()
    for one in requests:
        expected["http_server_request_duration_seconds_count"] += 1
        expected["http_server_request_body_size_bytes_sum"] += one.request_bytes
        expected["http_server_response_body_size_bytes_sum"] += one.response_bytes
        expected["http_requests_total"] += 1
        expected["http_request_duration_seconds_count"] += 1
        expected["http_request_duration_highr_seconds_count"] += 1
        expected["http_request_size_bytes_sum"] += one.request_bytes
        for prefix in ("crowdfunding_api", "crowdfunding_api_http"):
            expected[f"{prefix}_requests_total"] += 1
            expected[f"{prefix}_request_duration_seconds_count"] += 1
            expected[f"{prefix}_response_size_bytes_sum"] += one.response_bytes
    totals: Counter[str] = Counter()
    for (name, _), value in Watched(requests).samples().items():
        totals[name] += int(value)
    assert {name: totals[name] for name in expected} == dict(expected)


def test_buckets_are_cumulative_and_reach_infinity() -> None:
    """As a histogram must: never falling, the last one the count."""
    watched = Watched([request(duration_ms=one) for one in (5.0, 5.1, 29_000.0, 31_000.0)])
    buckets = [
        (sample.labels["le"], sample.value)
        for sample in watched.families()["http_server_request_duration_seconds"].samples
        if sample.name.endswith("_bucket")
    ]
    assert [bound for bound, _ in buckets] == [
        "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5",
        "5.0", "7.5", "10.0", "30.0", "+Inf",
    ]  # fmt: skip
    assert [value for _, value in buckets] == [1, *[2] * 13, 3, 4]


def test_a_flood_of_series_ends_in_one() -> None:
    """Beyond the bound everything is one series, marked as the overflow, and nothing is lost."""
    watched = Watched([request(route=f"/{one}") for one in range(50)], most_series=10)
    counts = {
        labels: value
        for (name, labels), value in watched.samples().items()
        if name == "http_server_request_duration_seconds_count"
    }
    assert len(counts) == 11
    assert counts[(("otel_metric_overflow", "true"),)] == 40
    assert sum(counts.values()) == 50


def test_a_breaker_is_in_one_state() -> None:
    """1 for the state it is in, 0 for the others; each opening is a trip."""
    moved = BreakerMoved("sun", "shine", 0.0, "closed", "open", "5 failures in a row", 60.0)
    samples = Watched([moved, moved]).samples()
    states = {dict(labels)["state"]: value for (name, labels), value in samples.items()
              if name == "holdfast_breaker_state"}  # fmt: skip
    assert states == {
        "closed": 0, "half_open": 1, "open": 0, "forced_open": 0, "forced_closed": 0, "disabled": 0,
    }  # fmt: skip
    key = "holdfast_breaker_trips_total", (("integration", "sun"), ("operation", "shine"))
    assert samples[key] == 2


def _states(name: str, labels: dict[str, str], states: str, now: str) -> Samples:
    label = name if name == "component_health_status" else "state"
    return {
        (name, tuple(sorted({**labels, label: state}.items()))): float(state == now)
        for state in states.split()
    }


def test_what_is_our_own_is_shown() -> None:
    """The record, what was dropped and why, what is open right now, and how everything is."""
    states = "healthy degraded unhealthy unknown"
    breaker = {"integration": "sun", "operation": "shine"}
    expected: Samples = {
        ("holdfast_build_info", (("version", "1.2.3"),)): 1,
        ("http_server_active_requests", ()): 4,
        ("http_server_websocket_active_connections", ()): 5,
        ("http_requests_inprogress", (("handler", "/slow"), ("method", "GET"))): 3,
        ("http_requests_inprogress", (("handler", "none"), ("method", "POST"))): 1,
        ("holdfast_sessions_active", ()): 6,
        ("holdfast_sessions_ended_total", (("status", "completed"),)): 0,
        ("holdfast_sessions_ended_total", (("status", "timed_out"),)): 0,
        ("holdfast_record_written_events_total", ()): 40,
        ("holdfast_record_waiting_events", ()): 3,
        ("holdfast_record_spooled_events", ()): 0,
        ("holdfast_record_spool_bytes", ()): 0,
        ("holdfast_events_dropped_total", (("reason", "buffer_full"),)): 2,
        ("holdfast_events_dropped_total", (("reason", "shutdown"),)): 1,
        ("holdfast_events_dropped_total", (("reason", "live_client_slow"),)): 7,
        ("holdfast_deployment_workers", ()): 1,
        ("holdfast_deployment_failures_total", ()): 0,
        ("holdfast_deployment_unknown_snapshots_total", ()): 0,
        (
            "holdfast_alerts_firing",
            (("integration", "sun"), ("rule", "latency"), ("severity", "warning")),
        ): 1,
        **_states("component_health_status", {"component": "qa_cache"}, states, "degraded"),
        **_states("holdfast_integration_state", {"integration": "sun"}, states, "unhealthy"),
        **_states(
            "holdfast_breaker_state",
            breaker,
            "closed half_open open forced_open forced_closed disabled",
            "half_open",
        ),
    }
    found = {
        key: value
        for key, value in Watched().samples().items()
        if not key[0].startswith((*CLIENTS_OWN, "asyncio_loop_lag", "http_request_duration_highr"))
    }
    assert found == expected


def test_sessions_usage_and_lateness_are_counted() -> None:
    """What began and ended, what was used and paid, how late the loop was."""
    paid = History("rise", (), "succeeded", 1.0, None).events(1, 0.0)
    for one in paid:
        if isinstance(one, CallFinished):
            one.usage = Usage("token", 12.0, 88.0, "solar-1", None, 0.25)  # type: ignore[misc]
    watched = Watched(
        [
            SessionStarted("s1", 1.0, None, "guidance"),
            SessionStarted("s2", 1.0, None, None),
            SessionEnded("s1", 2.0, "completed"),
            *paid,
            *paid,
        ]
    )
    watched.lag.add(0.3)
    samples = watched.samples()
    labels = (
        ("integration", "sun"), ("model", "solar-1"), ("operation", "rise"), ("unit", "token"),
    )  # fmt: skip
    assert {
        key: samples[key]
        for key in (
            ("holdfast_sessions_started_total", (("service_type", "guidance"),)),
            ("holdfast_sessions_started_total", ()),
            ("holdfast_sessions_ended_total", (("status", "completed"),)),
            ("holdfast_usage_total", labels),
            ("holdfast_cost_usd_total", labels),
            ("holdfast_quota_remaining", labels),
            ("asyncio_loop_lag_seconds_sum", ()),
        )
    } == {
        ("holdfast_sessions_started_total", (("service_type", "guidance"),)): 1,
        ("holdfast_sessions_started_total", ()): 1,
        ("holdfast_sessions_ended_total", (("status", "completed"),)): 1,
        ("holdfast_usage_total", labels): 24,
        ("holdfast_cost_usd_total", labels): 0.5,
        ("holdfast_quota_remaining", labels): 88,
        ("asyncio_loop_lag_seconds_sum", ()): 0.3,
    }


def test_calls_that_were_reset_while_we_read_are_left_out() -> None:
    """A scrape in the middle of a reset is short, not broken."""
    watched = Watched(History("rise", (), "succeeded", 1.0, None).events(1, 0.0))
    watched.calls.counted = lambda key: None  # type: ignore[method-assign]
    assert watched.families()["holdfast_calls"].samples == []


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5, unique=True))
def test_any_text_comes_back_as_the_label_it_was(values: list[str]) -> None:
    """Quotes, backslashes, new lines and percents: a parser reads what was told."""
    told = [MetricTracked("document_operations", (one, "d", "s"), 1.0, 0.0) for one in values]
    found = Watched(told).families()["document_operations"].samples
    expected = sorted(values)
    assert sorted(one.labels.get("operation", "") for one in found) == expected


def test_many_series_come_in_slices() -> None:
    """None of them is large: whoever waits for the event loop has his turn in between."""
    watched = Watched([request(route=f"/{one}") for one in range(500)])
    slices = list(watched.exposition.slices())
    assert len(slices) > 20
    assert max(len(one) for one in slices) < 110_000
    assert b"".join(slices).count(b"http_server_request_duration_seconds_count{") == 500


@pytest.mark.real_time
def test_promtool_has_nothing_to_say() -> None:
    """Names, types, units and labels pass Prometheus' own linter."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    events = [*History("rise", ((0, 1.0),), "failed", 2.0, None).events(1, 0.0), request(route='"')]
    command = [promtool, "check", "metrics"]
    checked = subprocess.run(
        command, input=Watched(events).text(), capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
