"""What is read here is large, and of no use to other tests."""

from collections.abc import Iterator

import pytest

from tests.architecture import source


@pytest.fixture(scope="module", autouse=True)
def _forget_what_was_read() -> Iterator[None]:
    yield
    source.forget()
