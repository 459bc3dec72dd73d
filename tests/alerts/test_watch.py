"""The life of an alert: one while it lasts, over when the trouble stayed away."""

import itertools
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from holdfast.alerts.rules import Reading
from holdfast.alerts.watch import Watch, WatchOptions
from holdfast.events import AlertChanged
from holdfast.health.integration import Thresholds
from tests.alerts.test_rules import window

WELL, LOW, CRITICAL = window(100), window(90, 10), window(10, 90)


def watch(**options: Any) -> Watch:
    """A watch that numbers its alerts."""
    ids = itertools.count(1)
    return Watch(Thresholds(), lambda: f"a{next(ids)}", WatchOptions(**options))


def told(changed: list[AlertChanged]) -> list[tuple[str, str, str]]:
    """(id, state, severity) of each change."""
    return [(one.alert_id, one.state, one.severity) for one in changed]


def test_it_fires_once_and_is_resolved_when_it_stayed_quiet() -> None:
    """A minute without the finding; looking again and again adds nothing (contract fault 6)."""
    seen = watch()
    assert told(seen.look(0.0, [Reading("sun", LOW)])) == [("a1", "firing", "warning")]
    assert seen.look(5.0, [Reading("sun", LOW)]) == []
    assert seen.look(64.0, [Reading("sun", WELL)]) == []
    assert [one.alert_id for one in seen.firing()] == ["a1"]
    assert told(seen.look(65.0, [Reading("sun", WELL)])) == [("a1", "resolved", "warning")]
    assert seen.firing() == []
    assert told(seen.look(70.0, [Reading("sun", LOW)])) == [("a2", "firing", "warning")]
    assert seen.ended()[0].fingerprint == seen.firing()[0].fingerprint == "success_rate:sun"


def test_flapping_is_one_alert() -> None:
    """What comes and goes within the quiet time neither ends nor begins again."""
    seen = watch()
    figures = itertools.cycle((LOW, WELL))
    changes = [seen.look(10.0 * step, [Reading("sun", next(figures))]) for step in range(30)]
    assert [told(change) for change in changes if change] == [[("a1", "firing", "warning")]]


def test_growing_worse_is_told_and_stays_the_same_alert() -> None:
    """Who reads it sees one alert that is critical now, since when it began."""
    seen = watch()
    seen.look(0.0, [Reading("sun", LOW)])
    [worse] = seen.look(5.0, [Reading("sun", CRITICAL)])
    assert (worse.alert_id, worse.severity, worse.since, worse.at) == ("a1", "critical", 0.0, 5.0)


def test_figures_that_prove_nothing_change_nothing() -> None:
    """While our own network is down no provider is blamed, and none is cleared."""
    seen = watch()
    seen.look(0.0, [Reading("sun", LOW)])
    assert seen.look(500.0, [Reading("sun", WELL, excuse="no network")]) == []
    assert seen.look(501.0, [Reading("moon", CRITICAL, excuse="no network")]) == []
    assert [one.integration for one in seen.firing()] == ["sun"]


def test_one_integrations_flood_evicts_nobody() -> None:
    """What is ended is bounded, what fires is never pushed out; what finds no room is counted."""
    seen = watch(history=2, most_firing=2)
    seen.look(0.0, [Reading(name, LOW) for name in ("a", "b", "c")])
    assert [one.integration for one in seen.firing()] == ["a", "b"]
    assert seen.overflowed == 1
    for step in range(1, 9):
        seen.look(100.0 * step, [Reading("a", LOW if step % 2 else WELL)])
    assert [one.integration for one in seen.firing()] == ["b"]
    assert len(seen.ended()) == 2
    seen.forget()
    assert (seen.firing(), seen.ended()) == ([], [])


class Life(RuleBasedStateMachine):
    """Any figures at any times: the changes told are always a life in the right order."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.watch = 0.0, watch()
        self.lives: dict[str, list[AlertChanged]] = {}

    @rule(
        seconds=st.floats(0.1, 200.0),
        figures=st.sampled_from([WELL, LOW, CRITICAL]),
        name=st.sampled_from(["sun", "moon"]),
    )
    def look(self, seconds: float, figures: Any, name: str) -> None:
        """Time passes, and one is looked at."""
        self.now += seconds
        for changed in self.watch.look(self.now, [Reading(name, figures)]):
            self.lives.setdefault(changed.alert_id, []).append(changed)

    @invariant()
    def each_alert_lives_once(self) -> None:
        """It fires first, is resolved at most once and last, and begins once."""
        for life in self.lives.values():
            states = [change.state for change in life]
            assert states[0] == "firing"
            assert states.count("resolved") == (states[-1] == "resolved")
            assert len({change.since for change in life}) == 1
            severities = [change.severity for change in life if change.state == "firing"]
            assert all(one != other for one, other in itertools.pairwise(severities))

    @invariant()
    def what_fires_is_what_was_told(self) -> None:
        """Nothing fires that was not told, nothing told is forgotten."""
        alive = {life[-1].alert_id for life in self.lives.values() if life[-1].state == "firing"}
        assert {one.alert_id for one in self.watch.firing()} == alive
        assert len({one.fingerprint for one in self.watch.firing()}) == len(alive)


TestLife = Life.TestCase
