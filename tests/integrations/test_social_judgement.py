"""Verdicts on D-ID's answers and on inspected tokens, one odd answer at a time."""

import json
import math
from typing import Any

import pytest

from holdfast.events import Verdict
from holdfast.integrations.did_answers import (
    judge_created,
    judge_credits,
    judge_film,
    judge_listed,
    judge_talk,
)
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.oauth_answers import judge_grant, judge_rotation
from holdfast.integrations.social_report import Expected, Inspection, judge

DONE = {"id": "tlk_1", "status": "done", "result_url": "https://a.example/f.mp4", "duration": 9.5}
FTYP = b"\0\0\0\x18ftypisom"


def _told(document: Any) -> Exchange:
    return Exchange(Asked("GET", "/talks/tlk_1"), 200, {}, json.dumps(document).encode())


@pytest.mark.parametrize(
    ("verdict", "judgement", "words"),
    [
        (judge_created(_told({"id": "clp_1", "status": "created"})), "fail", "tlk_… expected"),
        (judge_created(_told({"id": "tlk_1", "status": "odd"})), "fail", "the status 'odd'"),
        (judge_talk(_told({**DONE, "id": "tlk_2"})), "fail", "another one was asked for"),
        (judge_talk(_told({"id": "tlk_1", "status": "rejected"})), "fail", "was rejected"),
        (judge_talk(_told({"id": "tlk_1", "status": "odd"})), "fail", "status 'odd'"),
        (judge_talk(_told({**DONE, "result_url": "s3://x"})), "fail", "no result_url"),
        (judge_talk(_told({**DONE, "duration": 301})), "warn", "lasts 301 s"),
        (judge_talk(_told({**DONE, "created_at": "2026-02", "modified_at": "2026-01"})), "warn",
         "done before it was asked for"),
        (judge_talk(_told(DONE)), "pass", ""),
        (judge_listed(_told({"talks": [{}]})), "fail", "no list of talks"),
        (judge_credits(_told({"remaining": True})), "fail", "remaining is True"),
        (judge_credits(_told({"remaining": 0})), "warn", "no credits"),
        (judge_grant(_told({"access_token": "t", "expires_in": "soon"})), "fail", "seconds"),
        (judge_rotation(_told({"access_token": "t", "expires_in": 9})), "warn", "no refresh_token"),
    ],
)  # fmt: skip
def test_an_odd_answer(verdict: Verdict, judgement: str, words: str) -> None:
    """What is wrong is said."""
    assert verdict.judgement == judgement
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"content-type": "video/mp4"}, b"GIF89a..", "does not begin as an MP4"),
        ({"content-type": "video/mp4"}, FTYP, "has 12 bytes"),
        ({"content-type": "video/mp4", "content-range": "bytes 0-11/9000"}, FTYP, "has 9000 bytes"),
        ({}, FTYP, "of no content type"),
    ],
)
def test_what_is_no_film(headers: dict[str, str], body: bytes, words: str) -> None:
    """Type, beginning and size, all with 200."""
    verdict = judge_film(Exchange(Asked("GET", "/a/b/c.mp4"), 200, headers, body))
    assert verdict.judgement == "fail"
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("seen", "method", "judgement"),
    [
        (Inspection(expires_at=1000.0), "token_expiry", "fail"),
        (Inspection(expires_at=1001.0), "token_expiry", "warn"),
        (Inspection(expires_at=1001.0, renews_itself=True), "token_expiry", "pass"),
        (Inspection(expires_at=math.inf), "token_expiry", "pass"),
        (Inspection(data_access_expires_at=999.0), "data_access_expiry", "fail"),
        (Inspection(refresh_expires_at=2000.0), "refresh_expiry", "warn"),
        (Inspection(app="other"), "token_app", "fail"),
        (Inspection(accounts=frozenset()), "token_account", "fail"),
        (Inspection(), "token_account", "warn"),
        (Inspection(), "token_scopes", "warn"),
        (Inspection(scopes=frozenset({"read"})), "token_scopes", "fail"),
        (Inspection(scopes=frozenset({"read", "write"})), "token_scopes", "pass"),
        (Inspection(problem="dead"), "token_valid", "fail"),
    ],
)
def test_each_finding_of_a_check(seen: Inspection, method: str, judgement: str) -> None:
    """Validity, whose, scopes and every end, at second 1000."""
    expected = Expected(app="ours", account="1", scopes=frozenset({"read", "write"}))
    found = {one.method: one.judgement for one in judge(seen, expected, 1000.0)}
    assert found[method] == judgement


def test_what_is_not_expected_is_not_looked_at() -> None:
    """Without an account and scopes in mind, a valid token is good."""
    assert [one.method for one in judge(Inspection(), Expected(), 0.0)] == ["token_valid"]
