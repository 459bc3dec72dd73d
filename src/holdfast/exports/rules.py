"""The rules: what is worth recording, and what is worth waking somebody.

Ratios are sums divided by sums, and 0 while nothing failed: a figure that is missing is no alert
and no peace (Crowd contract, faults 5 and 6). The burn rates are those of Google's SRE workbook.
"""

from holdfast.exports.rule import Alert, Condition, Recording

JOB = "holdfast"
OBJECTIVE = 0.999
"""The share of requests that must succeed; the rest is the error budget of 30 days."""

_WINDOWS = ("5m", "30m", "1h", "6h")
_REQUESTS, _FAILED = "http_requests_total", 'http_requests_total{status=~"5.."}'
_OUT = 'holdfast_calls_total{outcome=~"succeeded|failed"}'
_CALLS_FAILED = 'holdfast_calls_total{outcome="failed"}'
_JUDGED = "holdfast_answers_judged_total"
_REJECTED = 'holdfast_answers_judged_total{judgement="fail"}'


def _sum(metric: str, window: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}[{window}]))"


def _ratio(part: str, whole: str, window: str, by: str) -> str:
    parts, wholes = _sum(part, window, by), _sum(whole, window, by)
    return f"({parts} or 0 * {wholes}) / ({wholes} > 0)"


def _error_ratio(window: str) -> str:
    return f"job:http_request_errors:ratio_rate{window}"


def _p95(histogram: str, by: str) -> str:
    return f"histogram_quantile(0.95, {_sum(f'{histogram}_bucket', '5m', f'{by}, le')})"


RECORDINGS: tuple[Recording, ...] = (
    Recording("job:http_requests:rate5m", _sum(_REQUESTS, "5m", "job")),
    *(
        Recording(_error_ratio(window), _ratio(_FAILED, _REQUESTS, window, "job"))
        for window in _WINDOWS
    ),
    Recording(
        "job:http_request_duration_seconds:p95_5m", _p95("http_request_duration_seconds", "job")
    ),
    Recording(
        "integration:holdfast_calls_failed:ratio_rate5m",
        _ratio(_CALLS_FAILED, _OUT, "5m", "job, integration"),
    ),
    Recording(
        "integration:holdfast_answers_rejected:ratio_rate5m",
        _ratio(_REJECTED, _JUDGED, "5m", "job, integration"),
    ),
    Recording(
        "integration:holdfast_attempt_duration_seconds:p95_5m",
        _p95("holdfast_attempt_duration_seconds", "job, integration"),
    ),
    Recording(
        "job:asyncio_loop_lag_seconds:p95_5m", _p95("asyncio_loop_lag_seconds", "job")
    ),
)  # fmt: skip


def _errors(window: str, above: float) -> Condition:
    return Condition(_error_ratio(window), ">", above)


def _burns(name: str, factor: float, long: str, short: str, lasting: str) -> Alert:
    most = factor * (1 - OBJECTIVE)
    words = f"More than {factor:g} times as many requests fail as the objective allows"
    return Alert(
        name, "critical" if factor > 10 else "warning", lasting,
        (_errors(long, most), _errors(short, most)),
        "{{ $labels.job }} fails {{ $value | humanizePercentage }} of its requests",
        f"{words}, over {long} and still over the last {short}.",
    )  # fmt: skip


ALERTS: tuple[Alert, ...] = (
    Alert(
        "HoldfastInstanceDown", "critical", "1m", (Condition(f'up{{job="{JOB}"}}', "<", 1),),
        "{{ $labels.instance }} does not answer",
        "Prometheus could not scrape /metrics for a minute.",
    ),
    Alert(
        "HoldfastAbsent", "critical", "5m",
        (Condition(f'count(up{{job="{JOB}"}}) or vector(0)', "<", 1),),
        f"there is no instance of the job {JOB}",
        "Nothing is scraped under this name: the configuration has lost it.",
    ),
    Alert(
        "HoldfastErrorRate", "warning", "5m", (_errors("5m", 0.05),),
        "{{ $labels.job }} fails {{ $value | humanizePercentage }} of its requests",
        "More than one in twenty requests was answered with a 5xx.",
    ),
    _burns("HoldfastErrorBudgetBurnsFast", 14.4, "1h", "5m", "2m"),
    _burns("HoldfastErrorBudgetBurnsSlowly", 6, "6h", "30m", "15m"),
    Alert(
        "HoldfastLatency", "warning", "5m",
        (Condition("job:http_request_duration_seconds:p95_5m", ">", 5),),
        "{{ $labels.job }} takes {{ $value | humanizeDuration }} (p95)",
        "One request in twenty takes longer than five seconds.",
    ),
    Alert(
        "HoldfastIntegrationFails", "critical", "5m",
        (Condition("integration:holdfast_calls_failed:ratio_rate5m", ">", 0.2),),
        "{{ $labels.integration }} fails {{ $value | humanizePercentage }} of the calls",
        "Of the calls that went out; refused and cancelled ones are not among them.",
    ),
    Alert(
        "HoldfastMeaning", "warning", "5m",
        (Condition("integration:holdfast_answers_rejected:ratio_rate5m", ">", 0.1),),
        "{{ $value | humanizePercentage }} of {{ $labels.integration }}'s answers mean nothing",
        "They came with a good status, and the validators rejected them.",
    ),
    Alert(
        "HoldfastIntegrationSlow", "warning", "10m",
        (Condition("integration:holdfast_attempt_duration_seconds:p95_5m", ">", 10),),
        "{{ $labels.integration }} takes {{ $value | humanizeDuration }} (p95)",
        "One attempt in twenty takes longer than ten seconds.",
    ),
    Alert(
        "HoldfastBreakerOpen", "warning", "2m",
        (
            Condition(
                "max by (job, integration, operation) "
                '(holdfast_breaker_state{state=~"open|forced_open"})',
                ">", 0,
            ),
        ),
        "the breaker of {{ $labels.integration }} {{ $labels.operation }} is open",
        "Its calls are refused, or answered from elsewhere.",
    ),
    Alert(
        "HoldfastComponentUnhealthy", "critical", "2m",
        (
            Condition(
                "max by (job, component) "
                '(component_health_status{component_health_status="unhealthy"})',
                ">", 0,
            ),
        ),
        "{{ $labels.component }} is unhealthy",
        "Its check fails, or the application says so.",
    ),
    Alert(
        "HoldfastEventsDropped", "warning", "1m",
        (
            Condition(
                "sum by (job) (increase(holdfast_events_dropped_total[10m])) "
                "or 0 * sum by (job) (holdfast_record_waiting_events)",
                ">", 0,
            ),
        ),
        "{{ $labels.job }} has dropped events",
        "What was dropped is in no record; holdfast_events_dropped_total has the reasons.",
    ),
    Alert(
        "HoldfastLoopBlocked", "warning", "5m",
        (Condition("job:asyncio_loop_lag_seconds:p95_5m", ">", 0.25),),
        "the event loop of {{ $labels.job }} is {{ $value | humanizeDuration }} late (p95)",
        "Something blocks it, so every request waits.",
    ),
)  # fmt: skip
"""Every alert. Add one: an entry here, and its case in tests/exports/rules_cases.yml."""
