"""What is counted: in one worker, or in all of them."""

from collections.abc import Iterable, Mapping
from functools import reduce

from holdfast.clock import Clock
from holdfast.events import fact
from holdfast.telemetry.application import AllSeries, ApplicationMetrics
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.plain import Plain, plus
from holdfast.telemetry.process import Process
from holdfast.telemetry.requests import RequestMetrics


@fact
class Rest:
    """What has no window, of everybody: read, and ready to be shown."""

    application: AllSeries
    overflowed: Mapping[str, int]
    sessions: Plain
    pulse: Plain


class Folds:
    """The folds that every surface reads; those that are not given are new."""

    def __init__(
        self, clock: Clock, *, calls: CallMetrics | None = None,
        requests: RequestMetrics | None = None, application: ApplicationMetrics | None = None,
        sessions: SessionCounts | None = None, lag: LoopLag | None = None,
    ) -> None:  # fmt: skip
        self.calls = calls or CallMetrics(clock)
        self.requests = requests or RequestMetrics(clock)
        self.application = application or ApplicationMetrics()
        self.sessions = sessions or SessionCounts()
        self.lag = lag or LoopLag(clock.monotonic)
        self.process = Process()

    def rest(self) -> Plain:
        """What has no window: the application's own figures, and sessions."""
        return {"application": self.application.plain(), "sessions": self.sessions.plain()}

    def pulse(self) -> Plain:
        """What is counted as long as a process lives, whatever happens."""
        return {"lag": self.lag.plain(), "process": self.process.plain()}

    def read_rest(
        self, rests: Iterable[Plain], pulses: Iterable[Plain], gauges: Iterable[Plain]
    ) -> Rest:
        """The sums of what several had as `rest` and `pulse`, and of their gauges."""
        rest = _sum(rests, _NOTHING)
        application = rest["application"]
        series = {**application["series"], **_sum(gauges)}
        return Rest(
            self.application.read(series), application["overflowed"], rest["sessions"],
            _sum(pulses),
        )  # fmt: skip

    def show_rest(self, rest: Rest) -> None:
        """Answer with these from now on."""
        self.application.show(rest.application, rest.overflowed)
        self.sessions.show(rest.sessions)
        if rest.pulse:
            self.lag.show(rest.pulse["lag"])
            self.process.show(rest.pulse["process"])


def _sum(plains: Iterable[Plain], start: Plain | None = None) -> Plain:
    return reduce(plus, plains, start or {})


_NOTHING: Plain = {
    "application": {"series": {}, "overflowed": {}}, "sessions": {"started": {}, "ended": {}},
}  # fmt: skip
