"""The reference of the policies, made from a guard that has them all and from their modules."""

import ast
import dataclasses
import inspect
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

from holdfast import errors, events
from holdfast.guard.controls import Controls
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.integrations.metering import Metering
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.websocket_request import SocketOptions
from holdfast.resilience.bulkhead import BulkheadOptions
from holdfast.resilience.cache import CacheOptions
from holdfast.resilience.fallback import FallbackOptions
from holdfast.resilience.fault import Fault, Faults
from holdfast.resilience.gate import Gate
from holdfast.resilience.limiter import LimiterOptions

INTRODUCTION = """Outermost first, as `guard/options.py:build` has them; what is not configured is
not there at all. Why in this order, and what counts against a provider:
[the order](../explanation/order.md). An [error](errors.md) that a policy raises is refused or
failed; an [event](events.md) is told as it happens. Each call ends with exactly one `CallFinished`,
which the guard itself tells. `Metering` stands in the guards of integrations that we know.
"""

_STREAMS = """A stream is one call until its last item: its permit and its seat are held, and it is
judged at its end. Waiting for the first item is part of the attempt; each wait for a further one
has `stream_idle_seconds`, and the whole has the call's deadline. Both raise `TimedOut`
(`DeadlineExceeded`), close the source and count against the provider. The time between two reads is
the reader's own: one who lets the deadline pass without reading has left, and the call is
*cancelled*. Leaving early is no failure.
"""

_SOCKETS = """`monitoring.websocket(…)` and `holdfast.integrations.websocket` hold one call from the
handshake to the close. Deadline and timeout bound the opening; only a socket that did not open is
tried again. A refused handshake has the class of its HTTP status. Closing with 1000 or 1001 is a
success, leaving early too; everything else fails the call.
"""

_CONTROLS = """`monitoring.controls` changes a running guard; *key* is (integration, operation).
Each use names its *actor* and is one `ControlUsed`; a bad value is one ValueError, a guard or
policy that is not there a KeyError, and neither changes anything. A policy that several operations
share changes for all of them. A breaker's moves are shared with other processes; all else is this
process's own."""

_UNITS = {"_seconds": "seconds", "_bytes": "bytes", "_ms": "milliseconds"}


def policies() -> Iterator[str]:
    """The page, paragraph by paragraph."""
    names = [type(policy).__name__ for policy in _guard().policies]
    yield "Order: " + " → ".join(f"[{name}](#{name.lower()})" for name in names) + ".\n"
    yield "## Options of a guard\n"
    yield from _options(GuardOptions)
    for policy in _guard().policies:
        yield from _policy(type(policy))
    yield "## Streams\n"
    yield _STREAMS
    yield "## WebSockets\n"
    yield _SOCKETS
    yield from _options(SocketOptions)
    yield "## Controls\n"
    yield f"{_CONTROLS}\n\n| control | takes | does |\n|---|---|---|"
    yield from _controls()
    yield ""


def _controls() -> Iterator[str]:
    for name, method in vars(Controls).items():
        if inspect.isfunction(method) and not name.startswith("_") and _is_used(method):
            contract = " ".join((inspect.getdoc(method) or "").split())
            yield f"| `{name}` | {', '.join(_arguments(method))} | {contract} |"


def _is_used(method: types.FunctionType) -> bool:
    return "actor" in inspect.signature(method).parameters


def _arguments(method: types.FunctionType) -> Iterator[str]:
    for name, argument in inspect.signature(method).parameters.items():
        if name not in ("self", "actor"):
            optional = argument.default is not inspect.Parameter.empty
            yield f"`{name}`" + (" (optional)" if optional else "")


def order() -> list[str]:
    """The names of all policies of `build`, outermost first."""
    return [type(policy).__name__ for policy in _everything().policies]


def _guard() -> Guard:
    metering = Metering(OPENAI.read_usage)
    return Guard("any", "call", (*_everything().policies, metering))


def _everything() -> Guard:
    options = GuardOptions(
        limiter=LimiterOptions(),
        bulkhead=BulkheadOptions(),
        cache=CacheOptions(key=_key),
        coalesce=_key,
        fallback=FallbackOptions(),
    )
    return build("any", "call", options, checks=[_nothing], validators=[_nothing], faults=Faults())


