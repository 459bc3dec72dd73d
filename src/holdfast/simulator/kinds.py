"""Every way in which a provider can misbehave, as data: name, title and parameters."""

from dataclasses import dataclass
from typing import Literal

Type = Literal["number", "integer", "text"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a scenario document: its type, its default and what is allowed."""

    name: str
    type: Type
    default: float | str | None
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None

    def describe(self) -> dict[str, object]:
        """The field as the control API shows it."""
        limits = {"minimum": self.minimum, "maximum": self.maximum, "allowed": self.allowed}
        shown = {name: limit for name, limit in limits.items() if limit is not None}
        return {"type": self.type, "default": self.default, **shown}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault. *content*: it spoils a good answer, so each operation says how."""

    name: str
    title: str
    parameters: tuple[Field, ...] = ()
    content: bool = False


COMMON = (
    Field("rate", "number", 1.0, minimum=0.0, maximum=1.0),
    Field("operation", "text", None),
    Field("times", "integer", None, minimum=1, maximum=1_000_000),
    Field("for_seconds", "number", None, minimum=0.001, maximum=86_400),
)
"""What every scenario may say; null means: every operation, without bound, until deleted."""

KINDS = (
    Kind("latency", "Slow answers", (Field("delay_seconds", "number", 2.0, 0.0, 600.0),)),
    Kind(
        "error",
        "Errors",
        (Field("status", "integer", 500, 400, 599), Field("code", "text", None)),
    ),
    Kind(
        "rate_limited",
        "Rate limited",
        (Field("retry_after_seconds", "integer", 2, 0, 3600),),
    ),
    Kind("empty_success", "Empty success", content=True),
    Kind("silent_audio", "Silent audio", content=True),
    Kind("incomplete_chart", "Incomplete chart", content=True),
    Kind("truncated_stream", "Truncated stream", content=True),
    Kind("early_close", "Connection lost"),
    Kind("no_end", "End marker missing", content=True),
    Kind("low_confidence", "Unsure answer", content=True),
    Kind("wrong_language", "Wrong language", content=True),
    Kind("untranslated", "Untranslated text", content=True),
    Kind("hang", "Never answers", (Field("seconds", "number", 3600.0, 0.0, 86_400.0),)),
    Kind(
        "malformed",
        "Malformed answer",
        (Field("body", "text", "json", allowed=("json", "html")),),
    ),
)
