"""Whether an image is SVG that says something, and that a page may show.

Nothing here knows whether the image is right.
"""

from collections.abc import Mapping
from xml.parsers import expat

from holdfast.events import Verdict
from holdfast.validation.verdict import failed, passed

METHOD = "svg"

MOST_BYTES = 4 * 1024 * 1024
"""A larger image is refused: it is read whole, at once."""

_ACTIVE = frozenset({"script", "foreignobject", "iframe", "object", "embed", "handler"})
_LINKS = ("href", "src")


def judge_svg(body: bytes) -> Verdict:
    """Fail: no XML, no ``svg`` root, no text in it, or something in it that acts or is fetched."""
    if len(body) > MOST_BYTES:
        return failed(METHOD, f"the image has {len(body)} bytes, at most {MOST_BYTES} expected")
    reader = _Reader()
    fault = reader.read(body)
    return failed(METHOD, fault) if fault else passed(METHOD)


class _FaultError(Exception):
    """What is wrong, said from inside the parser."""


class _Reader:
    def __init__(self) -> None:
        self._root = ""
        self._texts = 0

    def read(self, body: bytes) -> str:
        """The first fault, or "" when there is none."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            return f"no XML: {expat.ErrorString(error.code)} in line {error.lineno}"
        except _FaultError as fault:
            return str(fault)
        return "" if self._texts else "the image has no text in it"

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        if not self._root:
            self._root = name
            if name != "svg":
                raise _FaultError(f"the root is <{tag[:40]}>, <svg> expected")
        if name in _ACTIVE:
            raise _FaultError(f"<{tag[:40]}> is in the image: it must not be shown on a page")
        for attribute, value in attributes.items():
            _check(attribute.rpartition(":")[2].lower(), value.strip().lower())

    def _text(self, text: str) -> None:
        self._texts += bool(text.strip())

    def _entity(self, *_declared: object) -> None:
        raise _FaultError("the image declares entities of its own")


def _check(attribute: str, value: str) -> None:
    if attribute.startswith("on"):
        raise _FaultError(f"the image acts by itself ({attribute[:40]})")
    if attribute in _LINKS and not value.startswith(("#", "data:image/")):
        raise _FaultError("the image fetches or links something from elsewhere")
