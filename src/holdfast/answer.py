"""What is said of an answer: what it means, and what it cost."""

from collections.abc import Mapping
from typing import Literal

from holdfast.fact import fact

Judgement = Literal["pass", "warn", "fail"]


@fact
class Verdict:
    """What a validator says of an answer.

    *score* is 0-1, or None where the check knows only yes or no; *method* names the check.
    *repeat*: another attempt may bring a better answer; it is paid for again.
    """

    judgement: Judgement
    reason: str = ""
    method: str = ""
    score: float | None = None
    repeat: bool = True


@fact
class Usage:
    """What the provider says the call cost, in its own unit (tokens, characters, credits).

    *parts* splits the amount where prices differ (``{"input": 12, "output": 30}``), *model* is
    what it was spent on, *cost_usd* what that is by the price table; None where it is not known.
    """

    unit: str
    amount: float
    remaining: float | None = None
    model: str | None = None
    parts: Mapping[str, float] | None = None
    cost_usd: float | None = None
