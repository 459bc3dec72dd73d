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
    Kind("short_audio", "Audio that ends too early", content=True),
    Kind("wrong_format", "Audio in another format", content=True),
    Kind("spent_credits", "No credits left", content=True),
    Kind("lapsed_account", "Subscription not paid", content=True),
    Kind("incomplete_chart", "Incomplete chart", content=True),
    Kind("contradicting_chart", "Charts that contradict each other", content=True),
    Kind("empty_image", "Image without anything in it", content=True),
    Kind("unsafe_image", "Image with a script in it", content=True),
    Kind("truncated_stream", "Truncated stream", content=True),
    Kind("failed_job", "Failed job", content=True),
    Kind("rejected_job", "Rejected job", content=True),
    Kind("stuck_job", "Job that never ends", content=True),
    Kind("invalid_token", "Token that is not valid, told with 200", content=True),
    Kind("missing_scope", "Token without a scope", content=True),
    Kind("expiring_token", "Token that expires within an hour", content=True),
    Kind("wrong_account", "Token of another account", content=True),
    Kind("error_in_success", "Error in a body with 200", content=True),
    Kind("stale_refresh", "Renewal that renews nothing", content=True),
    Kind("lost_answer", "Done, but the answer is lost"),
    Kind("stream_error", "Error in the middle of a stream", content=True),
    Kind("cut_answer", "Answer cut at the token limit", content=True),
    Kind("withheld_answer", "Answer withheld by the content filter", content=True),
    Kind("wrong_model", "Another model answers", content=True),
    Kind("wrong_usage", "Usage that does not add up", content=True),
    Kind("broken_json", "JSON mode without JSON", content=True),
    Kind("wrong_json", "JSON without its members", content=True),
    Kind("missing_vectors", "Fewer vectors than texts", content=True),
    Kind("short_vectors", "Vectors of another size", content=True),
    Kind("nan_vectors", "Vectors that are no numbers", content=True),
    Kind("zero_vectors", "Vectors of nothing", content=True),
    Kind("same_vectors", "One vector for all texts", content=True),
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
