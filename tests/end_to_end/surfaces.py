"""What one worker says on each of its surfaces, and whether what anybody says ever goes back."""

from http.client import HTTPConnection
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.workers import Host, ask

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Scrapes:
    """Counters by a random worker each time: none may be less than before."""

    def __init__(self, hosts: list[Host]) -> None:
        self._hosts, self._turn = hosts, 0
        self._before: Samples = {}

    def scrape(self) -> None:
        """Look at one of the hosts, in turn."""
        self._turn += 1
        now = _samples(
            self._hosts[self._turn % len(self._hosts)].ask("/metrics"),
            "counter",
            "histogram",
            "summary",
        )
        gone_back = {
            key: (before, now.get(key)) for key, before in self._before.items()
            if now.get(key, 0.0) < before
        }  # fmt: skip
        assert not gone_back
        self._before = now


def _samples(text: str, *kinds: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        if not kinds or family.type in kinds
        for sample in family.samples
    }  # fmt: skip


def surfaces(connection: HTTPConnection) -> dict[str, Any]:
    """What the worker behind *connection* says: *counts* should be the number of requests."""
    card = ask(connection, "/monitoring/api/integration/sun")
    health = ask(connection, "/health/services/sun")["metrics"]
    overview = ask(connection, "/monitoring/api/metrics")
    samples = _samples(ask(connection, "/metrics"))
    shine = next(one for one in overview["requests"]["routes"] if one["route"] == "/shine")
    [paid] = [labels for name, labels in samples if name == "holdfast_usage_total"]
    return {
        "counts": {
            "native": card["lifetime"]["succeeded"],
            "window": card["window"]["succeeded"],
            "series": sum(card["series"]["total"]),
            "health": health["successful_requests"],
            "requests": shine["total"],
            "used": samples["holdfast_usage_total", paid] / 3,
            "cost": samples["holdfast_cost_usd_total", paid] * 4,
            **{name: _total(samples, name, **labels) for name, labels in _COUNTED},
        },
        "now": {
            "said_active": _total(samples, "active_sessions_current"),
            "sessions_active": _total(samples, "holdfast_sessions_active"),
            "workers": _total(samples, "holdfast_deployment_workers"),
        },
        "latency_ms": card["latency_ms"],
        "mean_ms": health["average_latency_ms"],
        "breaker": card["operations"][0]["breaker"],
        "chat_seconds": round(_total(samples, "chat_processing_duration_seconds_sum"), 6),
    }


_COUNTED: tuple[tuple[str, dict[str, str]], ...] = (
    ("holdfast_calls_total", {"integration": "sun", "outcome": "succeeded"}),
    ("holdfast_call_errors_total", {"integration": "mars"}),
    ("holdfast_attempt_duration_seconds_count", {"integration": "sun"}),
    ("http_server_request_duration_seconds_count", {"http_route": "/shine"}),
    ("http_server_time_to_first_byte_seconds_count", {"http_route": "/shine"}),
    ("http_requests_total", {"handler": "/shine"}),
    ("chat_messages_total", {}),
    ("chat_processing_duration_seconds_count", {}),
    ("holdfast_sessions_started_total", {}),
    ("holdfast_sessions_ended_total", {"status": "completed"}),
)


def _total(samples: Samples, name: str, **labels: str) -> float:
    wanted = labels.items()
    return sum(
        value for (its, pairs), value in samples.items() if its == name and wanted <= set(pairs)
    )  # fmt: skip
