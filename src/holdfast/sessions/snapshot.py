"""A session's context as fields one can compare: flat, bounded, and redacted before it is kept.

Mappings (and dataclasses, and pydantic models) are walked into: a field inside is ``birth.time``.
What is empty - None, "", an empty list - is as good as not there.
"""

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from itertools import islice
from typing import Any

from holdfast.seen import FieldSeen
from holdfast.telemetry.redact import redact

MOST_FIELDS = 200
_MOST_SEEN = 5_000
_DEEPEST = 5
_MOST_ITEMS = 1_000
HELD_CHARACTERS = 16_384
_KEPT_CHARACTERS = 200
_LONGEST_NAME = 120
_MOST_DESCRIBED = 50
_LARGEST = 1e15
_FIRST_STEP_OF_LADDER = 1_024

_PRIVATE_NAMES = re.compile(
    r"(?:^|[_\W])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key"
    r"|credentials?|authorization|auth|cookies?|session_?key|signature|pin|otp|cvv|cvc|iban|ssn"
    r"|e[-_]?mail|phone|mobile|card_?(?:number|no)|(?:credit|debit)_?card)(?:$|[_\W])"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Privacy:
    """What nobody may read later: *fields* by name, and *patterns* within any text.

    They come on top of what we know ourselves: tokens, passwords, cookies, keys, e-mail
    addresses, phone and card numbers.
    """

    fields: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = field(default=())

    def hides(self, path: str) -> bool:
        """Whether the field *path* is private by its name, or lies within one that is."""
        parts = path.split(".")
        return any(
            part in self.fields or _PRIVATE_NAMES.search(_HUMPS.sub("_", part).lower())
            for part in parts
        )

    def redacted(self, text: str, limit: int) -> str:
        """*text* without what is private, of at most *limit* characters."""
        for pattern in self.patterns:
            text = pattern.sub("[redacted]", text[: 4 * limit])
        return redact(text, limit)


def flattened(context: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The first `MOST_FIELDS` fields that hold something, by path, and how many more there are."""
    found = [(path[:_LONGEST_NAME], one) for path, one in islice(_walk("", context, 0), _MOST_SEEN)]
    return dict(found[:MOST_FIELDS]), max(0, len(found) - MOST_FIELDS)


def named(name: Any) -> str:
    """*name* as a part of a path, where a dot means "inside"."""
    return str(name).replace(".", "·")


def held(value: Any) -> FieldSeen:
    """What is remembered of *value* within the process, as it is."""
    kind, size, text, data = _read(value)
    head = data[: HELD_CHARACTERS // 2].hex() if data is not None else text[:HELD_CHARACTERS]
    return FieldSeen(kind, size, _digest(kind, data if data is not None else text.encode()), head)


def kept(path: str, value: Any, privacy: Privacy) -> FieldSeen:
    """What may leave the process of *value*; nothing in it tells more than its *head* does.

    Binary data is its size and digests. Where something was redacted, the digest is of what is
    left: that of a short secret could be guessed.
    """
    kind, size, text, data = _read(value)
    if privacy.hides(path):
        return FieldSeen(kind, 0, "", "[redacted]")
    if data is not None:
        return FieldSeen(kind, size, _digest(kind, data), _ladder(data))
    head = privacy.redacted(text, _KEPT_CHARACTERS)
    untouched = text == head or (len(text) > _KEPT_CHARACTERS and text.startswith(head[:-1]))
    return FieldSeen(kind, size, _digest(kind, (text if untouched else head).encode()), head)


def described(context: Mapping[str, Any], privacy: Privacy) -> dict[str, str | float | bool]:
    """What may be told of *context* in words and numbers: its first fields, redacted and cut."""
    fields, _ = flattened(context)
    return {
        privacy.redacted(path, _LONGEST_NAME): _described(path, value, privacy)
        for path, value in islice(fields.items(), _MOST_DESCRIBED)
    }


def _described(path: str, value: Any, privacy: Privacy) -> str | float | bool:
    one = kept(path, value, privacy)
    if one.kind == "binary" and one.head != "[redacted]":
        return f"<{one.size} bytes>"
    # A number that stayed as it is is no card and no phone.
    if isinstance(value, bool | int | float) and one.head == str(value) and abs(value) < _LARGEST:
        return value
    return one.head


def weight(one: FieldSeen) -> int:
    """About how many bytes a field held in memory takes: what is read of it, or its own size."""
    return one.size if one.kind in ("text", "binary") else len(one.head)


def digest_of(fields: Mapping[str, FieldSeen]) -> str:
    """One digest for all *fields*, whatever their order."""
    lines = (f"{path}\0{fields[path].digest}\n" for path in sorted(fields))
    return blake2b("".join(lines).encode(), digest_size=16).hexdigest()


def _walk(prefix: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    inside = _mapping(value) if depth < _DEEPEST else None
    if inside is None:
        if not _is_empty(value):
            yield prefix, value
        return
    for name, one in inside.items():
        own = named(name)
        yield from _walk(f"{prefix}.{own}" if prefix else own, one, depth + 1)


def _mapping(value: Any) -> Mapping[Any, Any] | None:
    if isinstance(value, Mapping):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    dump = getattr(value, "model_dump", None)
    found = dump() if callable(dump) and not isinstance(value, type) else None
    return found if isinstance(found, Mapping) else None


def _is_empty(value: Any) -> bool:
    return value is None or (
        isinstance(value, str | bytes | bytearray | memoryview | Sequence | Mapping | set)
        and len(value) == 0
    )


def _read(value: Any) -> tuple[str, int, str, bytes | None]:
    """Kind, size, text, and the bytes of what is binary."""
    if isinstance(value, str):
        return "text", len(value), value.encode("utf-8", "replace").decode(), None
    if isinstance(value, bytes | bytearray | memoryview):
        return "binary", len(value), "", bytes(value)
    if isinstance(value, bool | int | float | Decimal):
        return "number", 1, str(value), None
    if isinstance(value, Sequence):
        return "list", len(value), _listed(value[:_MOST_ITEMS]), None
    if isinstance(value, set | frozenset):
        return "list", len(value), _listed(sorted(map(_as_text, value))[:_MOST_ITEMS]), None
    return "other", 1, _as_text(value), None


def _listed(items: Iterable[Any]) -> str:
    """As JSON without the closing bracket, so that a shorter list is a beginning of a longer."""
    return "[" + ",".join(map(_as_text, items))


def _as_text(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True, default=_plain)
    except (TypeError, ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes {_digest('binary', bytes(value))}>"
    inside = _mapping(value)
    return str(value) if inside is None else dict(inside)


def _ladder(data: bytes) -> str:
    rungs, length = [], _FIRST_STEP_OF_LADDER
    while length <= len(data):
        rungs.append(blake2b(data[:length], digest_size=4).hexdigest())
        length *= 2
    return "-".join(rungs)


def _digest(kind: str, content: bytes) -> str:
    return blake2b(content, digest_size=16, person=kind.encode()).hexdigest()
