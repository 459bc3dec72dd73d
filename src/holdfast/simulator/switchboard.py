"""Which scenario is on for which provider, and how many calls it has hit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.clock import Clock
from holdfast.simulator.kinds import KINDS
from holdfast.simulator.provider import AnyOperation, Provider
from holdfast.simulator.scenario import Scenario, suits
from holdfast.simulator.wire import Call

_KIND = {kind.name: kind for kind in KINDS}


@dataclass(slots=True)
class _Lane:
    """One provider's state. *times_left* and *ends_at* belong to the scenario that is on."""

    provider: Provider
    calls: int = 0
    faulted: int = 0
    scenario: Scenario | None = None
    times_left: int | None = None
    ends_at: float | None = None


class Switchboard:
    """The scenarios of all providers; times count down by faulted calls, seconds by the clock."""

    def __init__(self, providers: Iterable[Provider], clock: Clock) -> None:
        self._lanes = {provider.name: _Lane(provider) for provider in providers}
        self._clock = clock

    @property
    def providers(self) -> dict[str, Provider]:
        """The providers by name."""
        return {name: lane.provider for name, lane in self._lanes.items()}

    def put(self, provider: str, scenario: Scenario | None) -> None:
        """Play *scenario* from now on, in place of the former one; None: behave well again."""
        lane = self._lanes[provider]
        lane.scenario = scenario
        lane.times_left = scenario.times if scenario else None
        ends_after = scenario.for_seconds if scenario else None
        lane.ends_at = None if ends_after is None else self._clock.monotonic() + ends_after

    def put_all(self, scenarios: Mapping[str, Scenario]) -> None:
        """Play these from now on, and no others."""
        for name in self._lanes:
            self.put(name, scenarios.get(name))

    def clear(self) -> None:
        """Every provider behaves well again."""
        for name in self._lanes:
            self.put(name, None)

    def scenario(self, provider: str) -> Scenario | None:
        """The scenario that is on now."""
        lane = self._lanes[provider]
        over = lane.ends_at is not None and self._clock.monotonic() >= lane.ends_at
        if over or lane.times_left == 0:
            self.put(provider, None)
        return lane.scenario

    def next_number(self, provider: str) -> int:
        """Count one more call of *provider*, from 1."""
        self._lanes[provider].calls += 1
        return self._lanes[provider].calls

    def fault_for(self, operation: AnyOperation, call: Call) -> Scenario | None:
        """The scenario that *call* has to suffer, if any. `spend` counts it once it did."""
        scenario = self.scenario(call.provider)
        if scenario is None or not suits(_KIND[scenario.kind], operation):
            return None
        return scenario if scenario.hits(call) else None

    def spend(self, provider: str) -> None:
        """Count one faulted call."""
        lane = self._lanes[provider]
        lane.faulted += 1
        if lane.times_left is not None:
            lane.times_left -= 1

    def describe(self, provider: str) -> dict[str, object]:
        """One provider's state as the control API shows it."""
        scenario = self.scenario(provider)
        lane = self._lanes[provider]
        left = None if lane.ends_at is None else round(lane.ends_at - self._clock.monotonic(), 3)
        return {
            "scenario": scenario.document() if scenario else None,
            "calls": lane.calls,
            "faulted": lane.faulted,
            "times_left": lane.times_left,
            "seconds_left": left,
        }
