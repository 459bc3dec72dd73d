"""Images that say something and may be shown, and all others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.validation.svg import MOST_BYTES, judge_svg

GOOD = '<svg xmlns="http://www.w3.org/2000/svg"><g><text x="1">Su</text></g></svg>'
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg><text>&b;</text></svg>'


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (GOOD, ""),
        (DOCTYPE + GOOD, ""),
        ('<?xml version="1.0"?><s:svg xmlns:s="x"><s:title>a</s:title></s:svg>', ""),
        ('<svg><use href="#a"/><image href="data:image/png;base64,AA"/><text>a</text></svg>', ""),
        ("", "no XML: no element found"),
        ('{"status": "ok"}', "no XML"),
        (GOOD[:-6], "no XML"),
        ("<html><text>a</text></html>", "the root is <html>, <svg> expected"),
        ("<svg><rect/> </svg>", "the image has no text in it"),
        ("<svg><text>a</text><script>a()</script></svg>", "<script> is in the image"),
        ("<svg><foreignObject/></svg>", "<foreignObject> is in the image"),
        ('<svg onload="a()"><text>a</text></svg>', "the image acts by itself (onload)"),
        ('<svg><a href="javascript:a()"/></svg>', "fetches or links something from elsewhere"),
        ('<svg><image xlink:href="//x.example/a"/></svg>', "fetches or links something"),
        (BOMB, "the image declares entities of its own"),
        ("<svg>" + " " * MOST_BYTES, f"at most {MOST_BYTES} expected"),
    ],
)
def test_an_image_is_judged(image: str, words: str) -> None:
    """The first fault is told; nothing of the image is run, fetched or expanded."""
    verdict = judge_svg(image.encode())
    assert (verdict.judgement == "pass", words in verdict.reason) == (not words, True)


@given(st.binary() | st.text().map(lambda text: f"<svg>{text}</svg>".encode()))
def test_any_bytes_get_a_verdict(body: bytes) -> None:
    """Never an exception."""
    assert judge_svg(body).judgement in ("pass", "fail")
