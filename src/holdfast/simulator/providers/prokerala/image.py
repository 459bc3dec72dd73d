"""A chart as SVG: twelve fields with a number each, and the planets in them."""

from collections.abc import Iterator

from holdfast.simulator.providers.prokerala.chart import Birth, signs

DIVISIONS = {"rasi": 1, "lagna": 1, "navamsa": 9}
"""Into how many parts each type of chart cuts a sign."""

STYLES = ("north-indian", "south-indian", "east-indian")

_FIELD = 90
_PLACES = (
    *((1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 3)),
    *((2, 3), (1, 3), (0, 3), (0, 2), (0, 1), (0, 0)),
)
"""Where the twelve signs stand, clockwise around the square: the southern way."""


def draw(birth: Birth, kind: str, style: str) -> str:
    """The image of *kind*; in every *style* but the southern one the ascendant comes first."""
    where = signs(birth, DIVISIONS[kind])
    first = 0 if style == "south-indian" else where["Ascendant"]
    size = 4 * _FIELD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">'
        f"<title>{kind} chart, {style}</title>{''.join(_fields(where, first))}</svg>"
    )


def _fields(where: dict[str, int], first: int) -> Iterator[str]:
    for number, (column, row) in enumerate(_PLACES):
        sign = (first + number) % 12
        left, top = column * _FIELD, row * _FIELD
        yield (
            f'<rect x="{left}" y="{top}" width="{_FIELD}" height="{_FIELD}" fill="none" '
            'stroke="#555"/>'
        )
        inside = [name[:2] for name, place in where.items() if place == sign]
        for line, words in enumerate((str(sign + 1), *inside)):
            yield f'<text x="{left + 6}" y="{top + 16 + 14 * line}" font-size="12">{words}</text>'
