"""Chat completions: one text, sent whole or piece by piece."""

import json
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from holdfast.simulator.providers.openai.example import example
from holdfast.simulator.providers.openai.guidance import compose
from holdfast.simulator.providers.openai.request import Ask, read_chat, text_of
from holdfast.simulator.wire import Answer, Call

PIECE_SECONDS = 0.02
"""Between two pieces of a stream at full pace."""

_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+$")
_TOKENS_PER_MESSAGE = 4


class Reply(NamedTuple):
    """One choice of the model: its pieces, and why it ended."""

    pieces: tuple[str, ...]
    finish_reason: str


Spoil = Callable[[Ask, Reply], Reply]
"""How a good reply becomes a bad one."""


def complete(call: Call) -> Answer:
    """POST /chat/completions."""
    ask = read_chat(call)
    return _answer(call, ask, [_reply(call, ask, index) for index in range(ask.choices)])


def replied(call: Call, spoil: Spoil) -> Answer:
    """The answer to *call* with each of its replies spoiled."""
    ask = read_chat(call)
    good = (_reply(call, ask, index) for index in range(ask.choices))
    return _answer(call, ask, [spoil(ask, reply) for reply in good])


def tokens(text: str) -> list[str]:
    """*text* cut into words and signs, with the space before each; joined they are *text*."""
    return _TOKEN.findall(text)


def _reply(call: Call, ask: Ask, index: int) -> Reply:
    text = compose(_question(ask), _context(ask), call.seed, index)
    for stop in ask.stop:
        text = text.partition(stop)[0]
    if ask.schema is not None:
        text = json.dumps(example(ask.schema, text), ensure_ascii=False)
    pieces = tuple(tokens(text))
    if ask.limit is not None and len(pieces) > ask.limit:
        return Reply(pieces[: ask.limit], "length")
    return Reply(pieces, "stop")


def _question(ask: Ask) -> str:
    said = [text_of(message) for message in ask.messages if message["role"] == "user"]
    return said[-1] if said else ""


def _context(ask: Ask) -> str:
    given = [text_of(m) for m in ask.messages if m["role"] in ("system", "developer")]
    return "\n".join(given)


def _answer(call: Call, ask: Ask, replies: list[Reply]) -> Answer:
    if ask.stream:
        return _stream(call, ask, replies)
    choices: list[dict[str, Any]] = [
        {
            "index": index,
            "message": {
                "role": "assistant",
                "content": "".join(reply.pieces),
                "refusal": None,
                "annotations": [],
            },
            "logprobs": None,
            "finish_reason": reply.finish_reason,
        }
        for index, reply in enumerate(replies)
    ]
    usage = _usage(ask, replies)
    return Answer(
        document={**_head(call, ask, "chat.completion"), "choices": choices, "usage": usage}
    )


def _stream(call: Call, ask: Ask, replies: list[Reply]) -> Answer:
    head = _head(call, ask, "chat.completion.chunk")
    if ask.include_usage:
        head["usage"] = None
    padding = call.dice("obfuscation")
    chunks: list[dict[str, Any]] = []
    for index, reply in enumerate(replies):
        deltas = [({"role": "assistant", "content": "", "refusal": None}, None)]
        deltas += [({"content": piece}, None) for piece in reply.pieces]
        for delta, finish in [*deltas, ({}, reply.finish_reason)]:
            choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
            chunk = {**head, "choices": [choice]}
            if ask.obfuscate:
                chunk["obfuscation"] = f"{padding.getrandbits(64):x}"[: padding.randint(1, 12)]
            chunks.append(chunk)
    if ask.include_usage:
        chunks.append({**head, "choices": [], "usage": _usage(ask, replies)})
    parts = tuple(_event(json.dumps(chunk, ensure_ascii=False)) for chunk in chunks)
    return Answer(
        media_type="text/event-stream; charset=utf-8",
        parts=(*parts, _event("[DONE]")),
        streamed=True,
        pause_seconds=PIECE_SECONDS,
    )


def _event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def _head(call: Call, ask: Ask, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{call.token(29)}",
        "object": kind,
        "created": int(time.time()),
        "model": ask.model,
        "service_tier": "default",
        "system_fingerprint": f"fp_{call.seed:010x}",
    }


def _usage(ask: Ask, replies: list[Reply]) -> dict[str, Any]:
    prompt = sum(_TOKENS_PER_MESSAGE + len(tokens(text_of(m))) for m in ask.messages)
    completion = sum(len(reply.pieces) for reply in replies)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
