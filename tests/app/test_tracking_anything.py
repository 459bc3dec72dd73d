"""Whatever an application hands to `track_…`, its own work goes on."""

from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.app.timed_work import TimedWork
from holdfast.events import BusinessFact, Event, MetricTracked
from holdfast.telemetry.application_metrics import MISUSE
from tests.api.host import development

pytestmark = pytest.mark.real_time


class Detached:
    """As an object of a mapper whose session is over: it has no text and no hash any more."""

    def __str__(self) -> str:
        raise LookupError("not bound to a session")

    __hash__ = None  # type: ignore[assignment]


ANYTHING = [Detached(), ["a"], None, 10**400, float("nan"), "\ud800", b"a", object()]
METHODS = [name for name in dir(Monitoring) if name.startswith(("track", "update_", "increment_"))]


@pytest.mark.parametrize("name", METHODS)
async def test_nothing_is_raised(tmp_path: Path, name: str) -> None:
    """In any of its arguments, and in the labels of what is timed.

    On a loop, for a context of its own: what is begun here and never ended stays here.
    """
    method = getattr(Monitoring(development(tmp_path)), name)
    places = [
        one for one in signature(method).parameters.values()
        if one.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    ]  # fmt: skip
    for thing in ANYTHING:
        for place in range(len(places)):
            arguments: list[Any] = ["some"] * len(places)
            arguments[place] = thing
            work = method(*arguments)
            if isinstance(work, TimedWork):
                with work:
                    work.label(of=thing)


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    """By the metric it was meant for; a business fact is kept with what is known."""
    told: list[Event] = []
    monitoring = Monitoring(development(tmp_path))
    monitoring.listen(told.append)
    unreadable: Any = Detached()
    monitoring.track("message_count", user_type=unreadable)
    monitoring.track(unreadable)
    monitoring.track("message_count", 10**400)
    monitoring.track_business("sale", 2, dimensions={"buyer": unreadable})
    monitoring.track_business("sale", 3, dimensions=unreadable)
    monitoring.catch_up()
    misuse = [one for one in told if isinstance(one, MetricTracked) and one.metric == MISUSE]
    assert [one.labels for one in misuse] == [
        ("message_count", "unreadable"), ("Detached", "unreadable"),
        ("message_count", "unreadable"),
    ]  # fmt: skip
    facts = [(one.value, one.dimensions) for one in told if isinstance(one, BusinessFact)]
    assert facts == [(2.0, {"buyer": "Detached"}), (3.0, {"dimensions": "Detached"})]
