"""The parts of the writer that need no database; the rest is in tests/conformance."""

from holdfast.storage.writer import instance_name


def test_each_life_of_a_process_has_a_name_of_its_own() -> None:
    """Numbers start anew in each life, so an instance's name must not come back."""
    assert len({instance_name() for _ in range(100)}) == 100
