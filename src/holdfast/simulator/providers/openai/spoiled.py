"""OpenAI's answers that arrive with status 200 and are wrong all the same."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from holdfast.simulator.provider import Twist
from holdfast.simulator.providers.openai.chat import Reply, Spoil, replied
from holdfast.simulator.providers.openai.embeddings import encoded, numbers_in
from holdfast.simulator.providers.openai.request import Ask, read_chat
from holdfast.simulator.wire import Answer, Call

OTHER_MODEL = "gpt-3.5-turbo-0125"


def empty_list(_call: Call, good: Answer) -> Answer:
    """200 with a list of nothing."""
    return replace(good, document={**good.document, "data": []})


def _chat(spoil: Spoil) -> Twist:
    return lambda call, _good: replied(call, spoil)


def _empty(_ask: Ask, _good: Reply) -> Reply:
    return Reply((), "stop")


def _cut(_ask: Ask, good: Reply) -> Reply:
    return Reply(good.pieces[: max(1, len(good.pieces) // 2)], "length")


def _withheld(_ask: Ask, _good: Reply) -> Reply:
    return Reply((), "content_filter")


def _document(words: str) -> Twist:
    """*words* where a document was asked for."""

    def twist(call: Call, good: Answer) -> Answer:
        if read_chat(call).schema is None:
            return good
        return replied(call, lambda _ask, _reply: Reply((words,), "stop"))

    return twist


def _truncated(_call: Call, good: Answer) -> Answer:
    """A stream that ends in the middle: no finish_reason, no usage, no `[DONE]`."""
    if not good.streamed:
        return good
    said = [part for part in good.parts if b'"content"' in part]
    return replace(good, parts=tuple(said[: max(1, len(said) // 2)]))


def _broken_off(call: Call, good: Answer) -> Answer:
    """A stream that says in the middle that it cannot go on."""
    if not good.streamed:
        return good
    words = "The server had an error while processing your request."
    error = {"message": words, "type": "server_error", "param": None, "code": None}
    told = f"data: {json.dumps({'error': error})}\n\n".encode()
    return replace(good, parts=(*_truncated(call, good).parts, told))


def _another_model(call: Call, good: Answer) -> Answer:
    if good.streamed:
        asked, other = (
            f'"model": {json.dumps(name)}'.encode() for name in (read_chat(call).model, OTHER_MODEL)
        )
        return replace(good, parts=tuple(part.replace(asked, other) for part in good.parts))
    return replace(good, document={**good.document, "model": OTHER_MODEL})


def _miscounted(_call: Call, good: Answer) -> Answer:
    if good.streamed:
        return good
    usage = good.document["usage"]
    usage = {**usage, "total_tokens": usage["total_tokens"] + 7}
    return replace(good, document={**good.document, "usage": usage})


def _vectors(spoil: Callable[[list[list[float]]], list[list[float]]]) -> Twist:
    def twist(_call: Call, good: Answer) -> Answer:
        document: dict[str, Any] = deepcopy(good.document)
        items = document["data"]
        spoiled = spoil([numbers_in(item["embedding"]) for item in items])
        document["data"] = items[: len(spoiled)]
        for item, numbers in zip(document["data"], spoiled, strict=True):
            sent = item["embedding"]
            item["embedding"] = encoded(numbers) if isinstance(sent, str) else numbers
        return replace(good, document=document)

    return twist


CHAT: Final[Mapping[str, Twist]] = {
    "empty_success": _chat(_empty),
    "truncated_stream": _truncated,
    "stream_error": _broken_off,
    "cut_answer": _chat(_cut),
    "withheld_answer": _chat(_withheld),
    "wrong_model": _another_model,
    "wrong_usage": _miscounted,
    "broken_json": _document("Certainly! Here is what you asked for: {"),
    "wrong_json": _document('{"note": "nothing of what was asked for"}'),
}

EMBEDDINGS: Final[Mapping[str, Twist]] = {
    "empty_success": empty_list,
    "missing_vectors": _vectors(lambda vectors: vectors[:-1]),
    "short_vectors": _vectors(lambda vectors: [one[: len(one) // 2] for one in vectors]),
    "nan_vectors": _vectors(lambda vectors: [[float("nan")] * len(one) for one in vectors]),
    "zero_vectors": _vectors(lambda vectors: [[0.0] * len(one) for one in vectors]),
    "same_vectors": _vectors(lambda vectors: [vectors[0]] * len(vectors)),
}
