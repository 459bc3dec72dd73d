"""Documents cut into passages, and words made into vectors."""

import asyncio
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integrations.rag_embedders import WordEmbedder, words
from holdfast.integrations.rag_text import MOST_CHARACTERS, passages

TEXTS = st.text(alphabet=st.sampled_from("ab .\n!?ä"), max_size=4000)


@given(TEXTS | st.text())
def test_nothing_but_blanks_is_lost(text: str) -> None:
    """Every character is in a passage, in order, and no passage is blank or too long."""
    found = passages(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(passage.strip() and len(passage) <= MOST_CHARACTERS for passage in found)


def test_paragraphs_stay_together_and_long_ones_break_at_sentences() -> None:
    """A reader finds whole thoughts."""
    assert passages("One.\n\nTwo.") == ["One.\n\nTwo."]
    sentence = "word " * 60 + "end."
    assert passages(" ".join([sentence] * 6)) == [" ".join([sentence] * 3)] * 2
    assert passages("x" * 2500) == ["x" * 1000, "x" * 1000, "x" * 500]


@pytest.mark.real_time
@given(st.lists(st.text(max_size=200), max_size=4))
def test_vectors_are_of_length_1_and_always_the_same(texts: list[str]) -> None:
    """Another embedder of the same name gives the same; without words it is zero."""
    once, again = [asyncio.run(WordEmbedder(64).embed(texts)) for _ in range(2)]
    assert once == again
    for text, vector in zip(texts, once, strict=True):
        # Opposite features may cancel each other in a small vector.
        length = math.hypot(*vector)
        assert length == pytest.approx(1.0) or length == 0.0
        assert words(text) or length == 0.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Moon's house", ["the", "moon", "s", "house"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("நட்சத்திரம் ராசி", ["நட்சத்திரம்", "ராசி"]),
        ("राशि चक्र!", ["राशि", "चक्र"]),
        ("!!! ...", []),
    ],
)
def test_words_are_found_in_any_script(text: str, found: list[str]) -> None:
    """Vowel signs belong to their word."""
    assert words(text) == [unicodedata.normalize("NFKC", word) for word in found]


@pytest.mark.real_time
async def test_a_long_text_does_not_hold_up_the_loop() -> None:
    """It is counted in a thread, to the same vector."""
    text = "patience " * 2000
    long, short = await WordEmbedder(8).embed([text]), await WordEmbedder(8).embed(["patience"])
    assert long[0] == pytest.approx(short[0], abs=0.2)
