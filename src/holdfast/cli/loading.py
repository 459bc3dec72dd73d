"""A command's module is imported when the command is asked for: the demo loads a provider's SDK."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

MODULES = {
    "demo": "demo", "simulator": "simulator", "status": "status", "db": "database",
    "config": "config", "export": "export",
}  # fmt: skip
"""Name of a command, and the module here whose `commands` it is."""


class Loading(MutableMapping[str, Any]):
    """Each command by name; to look at one imports its module, to list or compare names none."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = dict.fromkeys(MODULES)

    def __getitem__(self, name: str) -> Any:
        if self._known[name] is None:
            module = import_module(f"holdfast.cli.{MODULES[name]}")
            self._known[name] = get_command(module.commands)
            self._known[name].name = name
        return self._known[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = Loading()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # as Typer calls it
        """The names, in the order of the help."""
        return list(self.commands)
