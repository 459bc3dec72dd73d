"""What the demonstration runs with: its own settings, whatever stands in the environment.

API keys and DATABASE_URL found there are ignored unless asked for: a demonstration must not
spend money or write elsewhere.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.setup import load_settings
from holdfast.errors import SettingsError
from holdfast.integrations import CATALOG
from holdfast.settings.settings import Settings

REAL = {"openai": "OPENAI_API_KEY"}
"""The providers that may be called for real, and the variable of their key."""

_SENSITIVE = {
    "MAX_FAILURES": "5",
    "CIRCUIT_RESET_TIME": "6",
    "TIMEOUT": "4",
    "MAX_RETRIES": "2",
    "RETRY_DELAY": "0.2",
}
"""Settings under which an outage is seen, and seen to end, within seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `holdfast demo` was asked for."""

    port: int = 10_000
    journeys_per_minute: float = 60
    seed: int = 7
    data_dir: Path = Path(".holdfast/demo")
    database_url: str | None = None
    real: str | None = None
    max_calls: int = 20


def settings_for(plan: Plan, simulator_url: str) -> Settings:
    """The settings of the example application; raises `SettingsError`."""
    if plan.real and plan.real not in REAL:
        raise SettingsError(f"--real {plan.real}: only {', '.join(REAL)} can be called for real")
    environ = {
        "ENVIRONMENT": "development",
        "HOLDFAST_DATA_DIR": str(plan.data_dir),
        "HOLDFAST_SIMULATOR_URL": simulator_url,
        "HOLDFAST_SESSION_IDLE_SECONDS": "120",
    }
    for known in CATALOG.values():
        name = known.name.upper().replace("-", "_")
        environ.update({f"{name}_{suffix}": value for suffix, value in _SENSITIVE.items()})
        environ[f"{name}_RATE_LIMIT"] = "600"
    if plan.database_url:
        environ["DATABASE_URL"] = plan.database_url
    if plan.real:
        environ.update(OPENAI_BASE_URL="https://api.openai.com/v1", OPENAI_TIMEOUT="30")
    return load_settings(environ, dotenv=None)


def key_of(plan: Plan, provider: str, environ: Mapping[str, str] = os.environ) -> str:
    """The key to send to *provider*: a made-up one for the simulator, yours only when asked."""
    if plan.real != provider:
        return "simulated"
    key = environ.get(REAL[provider])
    if not key:
        raise SettingsError(f"--real {provider} needs your key in {REAL[provider]}")
    return key
