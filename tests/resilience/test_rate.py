"""The bucket admits exactly what the cell rate algorithm allows, at any time."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from holdfast.resilience.limiter import LimiterOptions, Rate

GRAIN = 1e-6


class RateMachine(RuleBasedStateMachine):
    """Callers, time and a provider's `Retry-After` in any order."""

    @initialize(calls=st.integers(1, 5), burst=st.integers(1, 4), start=st.sampled_from([0.0, 1e6]))
    def start(self, calls: int, burst: int, start: float) -> None:
        """A rate of *calls* in ten seconds."""
        self.rate = Rate(LimiterOptions(calls=calls, per_seconds=10.0, burst=burst))
        self.interval, self.burst = 10.0 / calls, burst
        self.now, self.blocked_until = start, start
        self.admitted: list[float] = []

    @rule(count=st.integers(1, 6))
    def come(self, count: int) -> None:
        """Some callers come at once; whoever may go now goes."""
        for _ in range(count):
            if self.rate.reserve(self.now) == 0.0:
                assert self.now >= self.blocked_until - GRAIN
                self.admitted.append(self.now)

    @rule(seconds=st.floats(0.0, 30.0))
    def pass_time(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    @rule(seconds=st.floats(0.0, 40.0))
    def block(self, seconds: float) -> None:
        """The provider asks for a pause."""
        self.rate.block(self.now, seconds)
        self.blocked_until = max(self.blocked_until, self.now + seconds)

    @precondition(lambda self: self.rate.wait_seconds(self.now) > 0)
    @rule()
    def wait_exactly(self) -> None:
        """The wait told is enough and not too much: a moment earlier nobody may go."""
        wait = self.rate.wait_seconds(self.now)
        assert self.rate.reserve(self.now + wait * 0.999 - 3 * GRAIN) > 0
        self.now += wait
        assert self.rate.reserve(self.now) == 0.0
        self.admitted.append(self.now)

    @rule(ahead=st.integers(1, 8))
    def foretell(self, ahead: int) -> None:
        """The wait behind others is what one gets when they all go as soon as they may."""
        told = self.rate.wait_seconds(self.now, ahead)
        started = self.now
        for _ in range(ahead):
            self.now += self.rate.wait_seconds(self.now)
            assert self.rate.reserve(self.now) == 0.0
            self.admitted.append(self.now)
        actual = self.now + self.rate.wait_seconds(self.now) - started
        assert abs(told - actual) < (ahead + 1) * GRAIN

    @invariant()
    def never_more_than_burst_and_rate(self) -> None:
        """In every window that ends now: at most burst + rate x its length."""
        for count, since in enumerate(reversed(self.admitted), start=1):
            length = self.admitted[-1] - since
            assert count <= self.burst + (length + count * GRAIN) / self.interval + GRAIN

    @invariant()
    def knows_when_it_is_full_again(self) -> None:
        """After `full_in_seconds` a whole burst may go at once."""
        full = self.rate.full_in_seconds(self.now)
        assert self.rate.wait_seconds(self.now + full, self.burst - 1) == 0.0


TestRate = RateMachine.TestCase


@given(st.integers(1, 50), st.floats(0.0, 1e5))
def test_an_untouched_bucket_admits_exactly_its_burst(burst: int, now: float) -> None:
    """The first burst goes at once, and the next caller waits one interval."""
    rate = Rate(LimiterOptions(calls=60, per_seconds=60.0, burst=burst))
    assert [rate.reserve(now) for _ in range(burst)] == [0.0] * burst
    assert abs(rate.reserve(now) - 1.0) < GRAIN
    assert rate.used.total == burst


def test_a_provider_is_believed_for_an_hour_at_most() -> None:
    """A misread or hostile `Retry-After` cannot switch an integration off for good."""
    rate = Rate(LimiterOptions())
    rate.block(0.0, 1e12)
    assert rate.wait_seconds(0.0) == 3600.0
    rate.block(0.0, 5.0)
    assert rate.full_in_seconds(600.0) == 3000.0
