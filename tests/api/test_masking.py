"""Users are shown so that one can recognise them, and no more."""

import pytest

from holdfast.api.shapes.session import masked


@pytest.mark.parametrize(
    ("user_id", "shown"),
    [(None, None), ("", None), ("a", "\u2026"), ("ab", "\u2026"), ("abc", "a\u2026c")],
)
def test_a_user_is_masked(user_id: str | None, shown: str | None) -> None:
    """First and last letter; of a short name nothing at all."""
    assert masked(user_id) == shown
