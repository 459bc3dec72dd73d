"""The reference pages, made from the code: ``./scripts/reference`` writes them."""

import inspect
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from holdfast import errors, events
from holdfast.api.application import ROUTERS
from holdfast.integrations import CATALOG
from holdfast.integrations.prices import PRICES
from holdfast.settings.service import SUFFIXES, ServiceSettings
from holdfast.settings.settings import Settings, variables_of
from holdfast.telemetry.exposition.families import FAMILIES
from tests.docs.policies import INTRODUCTION, policies
from tests.docs.tables import TABLES_INTRODUCTION, tables

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
_MADE = "<!-- made by ./scripts/reference: change the code, not this page -->\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "settings.md": _page("Settings", _SETTINGS, _settings()),
        "http-api.md": _page("HTTP API", _HTTP, _routes()),
        "metrics.md": _page("Prometheus metrics", _METRICS, _metrics()),
        "errors.md": _page("Errors", _ERRORS, _errors()),
        "events.md": _page("Events", _EVENTS, _events()),
        "prices.md": _page("Prices", _PRICES, _prices()),
        "tables.md": _page("Tables", TABLES_INTRODUCTION, tables()),
        "policies.md": _page("Policies", INTRODUCTION, policies()),
    }


def main() -> int:
    """Write the pages, or with ``--check`` say which differ."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = [name for name, text in pages().items() if _read(name) != text]
    if "--check" in sys.argv:
        print("\n".join(f"{name} is not what the code says" for name in stale))
        return bool(stale)
    for name in stale:
        (FOLDER / name).write_text(pages()[name], encoding="utf-8")
        print(f"wrote docs/reference/{name}")
    return 0


def _read(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _page(title: str, introduction: str, lines: Iterator[str]) -> str:
    return "\n".join((_MADE + f"# {title}\n", introduction, *lines)) + "\n"


_SETTINGS = """The environment wins over `.env` in the working directory, that over the default.
Empty means not set. Everything that is wrong is named at once by `setup_monitoring`, in one
`SettingsError`. `holdfast config show` prints what a process would run with. Booleans: 1, 0, true,
false, yes, no, on, off.
"""


def _settings() -> Iterator[str]:
    yield "| variable | default | allowed | what |\n|---|---|---|---|"
    for field in Settings.model_fields:
        names = variables_of(field)
        if names:
            alias = f" (alias `{names[1]}`)" if len(names) > 1 else ""
            about = f"{_default(field)} | {_allowed(Settings, field)} | {_what(field)}"
            yield f"| `{names[0]}`{alias} | {about} |"
    yield "\n## For each integration\n"
    yield "Times in seconds. The variable is the integration's name in capitals and what follows.\n"
    columns = list(CATALOG)
    yield f"| variable | {' | '.join(f'`{name}`' for name in columns)} | allowed |"
    yield "|---" * (len(columns) + 2) + "|"
    for field, suffix in SUFFIXES.items():
        values = (_shown(_own(name).get(field)) for name in columns)
        yield f"| `…_{suffix}` | {' | '.join(values)} | {_allowed(ServiceSettings, field)} |"
    yield "\n## Keys\n"
    yield "| integration | needed | may be set |\n|---|---|---|"
    for name, known in CATALOG.items():
        needed, more = known.key_names, known.optional_key_names
        older = {name: old for old, name in known.older_key_names.items()}
        listed = (", ".join(_key(one, older) for one in names) for names in (needed, more))
        yield f"| `{name}` | {' | '.join(listed)} |"


def _key(name: str, older: dict[str, str]) -> str:
    return f"`{name}` (alias `{older[name]}`)" if name in older else f"`{name}`"


def _own(name: str) -> dict[str, Any]:
    return {"base_url": CATALOG[name].base_url, **asdict(CATALOG[name].defaults)}


def _default(field: str) -> str:
    return _shown(Settings.model_fields[field].default)


def _what(field: str) -> str:
    return Settings.model_fields[field].description or ""


def _shown(value: Any) -> str:
    if value in (None, ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(model: Any, field: str) -> str:
    schema = model.model_json_schema()["properties"][field]
    options = [schema, *schema.get("anyOf", ())]
    found = {key: one[key] for one in options for key in _LIMITS if key in one}
    return ", ".join(f"{_LIMITS[key]} {value}" for key, value in found.items()).replace("|", "\\|")


_LIMITS = {
    "minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "minLength": "characters ≥",
    "pattern": "matches",
}  # fmt: skip

_PRICES = """US dollars, pay as you go, as read on the day in the table. What is not in it counts as
unpriced. Your own prices win: [how](../how-to/set-your-prices.md).
"""


def _prices() -> Iterator[str]:
    yield "| integration | operation | model | unit | part | usd | per | read on | source |"
    yield "|---" * 9 + "|"
    for row in PRICES:
        what = (row.integration, row.operation, row.model, row.unit, row.part)
        words = " | ".join(f"`{one}`" if one else "" for one in what)
        yield f"| {words} | {row.usd:g} | {row.per:,.0f} | {row.dated} | <{row.source}> |"


_HTTP = """Times are ISO 8601 in UTC on native routes, Unix seconds on the voice contract's; rates
are percent and null without data; latencies milliseconds. Native routes (`/monitoring/…`) answer
errors as RFC 9457 problems, the contract's as `{"detail": …}`. Who may ask:
[security](../explanation/security.md). The same as OpenAPI: `/monitoring/api/openapi.json`.
"""


def _routes() -> Iterator[str]:
    yield "| method | path | what |\n|---|---|---|"
    for router, prefix in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                method = "/".join(sorted(route.methods or ()))
            elif hasattr(route, "endpoint"):
                method = "WS"
            else:
                continue
            yield f"| {method} | `{prefix}{route.path}` | {_first_line(route.endpoint)} |"  # type: ignore[attr-defined]


_METRICS = """`GET /metrics`, text format 0.0.4. HELP and TYPE are there without samples. Label sets
are bounded: beyond 2 000 routes (1 000 operations, 1 000 label sets of a metric that the
application tells) what is new is counted in one overflow series. User and session ids are never
labels.

