"""Where a setting's text comes from: the environment, over ``.env``, over the default."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from holdfast.errors import SettingsError
from holdfast.events import fact


@fact
class Found:
    """A setting's text, the variable it stood in, and where that was ("environment", ".env")."""

    value: str
    variable: str
    source: str


class Sources:
    """Looks variables up. Blank text counts as not set, as docker-compose passes it."""

    def __init__(self, environ: Mapping[str, str], dotenv: Path | None) -> None:
        in_file = _read(dotenv) if dotenv is not None and dotenv.is_file() else {}
        self._layers: tuple[tuple[str, Mapping[str, str | None]], ...] = (
            ("environment", dict(environ)),
            (".env", in_file),
        )

    def find(self, names: Iterable[str]) -> Found | None:
        """The first of *names* that is set anywhere, the environment before the file."""
        wanted = tuple(names)
        for source, layer in self._layers:
            for name in wanted:
                if (value := layer.get(name)) and not value.isspace():
                    return Found(value, name, source)
        return None

    def names(self, prefix: str) -> list[str]:
        """Every variable that starts with *prefix*, sorted."""
        return sorted(
            {name for _, layer in self._layers for name in layer if name.startswith(prefix)}
        )


def _read(dotenv: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(dotenv, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{dotenv} cannot be read ({type(error).__name__}): it must be a text in UTF-8"
        ) from None
