"""When a scenario hits, when it ends, and that the seed decides all of it."""

import asyncio

import pytest

from holdfast.simulator.kinds import KINDS
from tests.simulator.calls import CHAT, DETAILS, SPEAK, chart, chat, fate, inside, play, token

TEXT = {"text": "Patience will be rewarded in time."}


async def test_a_refused_call_is_not_spoiled() -> None:
    """A fault of content needs good content: a 401 stays a 401 and is not counted."""
    async with inside() as client:
        await play(client, "openai", kind="empty_success", times=1)
        headers = {"authorization": "Bearer bad-key"}
        assert (await client.post(CHAT, json=chat(), headers=headers)).status_code == 401
        state = await fate(client, "openai")
    assert (state["faulted"], state["times_left"]) == (0, 1)


async def test_a_scenario_may_name_one_operation() -> None:
    """The others go on."""
    async with inside() as client:
        headers = await token(client)
        await play(client, "prokerala", kind="error", operation="planet-position")
        assert (await client.get(DETAILS, headers=headers)).status_code == 400
        assert (await chart(client)).status_code == 500


async def test_a_scenario_ends_after_its_times_or_its_seconds() -> None:
    """Then the provider behaves well again, and the control API says so."""
    async with inside() as client:
        await play(client, "openai", kind="error", times=2)
        statuses = [(await client.post(CHAT, json=chat())).status_code for _ in range(3)]
        assert statuses == [500, 500, 200]
        assert (await fate(client, "openai"))["scenario"] is None


async def test_pace_makes_the_simulator_as_slow_as_the_providers() -> None:
    """At full pace every call takes its time; the same seed takes the same time."""
    taken = []
    for _ in range(2):
        async with inside(pace=1.0) as client:
            loop = asyncio.get_running_loop()
            before = loop.time()
            await client.post(CHAT, json=chat())
            taken.append(loop.time() - before)
    assert 0.1 < taken[0] < 5
    assert taken[0] == pytest.approx(taken[1])


async def test_which_calls_are_hit_is_decided_by_the_seed() -> None:
    """A rate of 0.3 hits the same calls of the same seed, others of another, about 30 of 100."""
    runs = []
    for seed in (7, 7, 8):
        async with inside(seed) as client:
            await play(client, "openai", kind="error", rate=0.3)
            answers = [await client.get("/openai/v1/models") for _ in range(100)]
            runs.append([answer.status_code for answer in answers])
    assert runs[0] == runs[1] != runs[2]
    assert 15 <= runs[0].count(500) <= 45


async def test_a_rate_of_zero_hits_nothing() -> None:
    """The scenario is on, and no call suffers."""
    async with inside() as client:
        await play(client, "openai", kind="error", rate=0)
        answers = [await client.get("/openai/v1/models") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}


async def test_answers_are_decided_by_the_seed() -> None:
    """Text, ids and audio are the same for the same seed and differ between seeds."""
    runs = []
    for seed in (7, 7, 8):
        async with inside(seed) as client:
            said = (await client.post(CHAT, json=chat())).json()
            audio = await client.post(SPEAK, json=TEXT)
            runs.append((said["id"], said["choices"], audio.content))
    assert runs[0] == runs[1]
    assert not set(map(str, runs[0])) & set(map(str, runs[2]))


async def test_every_kind_is_played_by_somebody() -> None:
    """No kind is offered that no provider knows."""
    async with inside() as client:
        kinds = (await client.get("/_scenarios")).json()["kinds"]
    assert [kind["kind"] for kind in kinds] == [kind.name for kind in KINDS]
    assert all(kind["providers"] for kind in kinds)
