"""The detector: every loss, change and cut that was put into a journey is found, and nothing else.

Journeys are generated with their faults; precision and recall are compared fact by fact.
"""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.clock import Clock
from holdfast.events import ContextLost, Event, StepTaken
from holdfast.seen import LossKind
from holdfast.sessions.context_flow import StepSeen, passages
from holdfast.sessions.journey import Journeys
from holdfast.sessions.losses import Known, Loss, is_cut, losses
from holdfast.sessions.snapshot import Privacy, flattened, held, kept

NAMES = ("question", "birth", "chart", "audio", "answer", "user")
TEXTS = st.text(
    st.characters(exclude_characters=".…", exclude_categories=["Cs"]), min_size=3, max_size=40
)
LEAVES = (
    TEXTS
    | st.integers()
    | st.booleans()
    | st.lists(st.integers(0, 9), min_size=2, max_size=6)
    | st.binary(min_size=4, max_size=3_000)
)
VALUES = LEAVES | st.dictionaries(st.sampled_from(("date", "time", "place")), LEAVES, min_size=1)
CONTEXTS = st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=6)
Expected = tuple[str, str, str, LossKind, str | None]


def _leaves(context: dict[str, Any]) -> list[str]:
    found = []
    for name, value in context.items():
        inside = value if isinstance(value, dict) else {"": value}
        found += [f"{name}.{key}".rstrip(".") for key, one in inside.items() if one is not None]
    return found


def _at(context: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    name, _, inner = path.partition(".")
    return (context[name], inner) if inner else (context, name)


def _is_cuttable(value: Any) -> bool:
    return isinstance(value, str | bytes | list) and len(value) > 1


def _copied(context: dict[str, Any]) -> dict[str, Any]:
    return {
        name: dict(value) if isinstance(value, dict) else value for name, value in context.items()
    }


class Simulated:
    """A journey whose hand-overs are tampered with; *expected* is what that must be found as."""

    def __init__(self, draw: st.DataObject) -> None:
        self._draw = draw
        self.events: list[Event] = []
        self.expected: list[Expected] = []
        self._journeys = Journeys(self.events.append, Clock(lambda: 0.0, lambda: 1.0))
        self._last: dict[str, str] = {}

    def run(self) -> None:
        """Take some steps, each with the context that the one before left, but for faults."""
        draw = self._draw.draw
        context = draw(CONTEXTS)
        with self._journeys.session("s"):
            for number in range(draw(st.integers(2, 5))):
                name = f"step {number}"
                if number:
                    self._tamper(context, name)
                context = self._take(name, context)

    def found(self) -> list[Expected]:
        """What was told of losses."""
        return [
            (one.session_id, one.step, one.field, one.kind, one.last_step)
            for one in self.events
            if isinstance(one, ContextLost)
        ]

    def _take(self, name: str, context: dict[str, Any]) -> dict[str, Any]:
        draw = self._draw.draw
        self._last.update(dict.fromkeys(_leaves(context), name))
        with self._journeys.step(name, _copied(context)) as step:
            given = draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2))
            step.gives(given)
            context = {**context, **_copied(given)}
            dropped = draw(st.lists(st.sampled_from(NAMES), max_size=1))
            step.drops(*dropped)
        context = {key: value for key, value in context.items() if key not in dropped}
        self._last = dict.fromkeys(_leaves(context), name)
        return context

    def _tamper(self, context: dict[str, Any], step: str) -> None:
        leaves = _leaves(context)
        chosen = st.lists(st.sampled_from(leaves), unique=True) if leaves else st.just([])
        found = [self._spoiled(context, path, step) for path in self._draw.draw(chosen)]
        for name in {path.partition(".")[0] for path in leaves}:
            inside = [one for one in found if one[2].startswith(f"{name}.")]
            if inside and not any(path.startswith(f"{name}.") for path in _leaves(context)):
                # All that was inside is lost: that is one loss, of the whole.
                found = [one for one in found if one not in inside]
                found.append(("s", step, name, "lost", inside[0][4]))
        self.expected += found

    def _spoiled(self, context: dict[str, Any], path: str, step: str) -> Expected:
        holder, key = _at(context, path)
        value, draw = holder[key], self._draw.draw
        kinds: list[LossKind] = ["lost", "changed"]
        kind = draw(st.sampled_from(kinds + ["truncated"] * _is_cuttable(value)))
        if kind == "changed":
            other = f"\N{SNOWMAN} {step} {path}"
            holder[key] = other.encode() * 200 if isinstance(value, bytes) else other
        elif kind == "truncated":
            part = value[: draw(st.integers(1, len(value) - 1))]
            dots = draw(st.sampled_from(("", "…", "..."))) if isinstance(value, str) else part[:0]
            holder[key] = part if part + dots == value else part + dots
        elif draw(st.booleans()):
            holder[key] = None
        else:
            del holder[key]
        return "s", step, path, kind, self._last[path]


@given(st.data())
def test_the_detector_finds_all_that_was_injected_and_nothing_else(data: st.DataObject) -> None:
    """Precision and recall are 1.0: field, kind, the last step that had it, the first without."""
    journey = Simulated(data)
    journey.run()
    assert sorted(journey.found(), key=str) == sorted(journey.expected, key=str)


