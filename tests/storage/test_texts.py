"""Text from outside fits its column."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.storage.texts import free_text, identifier, optional_identifier


@given(st.text(max_size=200).filter(lambda text: "\x00" not in text))
def test_an_id_that_fits_stays_as_it_is(text: str) -> None:
    """People look their own ids up, so nothing is done to them without need."""
    storable = text.encode("utf-8", "replace").decode()
    assert identifier(storable) == storable


@given(st.text(min_size=150, alphabet="ab"), st.text(min_size=150, alphabet="ab"))
def test_different_ids_stay_different(first: str, second: str) -> None:
    """However long they are, and never longer than 200 characters afterwards."""
    assert (identifier(first * 9) == identifier(second * 9)) == (first == second)
    assert len(identifier(first * 9)) <= 200


@given(st.text())
def test_an_id_is_made_fit_once(text: str) -> None:
    """What came from the record finds its row again."""
    assert identifier(identifier(text)) == identifier(text)
    identifier(text).encode()


def test_nothing_stays_nothing() -> None:
    """A field that is not there is NULL, not empty text."""
    assert (optional_identifier(None), free_text(None)) == (None, None)
