"""D-ID's wire format: jobs by the clock, signed films, credits, errors."""

import asyncio
from typing import Any

import pytest

from holdfast.simulator.providers import Did
from holdfast.simulator.providers.did.talks import MOST_TALKS, Talks
from tests.jumping_time import jumping_clock
from tests.simulator.calls import inside, play

SIGNED = {"authorization": "Basic bWU=:secret"}
TALK = {
    "source_url": "https://example.org/face.jpg",
    "script": {"type": "text", "input": "Sit quietly and breathe."},
    "user_data": "order-7",
}


def _inside(**options: Any) -> Any:
    double = Did(clock=jumping_clock(), **options)
    return inside(providers=[double])


async def test_a_talk_is_a_job() -> None:
    """201 and an id; then created, started and done with a film and its duration."""
    async with _inside(render_seconds=8.0) as client:
        client.headers.update(SIGNED)
        created = await client.post("/did/talks", json=TALK)
        begun = created.json()
        seen = []
        for seconds in (0.0, 3.0, 6.0):
            await asyncio.sleep(seconds)
            seen.append((await client.get(f"/did/talks/{begun['id']}")).json())
        listed = (await client.get("/did/talks?limit=5")).json()["talks"]
    assert created.status_code == 201
    assert set(begun) == {"id", "object", "created_at", "created_by", "status"}
    assert [one["status"] for one in seen] == ["created", "started", "done"]
    assert "result_url" not in seen[1]
    assert seen[1]["pending_url"].startswith("s3://")
    assert seen[2]["duration"] == 1.6
    assert [one["user_data"] for one in listed] == ["order-7"]


async def test_the_film_needs_its_signature_and_time() -> None:
    """Whole or in parts; without a signature, or later, the file host says Access Denied."""
    async with _inside(film_link_seconds=10.0) as client:
        begun = (await client.post("/did/talks", json=TALK, headers=SIGNED)).json()
        path = f"/did/talks/{begun['id']}"
        url = (await client.get(path, headers=SIGNED)).json()["result_url"]
        whole = await client.get(url)
        part = await client.get(url, headers={"range": "bytes=0-15"})
        unsigned = await client.get(url.partition("?")[0])
        await asyncio.sleep(20.0)
        late = await client.get(url)
    assert whole.content[4:8] == b"ftyp"
    assert part.status_code == 206
    assert part.content == whole.content[:16]
    assert part.headers["content-range"] == f"bytes 0-15/{len(whole.content)}"
    assert (unsigned.status_code, late.status_code) == (403, 403)
    assert "AccessDenied" in late.text


async def test_a_talk_costs_a_credit_for_15_seconds() -> None:
    """Credits go down and run out; a talk that is done can be deleted, a running one cannot."""
    long = {**TALK, "script": {"type": "text", "input": "word " * 60}}
    async with _inside(credit_limit=3, render_seconds=5.0) as client:
        client.headers.update(SIGNED)
        begun = (await client.post("/did/talks", json=long)).json()
        left = (await client.get("/did/credits")).json()
        refused = await client.post("/did/talks", json=long)
        running = await client.delete(f"/did/talks/{begun['id']}")
        await asyncio.sleep(6.0)
        gone = await client.delete(f"/did/talks/{begun['id']}")
        lost = await client.get(f"/did/talks/{begun['id']}")
    assert (left["remaining"], left["total"]) == (1, 3)
    assert (refused.status_code, refused.json()["kind"]) == (402, "InsufficientCreditsError")
    assert [running.status_code, gone.status_code, lost.status_code] == [409, 200, 404]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"script": {"input": "Om"}},
        {"script": {}},
        {"script": 1},
        {"source_url": "http://example.org/face.jpg"},
        {"user_data": "x" * 1001},
    ],
)
async def test_what_the_api_would_not_take_is_a_400(spoiled: dict[str, Any]) -> None:
    """The kind is ValidationError."""
    async with _inside() as client:
        answer = await client.post("/did/talks", json={**TALK, **spoiled}, headers=SIGNED)
        page = await client.get("/did/talks?limit=1000", headers=SIGNED)
    assert (answer.status_code, answer.json()["kind"]) == (400, "ValidationError")
    assert page.status_code == 400


async def test_errors_have_two_shapes() -> None:
    """D-ID's own, and its gateway's; a key is needed."""
    async with _inside() as client:
        unsigned = await client.get("/did/credits", headers={"authorization": ""})
        await play(client, "did", kind="error", status=504)
        late = await client.get("/did/credits", headers=SIGNED)
        await play(client, "did", kind="error", status=451, code="ModerationError")
        moderated = await client.get("/did/credits", headers=SIGNED)
        nowhere = await client.get("/did/clips", headers=SIGNED)
    assert unsigned.json()["kind"] == "AuthorizationError"
    assert late.json() == {"message": "Endpoint request timed out"}
    assert moderated.json()["kind"] == "ModerationError"
    assert nowhere.status_code in (404, 451)


async def test_only_so_many_talks_are_kept() -> None:
    """The oldest is forgotten."""
    talks = Talks(0.0, jumping_clock())
    for number in range(MOST_TALKS + 1):
        talks.add(f"tlk_{number}", "text", None)
    assert talks.get("tlk_0") is None
    assert talks.get("tlk_1") is not None
