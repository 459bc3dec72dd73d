"""Chat answers that have to be a document: JSON mode, and structured outputs with their schema."""

from collections.abc import Mapping
from typing import Any

from holdfast.events import Verdict
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.validation.json_schema import judge_json
from holdfast.validation.verdict import worst

MOST_KEPT_CHARACTERS = 1024 * 1024
"""A longer streamed document is passed on unjudged."""

Schema = Mapping[str, Any]


def structure_of(asked: Asked) -> Schema | None:
    """What the answer has to fit: a schema, any object (JSON mode), or None: words will do."""
    wanted = member(asked.json, "response_format")
    match member(wanted, "type"):
        case "json_object":
            return {"type": "object"}
        case "json_schema":
            schema = member(member(wanted, "json_schema"), "schema")
            return schema if isinstance(schema, Mapping) else {}
    return None


def judge_structure(exchange: Exchange) -> Verdict | None:
    """Each choice that says something is a document as it was asked for. Refusals are none."""
    words = Words(structure_of(exchange.asked))
    choices = member(exchange.json, "choices")
    for index, choice in enumerate(choices if isinstance(choices, list) else ()):
        words.add(index, member(choice, "message"))
    return words.judge()


class Words:
    """What each choice says, kept as far as it has to fit *schema* (None: nothing is kept)."""

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self._said: dict[int, list[str]] = {}
        self._room = MOST_KEPT_CHARACTERS

    def add(self, index: int, message: Any) -> None:
        """See a message of choice *index*, or a part of one."""
        content = member(message, "content")
        if self._schema is not None and isinstance(content, str) and content and self._room >= 0:
            self._room -= len(content)
            self._said.setdefault(index, []).append(content)

    def judge(self) -> Verdict | None:
        """The gravest verdict on the documents; None when none was wanted, or kept whole."""
        if self._schema is None or self._room < 0:
            return None
        return worst(judge_json("".join(said), self._schema) for said in self._said.values())
