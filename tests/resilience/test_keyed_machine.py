"""Whatever keys come in whatever order: each gets its own rate, and no more keys are kept."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.resilience.keyed import KeyedOptions, Lanes
from holdfast.resilience.limiter import LimiterOptions, Rate

KEYS = st.integers(0, 5)


class LanesMachine(RuleBasedStateMachine):
    """Drives the lanes beside one whole `Rate` for each key that is never forgotten."""

    @initialize(calls=st.integers(1, 4), burst=st.integers(1, 3), most=st.integers(1, 4))
    def start(self, calls: int, burst: int, most: int) -> None:
        """Few keys are kept, so that some must be forgotten."""
        self.options = LimiterOptions(calls=calls, per_seconds=8.0, burst=burst)
        self.lanes = Lanes(
            KeyedOptions(
                key=lambda key: key, calls=calls, per_seconds=8.0, burst=burst, most_keys=most
            )
        )
        self.most, self.now = most, 100.0
        self.rates: dict[int, Rate] = {}
        self.recent: list[int] = []

    @rule(key=KEYS, cost=st.integers(1, 3))
    def come(self, key: int, cost: int) -> None:
        """The model says the same; who was forgotten is one whom enough others came after."""
        lane = self.lanes.find((key,), {}, self.now)
        assert lane is not None
        cost = min(cost, self.options.burst)
        known = self.rates.setdefault(key, Rate(self.options))
        if lane.full_in_seconds(self.now) != known.full_in_seconds(self.now):
            assert self._others_since(key) >= self.most
            known = self.rates[key] = Rate(self.options)
        assert lane.reserve_several(self.now, cost) == known.reserve_several(self.now, cost)
        self.recent.append(key)

    @rule(seconds=st.sampled_from([0.0, 0.5, 2.0, 30.0]))
    def pass_time(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    @invariant()
    def keeps_few(self) -> None:
        """Nobody waits here, so the bound holds exactly."""
        assert len(self.lanes) <= self.most

    def _others_since(self, key: int) -> int:
        since = len(self.recent) - self.recent[::-1].index(key)
        return len(set(self.recent[since:]))


TestLanes = LanesMachine.TestCase
