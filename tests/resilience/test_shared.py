"""The options of sharing are possible, or refused."""

import pytest

from holdfast.resilience.shared import SharingOptions


@pytest.mark.parametrize(
    "wrong",
    [
        {"look_seconds": 0}, {"answer_seconds": -1}, {"first_pause_seconds": 9.0},
        {"probe_seconds": 1.0}, {"assumed_processes": 0},
    ],
)  # fmt: skip
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, float]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"sharing needs .* got .*{name}={value}"):
        SharingOptions(**wrong)  # type: ignore[arg-type]
