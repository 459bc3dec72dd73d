"""Prometheus: every metric we expose, as text of format 0.0.4.

A reader of the folds: nothing is counted a second time on the way of a call. The text is made in
slices, so that a scrape of many series does not hold up the event loop.
"""

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from holdfast.events import fact
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.exposition.crowd_http import CrowdHttp, InFlight
from holdfast.telemetry.exposition.inbound import Inbound
from holdfast.telemetry.exposition.lines import in_slices
from holdfast.telemetry.exposition.outbound import Breakers, Outbound
from holdfast.telemetry.exposition.own import Own, Standing
from holdfast.telemetry.exposition.told import Told
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.requests import RequestMetrics


@fact
class Read:
    """What is read at each scrape. *prefix* and *aliases*: see `crowd_http.names`.

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
    prefix: str = "crowdfunding_api"
    aliases: bool = True
    created_at: float | None = None


class Exposition:
    """The text of every family, with HELP and TYPE even without samples."""

    def __init__(self, read: Read) -> None:
        # A registry of its own: others may have theirs, and there may be several of us.
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._parts = (
            Inbound(read.requests),
            CrowdHttp(
                read.requests, read.in_flight, read.prefix,
                aliases=read.aliases, created_at=read.created_at,
            ),
            Outbound(read.calls, read.breakers),
            Told(read.application, read.created_at),
            Own(read.standing, read.sessions, read.lag),
        )  # fmt: skip

    def text(self) -> bytes:
        """All of it at once."""
        return b"".join(self.slices())

    def slices(self) -> Iterator[bytes]:
        """All of it, each slice a few milliseconds' work at most."""
        yield from in_slices(text for part in self._parts for text in part.text())
        yield generate_latest(self._registry)
