"""The exposition says what was counted, in a form that Prometheus takes."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from holdfast.clock import Clock
from holdfast.events import BreakerMoved, Event, RequestFinished
from holdfast.telemetry.buffer import RecordStatus
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.prometheus import Exposition, Read
from holdfast.telemetry.requests import RequestMetrics
from tests.telemetry.facts import HISTORIES, REQUESTS, Hands, History, request

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Watched:
    """Folds of *events*, and the exposition over them."""

    def __init__(self, events: Iterable[Event] = (), *, most_series: int = 2000) -> None:
        clock = Clock(Hands(), Hands())
        self.calls, self.requests = (
            CallMetrics(clock),
            RequestMetrics(clock, most_series=most_series),
        )
        for event in events:
            self.calls(event)
            self.requests(event)
        status = RecordStatus("ok", 3, 40, {"buffer_full": 2, "shutdown": 1})
        self._exposition = Exposition(
            Read(
                self.calls, self.requests, lambda: 4, lambda: 5,
                lambda: [("sun", "shine", "half_open")], lambda: status,
                lambda: {"live_client_slow": 7},
            )
        )  # fmt: skip

    def text(self) -> str:
        """What a scrape answers."""
        return self._exposition.text().decode()

    def families(self) -> dict[str, Metric]:
        """Each family by its name."""
        return {one.name: one for one in text_string_to_metric_families(self.text())}

    def samples(self) -> Samples:
        """Each sample by its name and its labels that are not empty."""
        return {
            (
                sample.name,
                tuple((k, v) for k, v in sorted(sample.labels.items()) if v),
            ): sample.value
            for family in self.families().values()
            for sample in family.samples
        }


FAMILIES = {
    "http_server_request_duration_seconds": "histogram",
    "http_server_request_body_bytes": "counter",
    "http_server_response_body_bytes": "counter",
    "http_server_active_requests": "gauge",
    "http_server_websocket_active_connections": "gauge",
    "holdfast_calls": "counter",
    "holdfast_answers_served": "counter",
    "holdfast_answers_judged": "counter",
    "holdfast_call_errors": "counter",
    "holdfast_attempt_duration_seconds": "histogram",
    "holdfast_retries": "counter",
    "holdfast_breaker_trips": "counter",
    "holdfast_usage": "counter",
    "holdfast_cost_usd": "counter",
    "holdfast_unpriced_calls": "counter",
    "holdfast_breaker_state": "gauge",
    "holdfast_record_written_events": "counter",
    "holdfast_record_waiting_events": "gauge",
    "holdfast_record_spooled_events": "gauge",
    "holdfast_record_spool_bytes": "gauge",
    "holdfast_events_dropped": "counter",
    "holdfast_deployment_workers": "gauge",
    "holdfast_deployment_failures": "counter",
    "holdfast_deployment_unknown_snapshots": "counter",
    "holdfast_shared_state_up": "gauge",
    "holdfast_shared_state_failures": "counter",
    "holdfast_shared_state_joins": "counter",
    "holdfast_shared_state_round_trip_seconds": "gauge",
}


def test_every_family_is_there_without_a_sample() -> None:
    """HELP and TYPE from the first scrape on: nobody's query is wrong because nothing happened."""
    families = Watched().families()
    assert {name: one.type for name, one in families.items()} == FAMILIES
    assert all(one.documentation.endswith(".") for one in families.values())


@settings(max_examples=40)
@given(st.lists(HISTORIES, max_size=8))
def test_calls_are_those_that_were_made(histories: list[History]) -> None:
    """By outcome, judgement and error; attempts by their duration; retries beyond the first."""
    events = [one for number, each in enumerate(histories) for one in each.events(number, 0.0)]
    samples = Watched(events).samples()
    expected: Counter[Any] = Counter()
    for one in histories:
        labels = (("integration", "sun"), ("operation", one.operation))
        expected["holdfast_calls_total", (*labels, ("outcome", one.outcome))] += 1
        expected["holdfast_retries_total", labels] += max(one.attempts - 1, 0)
        expected["holdfast_usage_total", (*labels, ("unit", "tokens"))] += 1
        expected["holdfast_unpriced_calls_total", (*labels, ("unit", "tokens"))] += 1
        expected["holdfast_attempt_duration_seconds_count", labels] += len(one.latencies)
        if one.outcome == "failed":
            expected["holdfast_call_errors_total", (("error_type", "OSError"), *labels)] += 1
    assert {key: samples.get(key) for key in expected} == dict(expected)


@settings(max_examples=40)
@given(st.lists(REQUESTS, max_size=20))
def test_requests_are_those_that_came(requests: list[RequestFinished]) -> None:
    """How many, how long and how large, by method, route, status and error."""
    expected: Counter[str] = Counter()
    for one in requests:
        expected["http_server_request_duration_seconds_count"] += 1
        expected["http_server_request_body_bytes_total"] += one.request_bytes
        expected["http_server_response_body_bytes_total"] += one.response_bytes
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
        "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0",
        "+Inf",
    ]  # fmt: skip
    assert [value for _, value in buckets] == [1, *[2] * 10, 3, 4]


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


def test_what_is_our_own_is_shown() -> None:
    """The record, what was dropped and why, and what is open right now."""
    expected: Samples = {
        ("http_server_active_requests", ()): 4,
        ("http_server_websocket_active_connections", ()): 5,
        ("holdfast_record_written_events_total", ()): 40,
        ("holdfast_record_waiting_events", ()): 3,
        ("holdfast_record_spooled_events", ()): 0,
        ("holdfast_record_spool_bytes", ()): 0,
        ("holdfast_events_dropped_total", (("reason", "buffer_full"),)): 2,
        ("holdfast_events_dropped_total", (("reason", "shutdown"),)): 1,
        ("holdfast_events_dropped_total", (("reason", "live_client_slow"),)): 7,
        **{
            (
                "holdfast_breaker_state",
                (("integration", "sun"), ("operation", "shine"), ("state", state)),
            ): float(state == "half_open")
            for state in (
                "closed", "half_open", "open", "forced_open", "forced_closed", "disabled",
            )
        },
    }  # fmt: skip
    assert Watched().samples() == expected


def test_calls_that_were_reset_while_we_read_are_left_out() -> None:
    """A scrape in the middle of a reset is short, not broken."""
    watched = Watched(History("rise", (), "succeeded", 1.0, None).events(1, 0.0))
    watched.calls.counted = lambda key: None  # type: ignore[method-assign]
    assert watched.families()["holdfast_calls"].samples == []


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
