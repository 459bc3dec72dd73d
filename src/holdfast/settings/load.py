"""Reading settings: everything that is wrong is said at once, in one error."""

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from holdfast.errors import SettingsError
from holdfast.settings.service import SUFFIXES, ServiceSettings, variable_of
from holdfast.settings.settings import Settings, variables_of
from holdfast.settings.simulated import point_at_simulator
from holdfast.settings.sources import Found, Sources
from holdfast.telemetry.redact import redact

_SECRET = (
    "JWT_SECRET",
    "DATABASE_URL",
    "HOLDFAST_REDIS_URL",
    "REDIS_URL",
    "HOLDFAST_ALERT_WEBHOOK",
)
_VERBATIM = ("JWT_SECRET",)
"""The application signs with it as it stands; all others may end in the line break of a file."""
_NO_KEYS: Mapping[str, Sequence[str]] = {}
_NO_NAMES: Mapping[str, str] = {}
_READ_ELSEWHERE = {"HOLDFAST_TOKEN", "HOLDFAST_SKIP_UI"}
"""By ``holdfast status`` and by the build."""


def load(
    defaults: Mapping[str, Mapping[str, Any]],
    *,
    keys: Mapping[str, Sequence[str]] = _NO_KEYS,
    optional_keys: Sequence[str] = (),
    older_keys: Mapping[str, str] = _NO_NAMES,
    environ: Mapping[str, str] | None = None,
    dotenv: Path | None = Path(".env"),
) -> Settings:
    """The settings of this process; *defaults* are each integration's own, by its name.

    *keys* names the variables of each integration's credentials; *optional_keys* are read too.
    *older_keys* maps a variable's former name, which counts where it alone is set, to its name.
    Who lacks keys is pointed at the simulator, when ``HOLDFAST_SIMULATOR_URL`` says where it is.
    Raises `SettingsError` that names every wrong variable, its value and what is allowed. Warns
    of a ``HOLDFAST_`` variable that nobody reads.
    """
    sources = Sources(os.environ if environ is None else environ, dotenv)
    wrong: list[str] = []
    used: dict[str, str] = {}
    services = {
        name: _validate(ServiceSettings, _service(name, sources), own, wrong, used)
        for name, own in defaults.items()
    }
    fields = {name: sources.find(variables_of(name)) for name in Settings.model_fields}
    settings: Settings | None = _validate(Settings, fields, {}, wrong, used)
    if wrong or settings is None:
        raise SettingsError("\n".join(["settings that cannot be used:", *wrong]))
    _warn_of_unknown(sources)
    wanted = (*(name for names in keys.values() for name in names), *optional_keys)
    credentials = _credentials(wanted, older_keys, sources, used)
    complete: Settings = settings.model_copy(
        update={"services": services, "keys": credentials, "sources": used}
    )
    return point_at_simulator(complete, keys)


def _credentials(
    names: Sequence[str], older: Mapping[str, str], sources: Sources, used: dict[str, str]
) -> dict[str, SecretStr]:
    former = {name: old for old, name in older.items()}
    named = {name: sources.find((name, former.get(name, name))) for name in names}
    found = {name: one for name, one in named.items() if one is not None and one.value.strip()}
    used.update({one.variable: one.source for one in found.values()})
    return {name: SecretStr(one.value.strip()) for name, one in found.items()}


def _service(name: str, sources: Sources) -> dict[str, Found | None]:
    return {field: sources.find((variable_of(name, field),)) for field in SUFFIXES}


def _validate(
    model: type[BaseModel], fields: Mapping[str, Found | None], own: Mapping[str, Any],
    wrong: list[str], used: dict[str, str],
) -> Any:  # fmt: skip
    found = {field: one for field, one in fields.items() if one is not None}
    used.update({one.variable: one.source for one in found.values()})
    try:
        return model.model_validate({**own, **{field: _text(one) for field, one in found.items()}})
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            one = found.get(str(problem["loc"][0]))
            wrong.append(_line(one, str(problem["loc"][0]), problem["msg"]))
        return None


def _text(found: Found) -> str:
    return found.value if found.variable in _VERBATIM else found.value.strip()


def _line(found: Found | None, field: str, message: str) -> str:
    if found is None:
        return f"  {field}: {message}"
    shown = "(hidden)" if found.variable in _SECRET else repr(redact(found.value, 80))
    return (
        f"  {found.variable}={shown} (from {found.source}): {message.removeprefix('Value error, ')}"
    )


def _warn_of_unknown(sources: Sources) -> None:
    fields = {name for field in Settings.model_fields for name in variables_of(field)}
    known = fields | _READ_ELSEWHERE
    for name in sources.names("HOLDFAST_"):
        if name not in known:
            warnings.warn(f"{name} is set, and Holdfast has no such setting", stacklevel=3)