def _key(*_arguments: Any) -> str:
    return ""


def _nothing(_answer: Any) -> None:
    return None


def _policy(policy: type) -> Iterator[str]:
    yield f"## {policy.__name__}\n\n{_text(policy)}\n"
    contract = _contract(policy)
    yield f"{contract}\n"
    made = _made_in(policy)
    raised = {name for name in (*made, *contract.split("`")[1::2]) if _is_error(name)}
    yield f"Raises: {_listed(raised)}. Tells: {_listed(filter(_is_event, made))}.\n"
    for options in _options_of(policy):
        yield f"### {options.__name__}\n"
        yield from _options(options)


def _contract(policy: type) -> str:
    """What it does to a call: a gate's halves, or the whole."""
    if not issubclass(policy, Gate):
        return f"Returns: {' '.join(_text(policy.__call__).split())}"
    halves = {
        what: " ".join(_text(vars(policy)[name]).split())
        for name, what in _HALVES.items()
        if name in vars(policy)
    }
    return "\n".join(f"* {what}: {text}" for what, text in halves.items())


_HALVES = {
    "enter": "on the way in", "wait": "when it has to wait", "leave": "with an answer",
    "fail": "with an error", "rescue": "instead of an error",
}  # fmt: skip


def _options_of(policy: type) -> Iterator[type]:
    """The dataclasses its constructor takes, those in their fields, and the ones it is fed with."""
    wanted: list[type] = [Fault] if policy is Faults else _dataclasses(_taken_by(policy))
    while wanted:
        options = wanted.pop(0)
        yield options
        wanted.extend(_dataclasses(get_type_hints(options)))


def _taken_by(policy: type) -> dict[str, Any]:
    return get_type_hints(vars(policy).get("__init__", object.__init__))


def _dataclasses(hints: dict[str, Any]) -> list[type]:
    parts = [part for hint in hints.values() for part in (hint, *get_args(hint))]
    return [part for part in parts if isinstance(part, type) and dataclasses.is_dataclass(part)]


def _options(options: type) -> Iterator[str]:
    yield f"{_text(options)}\n\n| option | default | unit |\n|---|---|---|"
    hints = get_type_hints(options)
    for field in dataclasses.fields(options):
        yield f"| `{field.name}` | {_default(field)} | {_unit(field.name, hints[field.name])} |"
    yield ""


def _default(field: "dataclasses.Field[Any]") -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "required"
    if dataclasses.is_dataclass(value):
        return f"`{type(value).__name__}()`"
    return f"`{getattr(value, '__name__', None) or repr(value)}`"


def _unit(name: str, hint: Any) -> str:
    for suffix, unit in _UNITS.items():
        if name.endswith(suffix):
            return unit
    kinds = [kind for kind in _alternatives(hint) if kind is not type(None)]
    return " or ".join(_KINDS.get(kind) or _named(kind) for kind in kinds)


_KINDS: dict[Any, str] = {int: "count", float: "number", bool: "yes or no"}


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _named(kind: Any) -> str:
    if get_origin(kind) is not None and not isinstance(get_origin(kind), type):
        return " or ".join(f"`{one}`" for one in get_args(kind))  # a Literal
    if get_origin(kind) is not None:
        return {"Callable": "function", "Mapping": "by name"}.get(get_origin(kind).__name__, "")
    return f"`{kind.__name__}`" if isinstance(kind, type) else "anything"


def _made_in(policy: type) -> list[str]:
    """The names that the policy's module calls."""
    tree = ast.parse(inspect.getsource(sys.modules[policy.__module__]))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node.id for node in called if isinstance(node, ast.Name)]


def _is_error(name: str) -> bool:
    found = vars(errors).get(name)
    roots = (errors.CallRefused, errors.CallFailed)
    return inspect.isclass(found) and issubclass(found, roots) and found not in roots


def _is_event(name: str) -> bool:
    return vars(events).get(name) in get_args(events.Event)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(set(names))) or "nothing of its own"


def _text(documented: Any) -> str:
    return inspect.getdoc(documented) or ""
