"""What the providers' answers mean, before any request is made."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import ProtocolError, ProviderError, QuotaExhausted, RateLimited, Unavailable
from holdfast.events import Usage
from holdfast.integrations.elevenlabs import (
    Format,
    SpeechWatch,
    format_named,
    judge_audio,
)
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.openai_answers import ChatWatch, judge_completion
from holdfast.integrations.prokerala import judge_positions, judge_token
from holdfast.integrations.spoken_stream import MOST_WATCHED_BYTES
from tests.validation.charts import positions


def asked(document: Any = None, **query: str) -> Asked:
    """A request with a JSON body."""
    return Asked("POST", "/x", query, json.dumps(document).encode())


def answer(document: Any, request: Asked | None = None) -> Exchange:
    """A JSON answer with status 200."""
    return Exchange(request or asked({}), 200, {}, json.dumps(document).encode())


def choice(message: Any, index: int = 0, finish_reason: Any = "stop") -> dict[str, Any]:
    """One choice of a completion."""
    return {"index": index, "message": message, "finish_reason": finish_reason}


@pytest.mark.parametrize(
    "message",
    [
        {"content": "words"},
        {"content": None, "tool_calls": [{"id": "t"}]},
        {"content": None, "function_call": {"name": "f"}},
        {"content": None, "refusal": "I cannot"},
        {"content": None, "audio": {"id": "a"}},
    ],
)
def test_whatever_says_something_is_an_answer(message: dict[str, Any]) -> None:
    """Words, tool calls, a refusal or a voice."""
    assert judge_completion(answer({"choices": [choice(message)]})).judgement == "pass"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "choices [] came, 1 asked for"),
        ({"choices": None}, "choices [] came, 1 asked for"),
        ({"choices": [None]}, "choices [-1] came, 1 asked for"),
        ({"choices": [choice(None)]}, "choice 0 is empty: no content, tool call or refusal"),
        ({"choices": [choice({"content": "\n "})]}, "choice 0 is empty"),
        ({"choices": [choice({"content": "x"}, finish_reason=3)]}, "finish_reason None"),
    ],
)
def test_a_malformed_completion_fails_with_a_reason(document: Any, reason: str) -> None:
    """JSON of another shape is judged, never a crash."""
    verdict = judge_completion(answer(document))
    assert verdict.judgement == "fail"
    assert reason in verdict.reason


@pytest.mark.parametrize(("n", "came"), [(2, 2), (None, 1), ("2", 1), (0, 1), (129, 1)])
def test_as_many_choices_as_asked_for(n: Any, came: int) -> None:
    """Only a documented n counts."""
    choices = [choice({"content": "x"}, index) for index in range(came)]
    assert judge_completion(answer({"choices": choices}, asked({"n": n}))).judgement == "pass"


def events(*documents: Any) -> bytes:
    """A stream of *documents* with its end marker."""
    lines = [f"data: {json.dumps(document)}\n\n" for document in documents]
    return "".join((*lines, "data: [DONE]\n\n")).encode()


def chunk(delta: Any, index: Any = 0, finish_reason: str | None = None) -> dict[str, Any]:
    """One chunk of a streamed completion."""
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}]}


USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
STREAM = (chunk({"content": "hi"}), chunk({}, finish_reason="stop"))


def test_a_stream_with_its_usage_passes() -> None:
    """The last chunk has no choices, and the cost."""
    watch = ChatWatch(asked({"stream_options": {"include_usage": True}}))
    watch.feed(events(*STREAM, {"choices": [], "usage": USAGE}))
    assert watch.complete
    verdict = watch.end()
    assert verdict is not None
    assert verdict.judgement == "pass"
    assert watch.usage() == Usage("tokens", 3.0, parts={"input": 1.0, "output": 2.0})


def test_usage_that_was_asked_for_and_did_not_come_warns() -> None:
    """The words are there; the bill is not."""
    watch = ChatWatch(asked({"stream_options": {"include_usage": True}}))
    watch.feed(events(*STREAM))
    verdict = watch.end()
    assert verdict is not None
    assert (verdict.judgement, verdict.reason) == (
        "warn",
        "usage was asked for, and the stream had none",
    )
    assert watch.usage() is None


def test_every_choice_of_a_stream_must_finish() -> None:
    """One of two that stops in the middle is an unfinished answer."""
    watch = ChatWatch(asked({"n": 2}))
    watch.feed(events(*STREAM, chunk({"content": "x"}, index=1)))
    verdict = watch.end()
    assert verdict is not None
    assert verdict.reason == "choice 1 is not finished: finish_reason None"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "insufficient_quota", "message": "m"}, QuotaExhausted),
        ({"code": "rate_limit_exceeded", "message": "m"}, RateLimited),
        ({"type": "server_error", "message": "m"}, Unavailable),
        ("odd", Unavailable),
    ],
)
def test_an_error_in_a_stream_has_its_class(error: Any, kind: type[ProviderError]) -> None:
    """The provider changed its mind in the middle."""
    watch = ChatWatch(asked({}))
    watch.feed(f"data: {json.dumps({'error': error})}\n\n".encode())
    assert watch.complete
    with pytest.raises(kind, match="in the middle of the stream"):
        watch.end()


@given(pieces=st.lists(st.binary(max_size=30) | st.sampled_from([b"data: ", b"\n\n", b'{"a":1}'])))
def test_no_bytes_break_the_watch(pieces: list[bytes]) -> None:
    """A watch never raises while the stream passes."""
    watch = ChatWatch(asked({}))
    for piece in pieces:
        watch.feed(piece)
    with pytest.raises(ProtocolError, match="the stream ended without"):
        watch.end()


@pytest.mark.parametrize("index", ["0", -1, 128, None, 10**9])
def test_choices_beyond_the_documented_are_not_kept(index: Any) -> None:
    """A broken stream cannot fill our memory."""
    watch = ChatWatch(asked({}))
    watch.feed(events(*STREAM, chunk({"content": "x"}, index=index)))
    verdict = watch.end()
    assert verdict is not None
    assert verdict.judgement == "pass"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"expires_in": 3600}, "the answer has no access_token"),
        ({"access_token": "", "expires_in": 3600}, "the answer has no access_token"),
        ({"access_token": "t0ken", "expires_in": 0}, "expires_in is 0, seconds expected"),
        ({"access_token": "t0ken"}, "expires_in is None, seconds expected"),
    ],
)
def test_a_grant_without_token_or_time_fails(document: Any, reason: str) -> None:
    """It is told without the token."""
    verdict = judge_token(answer(document))
    assert (verdict.judgement, verdict.reason) == ("fail", reason)


@pytest.mark.parametrize(
    ("planets", "data", "judgement"),
    [
        ("0,1", positions({0: 1.0, 1: 2.0}), "pass"),
        ("0,1,9", positions({0: 1.0, 1: 2.0}), "fail"),
        ("", positions(), "pass"),
        ("x", positions(), "pass"),
    ],
)
def test_the_planets_of_the_query_are_expected(planets: str, data: Any, judgement: str) -> None:
    """Without any, the ten default ones."""
    exchange = answer({"status": "ok", "data": data}, asked(planets=planets))
    assert judge_positions(exchange).judgement == judgement


def test_a_bad_envelope_is_told_first() -> None:
    """HTTP 200 with another status inside is no chart."""
    verdict = judge_positions(answer({"status": "error"}))
    assert verdict.reason == "status is 'error', 'ok' expected"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mp3_44100_128", Format("mp3", 44100)),
        ("pcm_16000", Format("pcm", 16000)),
        ("opus_48000_32", Format("opus", 48000)),
        ("odd", Format("odd", 0)),
    ],
)
def test_an_output_format_is_codec_and_rate(name: str, expected: Format) -> None:
    """The rest of the name is not needed."""
    assert format_named(name) == expected


@pytest.mark.parametrize("body", [None, [], {"text": 3}, {"text": "a", "voice_settings": 1}])
def test_an_odd_request_for_speech_can_still_be_judged(body: Any) -> None:
    """The judge never raises because of what the caller sent."""
    verdict = judge_audio(Exchange(asked(body), 200))
    assert verdict is not None
    assert verdict.reason == "the audio has 0 bytes"


def test_a_sound_too_long_to_be_kept_is_not_judged() -> None:
    """Memory is bounded; saying nothing is honest."""
    watch = SpeechWatch(asked({"text": "hi"}))
    watch.feed(bytes(MOST_WATCHED_BYTES))
    watch.feed(b"x")
    watch.feed(b"y")
    assert len(watch._body) == MOST_WATCHED_BYTES
    assert (watch.end(), watch.complete, watch.usage()) == (None, False, None)