@given(CONTEXTS, CONTEXTS)
def test_what_is_kept_finds_what_memory_finds(before: dict[str, Any], now: dict[str, Any]) -> None:
    """Redacted and cut, a context is compared with the same result (but how, for long binary)."""
    privacy = Privacy()

    def judged(make: Any) -> list[tuple[str, str | None]]:
        known = {name: Known(make(name, value), "a") for name, value in before.items()}
        entered = {name: make(name, value) for name, value in now.items()}
        return [(one.field, one.last_step) for one in losses(known, entered)]

    before = {name: value for name, value in before.items() if not isinstance(value, dict)}
    now = {name: value for name, value in now.items() if not isinstance(value, dict)}
    assert judged(lambda name, value: kept(name, value, privacy)) == judged(
        lambda _, value: held(value)
    )


def _known(**fields: Any) -> dict[str, Known]:
    return {name: Known(held(value), "first") for name, value in fields.items()}


def test_only_what_a_step_declares_is_required() -> None:
    """Handed a part, a step lacks what it requires and nothing else."""
    known = {**_known(question="when?"), "birth.time": Known(held("noon"), "first")}
    assert losses(known, {}, whole=False) == []
    assert losses(known, {}, whole=False, required=["birth", "chart"]) == [
        Loss("birth", "lost", "first"),
        Loss("chart", "missing", None),
    ]


def test_a_value_in_the_place_of_a_mapping_is_a_change() -> None:
    """And the other way round: nothing was lost, it is something else now."""
    inside = {"birth.time": Known(held("noon"), "first")}
    assert losses(inside, {"birth": held("yesterday")}) == [Loss("birth", "changed", "first")]
    assert losses(_known(birth="yesterday"), {"birth.time": held("noon")}) == [
        Loss("birth", "changed", "first")
    ]


def test_cut_means_a_beginning_of_the_same() -> None:
    """Shorter, and begins alike as far as it goes; dots of who cut it do not count."""
    whole = held("Will the new job be good?")
    assert [is_cut(whole, held(text)) for text in ("Will the", "Will the…", "Will the...")] == [
        True
    ] * 3
    others = ("will the", "…", "Will the new job be good? Yes", "Will the new job be good?...", 3)
    assert [is_cut(whole, held(text)) for text in others] == [False] * 5
    assert is_cut(held([1, 23]), held([1]))
    assert not is_cut(held([1, 23]), held([1, 2]))
    assert is_cut(held("x" * 50_000), held("x" * 40_000))
    assert is_cut(kept("a", b"x" * 5_000, Privacy()), kept("a", b"x" * 3_000, Privacy()))


def test_private_fields_keep_nothing_but_their_kind() -> None:
    """By name, wherever it stands, ours or the application's; never size or digest."""
    privacy = Privacy(frozenset({"nickname"}), (re.compile(r"dossier \d+"),))
    for path in (
        "user.password",
        "apiKey",
        "user.e-mail",
        "nickname",
        "headers.Cookie",
        "phone.home",
    ):
        assert kept(path, "sesame", privacy) == kept(path, "other", privacy), path
    assert kept("note", "see dossier 12 of ann@example.com", privacy).head == (
        "see [redacted] of [email]"
    )
    assert kept("max_tokens", 30, privacy).head == "30"


def _seen(events: list[Event]) -> list[StepSeen]:
    return [
        StepSeen(one.scope.step or "", one.at, one.outcome, 0.0, None, one.context)
        for one in events
        if isinstance(one, StepTaken)
    ]


@given(st.data())
def test_what_was_kept_of_a_journey_tells_the_same(data: st.DataObject) -> None:
    """The report, made of redacted differences only, names the same fields and steps.

    Of binary data below a kilobyte it cannot tell a cut from a change.
    """
    journey = Simulated(data)
    journey.run()
    found = [
        (step.step.step, loss.field, loss.last_step)
        for step in passages(_seen(journey.events))
        for loss in step.lost
    ]
    assert sorted(found, key=str) == sorted(
        ((one[1], one[2], one[4]) for one in journey.expected), key=str
    )


def test_a_field_that_is_given_anew_is_no_loss_of_what_was_inside_it() -> None:
    """The step replaced the whole; what it drops is gone on purpose, in the report as well."""
    events: list[Event] = []
    journeys = Journeys(events.append, Clock(lambda: 0.0, lambda: 1.0))
    with journeys.session("s"):
        with journeys.step("a", {"birth": {"time": 1, "place": 2}, "draft": "x"}) as step:
            step.gives({"birth": {"time": 1}, "a.b": None})
            step.drops("draft")
        with journeys.step("b", {"birth": {"time": 1}}):
            pass
    assert not [one for one in events if isinstance(one, ContextLost)]
    first, second = passages(_seen(events))
    assert (first.names, second.names, second.lost) == (("birth.time",), ("birth.time",), ())


def test_a_context_that_cannot_be_read_does_not_fail_its_step() -> None:
    """It goes to the log; whatever shape an application's objects have."""

    class Broken(dict[str, Any]):
        def items(self) -> Any:
            raise RuntimeError("lazy loading failed")

    events: list[Event] = []
    journeys = Journeys(events.append, Clock(lambda: 0.0, lambda: 1.0))
    with journeys.session("s"), journeys.step("a", Broken()):
        pass
    [taken] = [one for one in events if isinstance(one, StepTaken)]
    assert (taken.outcome, taken.context) == ("succeeded", None)


def test_a_context_of_any_size_is_bounded() -> None:
    """Two hundred fields are followed, the others counted; deep ones are one field."""
    deep: dict[str, Any] = {"end": 1}
    for _ in range(50):
        deep = {"in": deep}
    fields, cut = flattened({**{f"f{n}": n for n in range(300)}, "deep": deep})
    assert (len(fields), cut) == (200, 101)
    assert list(flattened(deep)[0]) == ["in.in.in.in.in"]
    assert len(kept("a", "x" * 10**6, Privacy()).head) == 200
