"""Searches that found something, searches that did not, and answers out of order."""

import math
from dataclasses import replace
from typing import Any

import pytest

from holdfast.validation.retrieval import Retrieval, judge_retrieval

GOOD = Retrieval(scores=[0.9, 0.4], ids=["a", "b"], min_score=0.3, stored=5, considered=5, best=0.9)


@pytest.mark.parametrize(
    ("change", "judgement", "words"),
    [
        ({}, "pass", ""),
        ({"stored": 0}, "fail", "the knowledge base is empty"),
        ({"scores": [], "ids": [], "best": 0.1}, "warn", "scores 0.10, at least 0.30 wanted"),
        ({"scores": [], "ids": [], "best": None}, "warn", "none of 5 passages matches"),
        ({"scores": [0.4, 0.9]}, "fail", "not sorted"),
        ({"scores": [0.9, 0.2]}, "fail", "scores less than 0.30"),
        ({"scores": [math.nan, 0.4]}, "fail", "not between -1 and 1"),
        ({"scores": [1.2, 0.4]}, "fail", "not between -1 and 1"),
        ({"ids": ["a", "a"]}, "fail", "a passage comes twice"),
        ({"blank": True}, "fail", "a passage has no text"),
    ],
)
def test_a_search_is_judged(change: dict[str, Any], judgement: str, words: str) -> None:
    """Nothing near is a warning; nothing at all, or disorder, is a failure."""
    verdict = judge_retrieval(replace(GOOD, **change))
    assert verdict.judgement == judgement
    assert words in verdict.reason
