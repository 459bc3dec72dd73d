"""Components: asked together, bounded, isolated, remembered, told when they change."""

import asyncio
import threading

import pytest

from holdfast.errors import ConfigurationError, Unavailable
from holdfast.events import ComponentChanged, Event
from holdfast.health.check import Check, ask
from holdfast.health.components import MOST_COMPONENTS, Components
from holdfast.health.state import Health
from tests.jumping_time import EPOCH, jumping_clock


async def _well() -> None:
    await asyncio.sleep(1)


async def _hangs() -> bool:
    await asyncio.sleep(1_000)
    return True


async def _breaks() -> bool:
    raise OSError("password=hunter2 refused")


async def _breaks_in_our_words() -> bool:
    raise Unavailable("the cache is down")


async def _says_no() -> bool:
    return False


async def _limps() -> Health:
    return Health("degraded", "slow today")


def check(name: str, probe: object, **more: object) -> Check:
    """A check with its bounds."""
    return Check(name=name, probe=probe, **more)  # type: ignore[arg-type]  # made of any kind


async def test_all_are_asked_at_once_and_none_spoils_another() -> None:
    """A round takes as long as its slowest bound; only our own errors' words are shown."""
    facts: list[Event] = []
    components = Components(facts.append, jumping_clock())
    for name, probe in {
        "well": _well, "hangs": _hangs, "breaks": _breaks, "ours": _breaks_in_our_words,
        "no": _says_no, "limps": _limps,
    }.items():  # fmt: skip
        components.register(check(name, probe))
    assert components.overall().state == "unknown"
    await components.check()
    assert asyncio.get_running_loop().time() == 5.0
    assert {one.name: one.health for one in components.all()} == {
        "well": Health("healthy"),
        "hangs": Health("unhealthy", "no answer within 5 s"),
        "breaks": Health("unhealthy", "OSError"),
        "ours": Health("unhealthy", "Unavailable: the cache is down"),
        "no": Health("unhealthy", "the check says no"),
        "limps": Health("degraded", "slow today"),
    }
    assert ComponentChanged("limps", EPOCH, "unknown", "degraded", "slow today") in facts
    assert "well" not in {fact.component for fact in facts if isinstance(fact, ComponentChanged)}


async def test_who_asks_meanwhile_waits_for_the_same_round() -> None:
    """Single flight: ten who ask cost one."""
    asked = []

    async def probe() -> None:
        asked.append(1)
        await asyncio.sleep(2)

    components = Components(clock=jumping_clock())
    components.register(check("cache", probe))
    await asyncio.gather(*(components.check() for _ in range(10)))
    assert len(asked) == 1


async def test_who_stops_asking_does_not_stop_the_round() -> None:
    """The others still wait for it."""
    components = Components(clock=jumping_clock())
    components.register(check("cache", _well))
    impatient = asyncio.create_task(components.check())
    await asyncio.sleep(0.1)
    impatient.cancel()
    await components.check()
    assert components.overall() == Health("healthy")


async def test_it_asks_for_ever_and_tells_each_change_once() -> None:
    """Down and up again: two facts in any number of rounds."""
    state = {"up": True}

    async def probe() -> bool:
        return state["up"]

    facts: list[Event] = []
    components = Components(facts.append, jumping_clock())
    components.register(check("cache", probe))
    running = asyncio.create_task(components.run(30.0))
    await asyncio.sleep(100)
    state["up"] = False
    await asyncio.sleep(100)
    state["up"] = True
    await asyncio.sleep(100)
    running.cancel()
    assert facts == [
        ComponentChanged("cache", EPOCH + 120, "healthy", "unhealthy", "the check says no"),
        ComponentChanged("cache", EPOCH + 210, "unhealthy", "healthy", None),
    ]
    [cache] = components.all()
    assert (cache.since, cache.checked_at) == (EPOCH + 210, EPOCH + 270)


async def test_what_the_whole_can_do_without_only_degrades_it() -> None:
    """And only what is required keeps an instance from being ready; tags ask about a group."""
    components = Components(clock=jumping_clock())
    components.register(check("cache", _says_no, at_most="degraded", tags=frozenset({"store"})))
    components.register(check("auth", _well, required=True))
    await components.check()
    assert components.overall() == Health("degraded", "1 of 2 are not well")
    assert components.overall("store").state == "degraded"
    assert [one.name for one in components.all("store")] == ["cache"]
    assert components.missing() == []
    components.set("auth", Health("unhealthy", "no keys"))
    assert [one.name for one in components.missing()] == ["auth"]
    assert components.overall().state == "unhealthy"


async def test_the_application_may_say_it_itself_from_any_thread() -> None:
    """What no check asks about is known from then on."""
    components = Components(clock=jumping_clock())
    said = Health("degraded", "half the shards")
    thread = threading.Thread(target=components.set, args=("search", said))
    thread.start()
    thread.join()
    found = components.get("search")
    assert found is not None
    assert found.health == said
    assert components.get("nobody") is None


async def test_names_are_bounded() -> None:
    """Beyond the bound a set is dropped and counted, a registration is an error."""
    components = Components(clock=jumping_clock())
    for number in range(MOST_COMPONENTS + 3):
        components.set(f"c{number}", Health("healthy"))
    assert (len(components.all()), components.overflowed) == (MOST_COMPONENTS, 3)
    with pytest.raises(ConfigurationError, match="at most 500 components"):
        components.register(check("one more", _well))


@pytest.mark.parametrize("wrong", [{"name": ""}, {"timeout_seconds": 0.0}])
def test_a_check_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """It needs a name, and a time."""
    with pytest.raises(ValueError, match="needs a name and a timeout"):
        check(**{"name": "x", "probe": _well, **wrong})  # type: ignore[arg-type]  # on purpose


async def test_a_failure_means_what_the_check_says() -> None:
    """A cache that does not answer is no catastrophe."""
    assert await ask(check("cache", _hangs, timeout_seconds=2.0, on_failure="degraded")) == Health(
        "degraded", "no answer within 2 s"
    )
