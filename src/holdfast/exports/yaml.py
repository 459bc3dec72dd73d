"""The little YAML that configuration files need: mappings, lists, words, numbers."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][\w./-]*")
_NOT_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def yaml(document: Mapping[str, Any]) -> str:
    """*document* in block style; texts that could be mistaken are in quotes, as JSON has them."""
    return "# made by `holdfast export`\n" + "\n".join(_mapping(document)) + "\n"


def _mapping(items: Mapping[str, Any]) -> Iterator[str]:
    for key, value in items.items():
        yield from _entry(f"{key}:", value)


def _entry(head: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield head
        yield from (f"  {line}" for line in _mapping(value))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield head
        for one in value:
            yield from _item(one)
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"  - {_scalar(value)}"
        return
    for number, line in enumerate(_mapping(value)):
        yield f"  {'  ' if number else '- '}{line}"


def _scalar(value: Any) -> str:
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_WORDS
    return value if plain else json.dumps(value, ensure_ascii=False)
