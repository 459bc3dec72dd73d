"""A local double of every provider: their wire formats on a real port, and outages on command.

```python
async with running(seed=7) as url:                      # or: holdfast simulator --port 9100
    client = AsyncOpenAI(api_key="sim", base_url=f"{url}/openai/v1", max_retries=0)
```

Scenarios are switched over HTTP while it runs: `PUT {url}/_scenarios/openai` with
`{"kind": "empty_success", "rate": 0.3}`; see `kinds.KINDS` for what can be played. Everything
is decided by the seed: the answers, and which calls a rate of 0.3 hits.
"""

from holdfast.simulator.application import create_simulator
from holdfast.simulator.errors import SimulatorError
from holdfast.simulator.providers import PROVIDERS
from holdfast.simulator.server import running, serve

__all__ = ["PROVIDERS", "SimulatorError", "create_simulator", "running", "serve"]
