"""Kundlis: complete, and each way of being incomplete."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from holdfast.simulator.providers.prokerala import chart
from holdfast.validation.kundli import judge_kundli

BIRTH = chart.Birth(datetime.fromisoformat("1990-05-17T08:20:00+05:30"), 10.2, 78.1, 1)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda kundli: kundli, ""),
        (lambda kundli: kundli.pop("mangal_dosha"), "mangal_dosha.has_dosha is no yes or no"),
        (lambda kundli: kundli["mangal_dosha"].update(description=" "), "description is no text"),
        (lambda kundli: kundli.update(yoga_details=[]), "yoga_details is empty"),
        (lambda kundli: kundli["yoga_details"][0].update(name=""), "a yoga lacks its name"),
        (lambda kundli: kundli["nakshatra_details"].pop("zodiac"), "zodiac.id is None"),
        (lambda kundli: kundli.clear(), "nakshatra.id is None"),
    ],
)
def test_a_kundli_is_judged(spoil: Callable[[dict[str, Any]], Any], words: str) -> None:
    """The gravest fault is told."""
    kundli = deepcopy(chart.kundli(BIRTH))
    spoil(kundli)
    verdict = judge_kundli(kundli)
    assert (verdict.judgement == "pass", words in verdict.reason) == (not words, True)
