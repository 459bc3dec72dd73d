"""pytest: ``pytest_plugins = ["holdfast.testing.plugin"]`` brings the fixture ``simulator``."""

from collections.abc import Iterator

import pytest

from holdfast.testing.simulation import Simulation, simulation


@pytest.fixture(scope="session")
def holdfast_simulation() -> Iterator[Simulation]:
    """One simulator for the whole run, on a free port."""
    with simulation() as simulator:
        yield simulator


@pytest.fixture
def simulator(holdfast_simulation: Simulation) -> Iterator[Simulation]:
    """The run's simulator; after each test every provider behaves well again."""
    yield holdfast_simulation
    holdfast_simulation.behave()