`crowdfunding_api` is what `HOLDFAST_METRICS_PREFIX` says; the names with `_http_` after it are the
same figures again, as they were once exported, unless `HOLDFAST_METRICS_ALIASES` is off. Beside
these stand the client library's own `process_*` and `python_*`. `HOLDFAST_METRICS_CREATED` adds the
`…_created` gauges that the client library had beside that contract's counters, histograms and
summaries. They are off because no documented dashboard or rule reads them, and a counter has twice
the series with them; each says since when this process counts.

Where the Crowd contract's figures were not what their names say, the names stay and the figures are
right: `chat_processing_duration_seconds` holds answered chats only (what failed is in
`holdfast_failed_duration_seconds`); `status_code` is the status, and a word only where nobody knows
one; `table` and `result_size` are what the application says, else `unknown`; counts are ranges;
`message_hash` is of the message without ids and numbers; requests that no route answers are
counted as handler `none`, a client that left before its answer as status 499. `rag_used` and
`cache_hit` are `True` or `False`, however they were spelled.

`http_client_request_duration_seconds` has every HTTP request that went through a guarded client,
each attempt, until the head of its answer. Its `error_type` is the status of an error answer, the
name of our error, or `cancelled` where the caller or our own timeout gave up.
"""


def _metrics() -> Iterator[str]:
    yield "| metric | type | labels | what |\n|---|---|---|---|"
    for family in FAMILIES:
        labels = ", ".join(f"`{label}`" for label in family.labels)
        yield f"| `{family.name}` | {family.kind} | {labels} | {family.help} |"


_ERRORS = """`holdfast.errors`. What was *refused* cost nothing; what *failed* went out and came
back wrong.
"""


_TRAITS = ("retryable", "counts")


def _errors() -> Iterator[str]:
    yield "| error | is a | retried | counts against the provider | what |\n|---|---|---|---|---|"
    for name, error in vars(errors).items():
        if inspect.isclass(error) and issubclass(error, errors.HoldfastError):
            retried, counts = ("yes" if getattr(error, one, False) else "no" for one in _TRAITS)
            parent = error.__base__.__name__ if error.__base__ else ""
            yield f"| `{name}` | `{parent}` | {retried} | {counts} | {_first_line(error)} |"


_EVENTS = """`holdfast.events`: frozen facts; everything shown is a fold over them.
`monitoring.listen(sink)` has them told to you. `at` is Unix time in seconds (UTC).
"""


def _events() -> Iterator[str]:
    for name, event in vars(events).items():
        if is_dataclass(event):
            yield f"## {name}\n\n{inspect.getdoc(event)}\n"
            yield "Fields: " + ", ".join(f"`{field.name}`" for field in fields(event)) + ".\n"


def _first_line(documented: Any) -> str:
    return (inspect.getdoc(documented) or "").split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
