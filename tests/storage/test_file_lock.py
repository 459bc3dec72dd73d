"""One process at a time."""

from pathlib import Path

import pytest

from holdfast.storage.file_lock import file_lock

pytestmark = pytest.mark.real_time


def test_who_comes_second_waits_no_longer_than_asked(tmp_path: Path) -> None:
    """The error names the file and the patience."""
    path = tmp_path / "lock"
    said = r"lock is held .* 0\.05 s"
    with file_lock(path, 0.0), pytest.raises(TimeoutError, match=said), file_lock(path, 0.05):
        pytest.fail("two hold the lock")


def test_a_lock_is_free_when_its_holder_has_gone(tmp_path: Path) -> None:
    """Also when it went by an error."""
    path = tmp_path / "lock"
    with pytest.raises(KeyError), file_lock(path, 0.0):
        raise KeyError
    with file_lock(path, 0.0):
        assert path.exists()
