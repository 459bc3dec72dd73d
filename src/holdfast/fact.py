"""How a fact is made: a record that nobody changes, as cheap as a record can be."""

import dataclasses
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def fact(cls: type[_T]) -> type[_T]:
    """A record that type checkers keep frozen.

    At run time it is a plain slots dataclass: a frozen one costs four times as much to make,
    and one is made in every call (docs/decisions/0001-facts-frozen-for-the-type-checker.md).
    """
    return dataclasses.dataclass(slots=True)(cls)
