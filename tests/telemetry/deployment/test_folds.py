"""What has no window, of several workers together."""

from holdfast.events import MetricTracked, RequestFinished, Scope, SessionEnded, SessionStarted
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.deployment.folds import Folds
from tests.telemetry.deployment.crew import Crew, Worker

MESSAGE = ("authenticated", "user", "True", "False")
CHAT = ("/chat", "authenticated", "False", "False", "m")
ACTIVE = ("chat", "authenticated")


def _tell(worker: Worker, metric: str, labels: tuple[str, ...], value: float = 1.0) -> None:
    worker.folds.application(MetricTracked(metric, labels, value, worker.clock.wall()))


def _value(worker: Worker, metric: str, labels: tuple[str, ...]) -> float | None:
    worker.deployment.refresh_now()
    found = dict(worker.deployment.folds.application.series(metric))
    return found[labels].value if labels in found else None


def test_what_applications_told_is_added_up() -> None:
    """Counters and histograms, series by series, whoever told them."""
    crew = Crew(0.0, 77.7)
    one, other = crew.workers
    for worker, seconds in ((one, 0.2), (one, 7.0), (other, 0.3)):
        _tell(worker, "message_count", MESSAGE)
        _tell(worker, "chat_processing_time", CHAT, seconds)
    _tell(other, "message_count", (*MESSAGE[:3], "True"), 5.0)
    crew.beat()
    for worker in crew.workers:
        assert _value(worker, "message_count", MESSAGE) == 3.0
        assert _value(worker, "message_count", (*MESSAGE[:3], "True")) == 5.0
        [(labels, chat)] = worker.deployment.folds.application.series("chat_processing_time")
        assert (labels, chat.value, chat.buckets) == (CHAT, 7.5, [0, 2, 0, 0, 0, 1, 0, 0])


def test_gauges_are_those_of_the_living() -> None:
    """Each says its own; who dies takes it along, and leaves what it counted."""
    crew = Crew(0.0, 0.0)
    one, other = crew.workers
    for worker, sessions in ((one, 2.0), (other, 9.0), (other, 4.0)):
        _tell(worker, "active_sessions", ACTIVE, sessions)
    _tell(other, "message_count", MESSAGE)
    crew.beat()
    before = [_value(worker, "active_sessions", ACTIVE) for worker in crew.workers]
    crew.kill(other)
    for _ in range(3):
        crew.beat()
    assert before == [6.0, 6.0]
    assert _value(one, "active_sessions", ACTIVE) == 2.0
    assert _value(one, "message_count", MESSAGE) == 1.0


def test_what_did_not_fit_is_added_up_too() -> None:
    """By metric."""
    crew = Crew(0.0, 0.0)
    for worker in crew.workers:
        worker.folds.application._most_series = 1
        for name in ("first", "second"):
            _tell(worker, "message_count", (name, *MESSAGE[1:]))
    crew.beat()
    for worker in crew.workers:
        worker.deployment.refresh_now()
        assert worker.deployment.folds.application.overflowed == {"chat_messages_total": 2}


def test_sessions_lag_and_processes_are_added_up() -> None:
    """They began here and ended there; the loops' lag is one histogram."""
    crew = Crew(0.0, 0.0)
    one, other = crew.workers
    for worker in crew.workers:
        worker.folds.sessions(SessionStarted("s", worker.clock.wall(), None, "guidance"))
        worker.folds.lag.add(0.02)
    other.folds.sessions(SessionEnded("s", other.clock.wall(), "completed"))
    one.folds.lag.add(3.2)
    crew.beat()
    for worker in crew.workers:
        worker.deployment.refresh_now()
        folds = worker.deployment.folds
        assert (folds.sessions.started, folds.sessions.ended) == (
            {"guidance": 2}, {"completed": 1}
        )  # fmt: skip
        assert (sum(folds.lag.buckets), round(folds.lag.seconds, 6)) == (3, 3.24)
        cpu_seconds, *collections = folds.process.plain()
        assert cpu_seconds > 0
        assert len(collections) == 9


def test_first_bytes_are_added_up() -> None:
    """In buckets and seconds, beside the durations."""
    crew = Crew(0.0, 0.0)
    for worker in crew.workers:
        worker.requests(
            RequestFinished(
                worker.clock.wall(), "GET", "/", 200, "succeeded", 30.0, 20.0, 0, 5, None, Scope()
            )
        )
    crew.beat()
    for worker in crew.workers:
        worker.deployment.refresh_now()
        [exposed] = worker.deployment.requests.exposed().values()
        assert (exposed.count, round(exposed.first_byte_seconds, 6)) == (2, 0.04)
        assert exposed.first_byte_buckets[2] == 2


def test_an_unknown_metric_of_a_newer_worker_is_left_out() -> None:
    """During a rolling update one may tell what another does not know."""
    crew = Crew(0.0)
    folds = Folds(crew.workers[0].clock)
    told = {"series": {"from_tomorrow": {'["a"]': 1.0}}, "overflowed": {}}
    none: dict[str, int] = {}
    sessions = {"started": none, "ended": none}
    rest = folds.read_rest([{"application": told, "sessions": sessions}], [], [])
    folds.show_rest(rest)
    assert folds.application.series("message_count") == []
    assert rest.application.keys() == ApplicationMetrics().metrics.keys()
