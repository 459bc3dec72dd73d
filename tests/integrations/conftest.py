"""What the tests of integrations share."""

from collections.abc import Iterator

import pytest

from tests.integrations.simulated_port import simulator


@pytest.fixture(scope="module", name="url")
def _url() -> Iterator[str]:
    """One simulator for all tests of a module."""
    with simulator() as address:
        yield address
