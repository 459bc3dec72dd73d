"""Scenarios as a file: which outage each provider plays, in TOML or JSON.

```toml
[openai]
kind = "empty_success"
rate = 0.3

[prokerala]
kind = "error"
status = 503
for_seconds = 60
```

One table for each provider, its fields those of ``PUT /_scenarios/{provider}``.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from holdfast.simulator.errors import SimulatorError
from holdfast.simulator.provider import Provider
from holdfast.simulator.scenario import InvalidScenario, Scenario, read_scenario
from holdfast.simulator.wire import Json

Scenarios = Mapping[str, Scenario]
"""A scenario for each provider named."""


def read_scenarios(document: Json, providers: Mapping[str, Provider]) -> Scenarios:
    """The scenarios that *document* holds; `InvalidScenario` names provider, field and value."""
    if not isinstance(document, dict):
        raise InvalidScenario("body", document, 'an object such as {"openai": {"kind": "error"}}')
    return {name: _one(name, wanted, providers) for name, wanted in document.items()}


def read_scenario_file(path: Path, providers: Mapping[str, Provider]) -> Scenarios:
    """The scenarios of the file *path*; `SimulatorError` says what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise SimulatorError(f"{path} cannot be read as scenarios: {error}") from None
    try:
        return read_scenarios(document, providers)
    except InvalidScenario as no:
        raise SimulatorError(f"{path}: {no}") from None


def _one(name: str, wanted: Json, providers: Mapping[str, Provider]) -> Scenario:
    if name not in providers:
        raise InvalidScenario("provider", name, f"one of {', '.join(sorted(providers))}")
    try:
        return read_scenario(wanted, providers[name])
    except InvalidScenario as no:
        raise no.within(name) from None
