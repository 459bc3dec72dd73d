"""How the whole fares: instances, components, integrations, loop, record."""

from holdfast.exports.board import Board, number, panel, percentiles, rate, share

_REQUESTS = "http_requests_total"
_ERRORS = 'http_requests_total{status=~"5.."}'

_COMPONENT = "component_health_status"

HEALTH = Board(
    "holdfast-health",
    "Holdfast / System health",
    (
        (
            "Now",
            (
                number("Instances up", "short", 'sum(up{job="holdfast"})'),
                number("Requests that succeed", "percentunit", f"1 - {share(_ERRORS, _REQUESTS)}"),
                number("Alerts firing", "short", "sum(holdfast_alerts_firing) or vector(0)"),
                number(
                    "Components not healthy", "short",
                    'sum(component_health_status{component_health_status!="healthy"})',
                ),
            ),
        ),
        (
            "Parts",
            (
                panel(
                    "Components, 1 is healthy", "short",
                    (
                        f'max by (component) ({_COMPONENT}{{{_COMPONENT}="healthy"}})',
                        "{{component}}",
                    ),
                ),
                panel(
                    "Integrations, 1 is healthy", "short",
                    (
                        'max by (integration) (holdfast_integration_state{state="healthy"})',
                        "{{integration}}",
                    ),
                    about="One that nobody has called yet is unknown, so 0.",
                ),
                panel(
                    "Event loop: how late", "s", *percentiles("asyncio_loop_lag_seconds"),
                    about="What blocks the loop makes every request wait.",
                ),
                panel(
                    "Processor", "percentunit",
                    (rate("process_cpu_seconds_total", "instance"), "{{instance}}"),
                ),
                panel(
                    "Memory", "bytes",
                    ("sum by (instance) (process_resident_memory_bytes)", "{{instance}}"),
                ),
                panel(
                    "Record", "short",
                    ("sum(holdfast_record_waiting_events)", "waiting"),
                    (rate("holdfast_record_written_events_total"), "written a second"),
                    (f"{rate('holdfast_events_dropped_total')} or vector(0)", "dropped a second"),
                ),
            ),
        ),
    ),
)  # fmt: skip
