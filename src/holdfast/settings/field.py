"""The types settings have beyond pydantic's, each with an error that says what is allowed."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

_WORDS = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = _WORDS.get(str(value).strip().lower())
    if word is None:
        raise ValueError("allowed: 1, 0, true, false, yes, no, on, off")
    return word


def _networks(value: Any) -> tuple[IPv4Network | IPv6Network, ...]:
    if not isinstance(value, str):
        return tuple(value)
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"allowed: networks such as 10.0.0.0/8,::1/128 ({error})") from None


def _faults(value: Any) -> str:
    word = str(value).strip().lower()
    if word == "in-production":
        return word
    try:
        return "on" if _switch(value) else "off"
    except ValueError:
        raise ValueError("allowed: off, on, in-production") from None


FaultSwitch = Annotated[Literal["off", "on", "in-production"], BeforeValidator(_faults)]
"""Whether faults may be injected; in production it takes more than a switch."""

Switch = Annotated[bool, BeforeValidator(_switch)]
"""A boolean from the environment."""

Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)]
"""Comma-separated networks in CIDR notation."""


def setting(default: Any, *variables: str, what: str, **constraints: Any) -> Any:
    """A field that is read from *variables*, the preferred one first; *what* is its page's text."""
    extra: dict[str, Any] = {"variables": list(variables)}
    return Field(default, json_schema_extra=extra, description=what, **constraints)
