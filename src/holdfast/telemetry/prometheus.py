"""Prometheus: every metric we expose, as text of format 0.0.4.

A reader of the folds: nothing is counted a second time on the way of a call. The text is made in
slices, so that a scrape of many series does not hold up the event loop.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field

from holdfast.events import fact
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.deployment.figures import DeploymentFigures
from holdfast.telemetry.exposition.crowd_http import CrowdHttp, InFlight
from holdfast.telemetry.exposition.deployment import Deployed
from holdfast.telemetry.exposition.inbound import Inbound
from holdfast.telemetry.exposition.lines import in_slices
from holdfast.telemetry.exposition.outbound import Breakers, Outbound
from holdfast.telemetry.exposition.own import Own, Standing
from holdfast.telemetry.exposition.processes import Processes
from holdfast.telemetry.exposition.told import Told
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.process import Process
from holdfast.telemetry.requests import RequestMetrics


@fact
class Read:
    """What is read at each scrape. *prefix* and *aliases*: see `crowd_http.names`.

    *processes* answers what all of them use now, by name; without it, what this one uses.
    *created_at*: with it the Crowd contract's ``…_created`` series are served, see `Lines`.
    """

    calls: CallMetrics
    requests: RequestMetrics
    application: ApplicationMetrics
    sessions: SessionCounts
    lag: LoopLag
    in_flight: InFlight
    breakers: Breakers
    standing: Standing
    process: Process = field(default_factory=Process)
    processes: Callable[[], Mapping[str, float]] | None = None
    deployment: Callable[[], DeploymentFigures] = lambda: DeploymentFigures(1, 0, 0)
    prefix: str = "crowdfunding_api"
    aliases: bool = True
    created_at: Callable[[], float] | None = None


class Exposition:
    """The text of every family, with HELP and TYPE even without samples."""

    def __init__(self, read: Read) -> None:
        self._parts = (
            Inbound(read.requests),
            CrowdHttp(
                read.requests, read.in_flight, read.prefix,
                aliases=read.aliases, created_at=read.created_at,
            ),
            Outbound(read.calls, read.breakers),
            Told(read.application, read.created_at),
            Own(read.standing, read.sessions, read.lag),
            Deployed(read.deployment),
            Processes(read.process, read.processes or read.process.now),
        )  # fmt: skip

    def text(self) -> bytes:
        """All of it at once."""
        return b"".join(self.slices())

    def slices(self) -> Iterator[bytes]:
        """All of it, each slice a few milliseconds' work at most."""
        yield from in_slices(text for part in self._parts for text in part.text())
