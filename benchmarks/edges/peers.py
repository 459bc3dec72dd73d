"""The peers, as their manuals begin, with sizes where they offer them."""

from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette_exporter import PrometheusMiddleware
from starlette_exporter.optional_metrics import request_body_size, response_body_size

from benchmarks.edges.application import application
from benchmarks.edges.watchers import Counted, Said, Watched


def instrumentator() -> Watched:
    """prometheus-fastapi-instrumentator."""
    app, registry = application(), CollectorRegistry()
    Instrumentator(registry=registry).instrument(app)
    names = {
        "number": "http_requests_total", "seconds": "http_request_duration_seconds_sum",
        "received": "http_request_size_bytes_sum", "sent": "http_response_size_bytes_sum",
    }  # fmt: skip
    return Watched(app, lambda: _said(registry, names, ("method", "handler", "status")))


def exporter() -> Watched:
    """starlette_exporter."""
    app = application()
    app.add_middleware(
        PrometheusMiddleware, app_name="edges", prefix="edges",
        optional_metrics=[request_body_size, response_body_size],
    )  # fmt: skip
    names = {
        "number": "edges_requests_total", "seconds": "edges_request_duration_seconds_sum",
        "received": "edges_request_body_bytes_total", "sent": "edges_response_body_bytes_total",
    }  # fmt: skip
    return Watched(app, lambda: _said(REGISTRY, names, ("method", "path", "status_code")))


def native() -> Watched:
    """FastAPI's own OpenTelemetry metrics."""
    reader = InMemoryMetricReader()
    app = application(telemetry={"meter_provider": MeterProvider([reader]), "tracing": False})
    return Watched(app, lambda: _of_otel(reader))


PEERS: Mapping[str, Callable[[], Watched]] = {
    "prometheus-fastapi-instrumentator": instrumentator,
    "starlette-exporter": exporter,
    "FastAPI's own metrics": native,
}


def _said(registry: CollectorRegistry, names: Mapping[str, str], labels: tuple[str, ...]) -> Said:
    sums: dict[str, dict[str, float]] = {name: {} for name in names}
    for family in registry.collect():
        for sample in family.samples:
            for figure, name in names.items():
                if sample.name == name:
                    key = _words(sample.labels, labels)
                    sums[figure][key] = sums[figure].get(key, 0.0) + sample.value
    return {
        key: Counted(number, *(_of(sums[one], key) for one in ("seconds", "received", "sent")))
        for key, number in sums["number"].items()
    }


def _of(sums: Mapping[str, float], key: str) -> float | None:
    """By the whole key, or by what there is of it: some metrics lack the status or the method."""
    method, route, _ = key.split(" ")
    return next((sums[one] for one in (key, f"{method} {route}", route) if one in sums), None)


def _words(found: Mapping[str, str], labels: tuple[str, ...]) -> str:
    return " ".join(found[label] or "-" for label in labels if label in found)


def _of_otel(reader: InMemoryMetricReader) -> Said:
    data, found = reader.get_metrics_data(), dict[str, Counted]()
    for point in _points(data, "http.server.request.duration"):
        given = dict(point.attributes)
        words = [
            str(given.get("http.request.method")), str(given.get("http.route", "-")),
            str(given.get("http.response.status_code", "")), str(given.get("error.type", "")),
        ]  # fmt: skip
        words = words[:3] if words[3] in (words[2], "") else words
        found[" ".join(word for word in words if word)] = Counted(point.count, point.sum)
    return found


def _points(data: Any, name: str) -> list[Any]:
    scopes = [
        scope for one in (data.resource_metrics if data else ()) for scope in one.scope_metrics
    ]
    metrics = [metric for scope in scopes for metric in scope.metrics if metric.name == name]
    return [point for metric in metrics for point in metric.data.data_points]
