"""What every board does, whatever it is made of."""

import threading
from typing import TYPE_CHECKING

import pytest

from holdfast.telemetry.deployment.board import Departed

if TYPE_CHECKING:
    from tests.conformance.boards import Meeting

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers", "tests.conformance.boards")

NONE = Departed(0, b"")


def test_what_one_publishes_all_see(meeting: "Meeting") -> None:
    """Whoever looks afterwards, himself included; as a whole, each time another token."""
    one, other = meeting.join("a"), meeting.join("b")
    assert one.publish(b"first", {}, 0)
    before = one.look({})
    assert one.publish(b"second" * 10_000, {}, 0)
    after = other.look({})
    assert {name: (it.is_alive, it.is_folded) for name, it in after.members.items()} == {
        "a": (True, False)
    }
    assert (before.members["a"].head, after.members["a"].head) == (b"first", b"second" * 10_000)
    assert before.members["a"].token != after.members["a"].token
    assert (before.departed, after.departed) == (NONE, NONE)


def test_what_is_known_is_not_sent_again(meeting: "Meeting") -> None:
    """By its token; a publication without a head leaves it as it is."""
    one, other = meeting.join("a"), meeting.join("b")
    one.publish(b"head", {}, 0)
    token = other.look({}).members["a"].token
    one.publish(None, {}, 0)
    assert other.look({"a": token}).members["a"] == (token, True, False, None)
    assert other.look({"a": "another"}).members["a"].head == b"head"


def test_slices_are_there_until_they_are_old(meeting: "Meeting") -> None:
    """Each by its number."""
    one, other = meeting.join("a"), meeting.join("b")
    one.publish(b"head", {360_000_001: b"x", 360_000_002: b"y"}, 360_000_000)
    one.publish(None, {360_000_003: b"z"}, 360_000_002)
    found = other.slices("a", [360_000_001, 360_000_002, 360_000_003, 360_000_004])
    assert dict(found) == {360_000_002: b"y", 360_000_003: b"z"}
    assert dict(other.slices("nobody", [1])) == {}


def test_the_dead_are_folded_exactly_once(meeting: "Meeting") -> None:
    """Whoever comes second, or has another head in mind, changes nothing."""
    one, other = meeting.join("a"), meeting.join("b")
    one.publish(b"head", {7: b"slice"}, 0)
    other.publish(b"mine", {}, 0)
    token = other.look({}).members["a"].token
    assert not other.fold("a", token, Departed(1, b"sum")), "it lives"
    meeting.kill("a")
    assert not other.look({}).members["a"].is_alive
    assert not other.fold("a", "another token", Departed(1, b"sum"))
    assert not other.fold("a", token, Departed(2, b"sum")), "somebody else was faster"
    assert other.fold("a", token, Departed(1, b"sum"))
    assert not other.fold("a", token, Departed(2, b"twice"))
    seen = other.look({})
    assert seen.departed == (1, b"sum")
    assert (seen.members["a"].is_folded, seen.members["b"].is_folded) == (True, False)
    assert dict(other.slices("a", [7])) == {7: b"slice"}, "its window still counts"
    other.remove("a")
    assert (set(other.look({}).members), other.look({}).departed) == ({"b"}, (1, b"sum"))
    assert dict(other.slices("a", [7])) == {}


def test_many_fold_and_one_does(meeting: "Meeting") -> None:
    """At the same moment."""
    dead, *boards = [meeting.join(name) for name in "abcde"]
    dead.publish(b"head", {}, 0)
    for board in boards:
        board.publish(b"alive", {}, 0)
    meeting.kill("a")
    token = boards[0].look({}).members["a"].token
    done: list[bool] = []
    threads = [
        threading.Thread(target=lambda b=b: done.append(b.fold("a", token, Departed(1, b"s"))))
        for b in boards
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]


def test_who_was_folded_and_lives_is_told(meeting: "Meeting") -> None:
    """He publishes nothing more as the one he was."""
    one, other = meeting.join("a"), meeting.join("b")
    one.publish(b"head", {}, 0)
    other.publish(b"head", {}, 0)
    meeting.kill("a")
    assert other.fold("a", other.look({}).members["a"].token, Departed(1, b"sum"))
    assert not one.publish(b"more", {1: b"slice"}, 0)
    assert other.look({}).members["a"].head == b"head"
    again = meeting.join("c")
    assert again.publish(b"more", {}, 0)
    assert other.look({}).members["c"].head == b"more"


def test_one_leads_and_another_follows_his_death(meeting: "Meeting") -> None:
    """Asked again and again, the same one does."""
    one, other = meeting.join("a"), meeting.join("b")
    for board in (one, other):
        board.publish(b"head", {}, 0)
    assert [one.lead(), other.lead(), one.lead(), other.lead()] == [True, False, True, False]
    meeting.kill("a")
    assert other.lead()


def test_a_deployment_ends_with_its_last_worker(meeting: "Meeting") -> None:
    """Who joins while one lives finds everything; who finds nobody alive begins anew."""
    one, other = meeting.join("a"), meeting.join("b")
    one.publish(b"head", {}, 0)
    other.publish(b"head", {3: b"slice"}, 0)
    meeting.kill("a")
    other.fold("a", other.look({}).members["a"].token, Departed(1, b"sum"))
    joined = meeting.join("c")
    assert joined.look({}).departed == (1, b"sum")
    joined.leave()
    other.leave()
    alone = meeting.join("d")
    alone.publish(b"new", {}, 0)
    seen = alone.look({})
    assert (set(seen.members), seen.departed) == ({"d"}, NONE)
    assert dict(alone.slices("b", [3])) == {}
