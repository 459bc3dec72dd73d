"""For the tests of our users: every provider on a local port, misbehaving on command.

```python
from holdfast.testing import simulation

with simulation() as simulator:
    settings = simulator.settings()
    with simulator.playing("openai", "empty_success"):
        ...
```

pytest: ``pytest_plugins = ["holdfast.testing.plugin"]`` in ``conftest.py`` brings the fixture
``simulator``. Nothing here needs pytest.
"""

from holdfast.testing.simulation import Simulation, simulation

__all__ = ["Simulation", "simulation"]
