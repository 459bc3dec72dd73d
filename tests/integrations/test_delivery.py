"""Watching what is compressed."""

import gzip
import zlib

import pytest

from holdfast.errors import ProtocolError
from holdfast.integrations.delivery import watching
from holdfast.integrations.exchange import Asked
from holdfast.integrations.openai_answers import ChatWatch

STREAM = (
    b'data: {"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}],'
    b' "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}\n\n'
    b"data: [DONE]\n\n"
)


def fresh() -> ChatWatch:
    """A watch that has seen nothing."""
    return ChatWatch(Asked("POST", "/chat/completions"))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(STREAM)), ("deflate", zlib.compress(STREAM)), ("", STREAM)],
)
def test_a_readable_encoding_is_undone_byte_by_byte(encoding: str, body: bytes) -> None:
    """The inner watch sees the text, however it was cut."""
    watch = watching(fresh(), encoding)
    assert watch is not None
    for byte in body:
        watch.feed(bytes([byte]))
    verdict = watch.end()
    assert verdict is not None
    assert (verdict.judgement, watch.complete) == ("pass", True)
    usage = watch.usage()
    assert usage is not None
    assert usage.amount == 3.0


def test_an_unreadable_encoding_is_not_watched() -> None:
    """Better unjudged than misjudged."""
    assert watching(fresh(), "br") is None


def test_undecodable_bytes_blind_the_watch_and_nothing_else() -> None:
    """It never raises while the stream passes; at the end the stream was not complete."""
    watch = watching(fresh(), "gzip")
    assert watch is not None
    watch.feed(b"not gzip")
    watch.feed(gzip.compress(STREAM))
    with pytest.raises(ProtocolError, match="ended without"):
        watch.end()
