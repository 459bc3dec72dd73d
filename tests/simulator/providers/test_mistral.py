"""Mistral's wire format."""

from tests.simulator.calls import inside


async def test_chat_and_models_need_a_key_and_a_question() -> None:
    """Completions with usage; 401, 404 and 422 with a message."""
    question = {"messages": [{"role": "user", "content": "How do I begin?"}]}
    async with inside() as client:
        good = (await client.post("/mistral/v1/chat/completions", json=question)).json()
        models = (await client.get("/mistral/v1/models")).json()
        empty = await client.post("/mistral/v1/chat/completions", json={})
        unsigned = await client.get("/mistral/v1/models", headers={"authorization": ""})
        lost = await client.get("/mistral/v2/models")
    assert good["choices"][0]["finish_reason"] == "stop"
    assert good["usage"]["total_tokens"] == 19
    assert models["data"][0]["id"] == good["model"]
    assert [one.status_code for one in (empty, unsigned, lost)] == [422, 401, 404]
    assert unsigned.json()["message"] == "Unauthorized"
