"""The models that the simulated account may use."""

from typing import Any

from holdfast.simulator.providers.openai.errors import envelope
from holdfast.simulator.wire import Answer, Call, Refused

CHAT_MODELS = ("gpt-5", "gpt-5-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini")

EMBEDDING_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}

_CREATED_UNIX = 1_715_367_049


def list_models(_call: Call) -> Answer:
    """GET /models."""
    models = [_describe(name) for name in (*CHAT_MODELS, *EMBEDDING_DIMENSIONS)]
    return Answer(document={"object": "list", "data": models})


def one_model(call: Call) -> Answer:
    """GET /models/{model}."""
    name = call.parameters["model"]
    require_model(name)
    return Answer(document=_describe(name))


def require_model(name: str) -> None:
    """Refuse a model that does not exist, as the API does."""
    if name not in CHAT_MODELS and name not in EMBEDDING_DIMENSIONS:
        message = f"The model `{name[:100]}` does not exist or you do not have access to it."
        answer = envelope(404, message, "invalid_request_error", "model_not_found")
        raise Refused(answer)


def _describe(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED_UNIX, "owned_by": "system"}
