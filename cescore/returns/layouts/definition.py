"""A layout: where the values of somebody else's form stand, and what its words mean.

Places are said as one would say them over the paper: the header of a value is the *closest above* in
a row, *directly left* in a column, or the title it stands *within*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field
from pydantic_core import PydanticCustomError

from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import Words, Written
from cescore.errors import Sentence

Direction = Literal[
    "closest above", "directly above", "closest left", "directly left", "within", "is", "in cell"
]
IN_CELL, OWN, EVERY_TYPE = "in cell", "own", "*"
_LOOKUP = re.compile(rf"(?P<direction>{'|'.join(get_args(Direction))})(?:\s+(?P<place>.+))?")
_WHOLE = re.compile(r"-?[0-9]{1,3}")
EXPECTED = Sentence(
    "closest above N, directly above N, closest left N, directly left N (N rows or columns from the"
    " anchor, or a heading), within PATTERN, is TEXT, in cell"
)


@dataclass(frozen=True)
class Lookup:
    """Where a word about a value stands, seen from the value.

    ``place`` is for *above* a row, for *left* a column: counted from the anchor (0 is its own), or
    the heading that stands in it; for *within* a pattern of the title, for *is* the word itself.
    """

    direction: Direction
    place: int | str = ""

    @property
    def is_above(self) -> bool:
        return self.direction.endswith("above")

    @property
    def is_left(self) -> bool:
        return self.direction.endswith("left")


def _lookup(value: Any) -> Any:
    """One lookup as it is written: ``directly left 0``."""
    if isinstance(value, Lookup):
        return value
    found = _LOOKUP.fullmatch(" ".join(value.split())) if isinstance(value, str) else None
    if found is None or (found["place"] is None) != (found["direction"] == IN_CELL):
        raise PydanticCustomError("written", EXPECTED)
    place = found["place"] or ""
    is_number = bool(_WHOLE.fullmatch(place)) and found["direction"] not in ("is", "within")
    return Lookup(found["direction"], int(place) if is_number else place.strip("\"'"))  # type: ignore[arg-type]


def _lookups(value: Any) -> Any:
    """One lookup or a list of them."""
    return tuple(map(_lookup, value if isinstance(value, list | tuple) else (value,)))


def _of_every_type(value: Any) -> Any:
    """One word stands for entities of every type."""
    return {EVERY_TYPE: value} if isinstance(value, str) else value


Lookups = Annotated[tuple[Lookup, ...], Written(_lookups)]
Bases = Annotated[Mapping[str, str], Written(_of_every_type)]


class LayoutTable(Definition):
    """One kind of table: the cell it hangs on, and where the words about its values stand.

    Several lookups of one thing are levels of it, the upper one first: 能源 over 煤炭 is 能源/煤炭.
    """

    anchor: Words = Field(min_length=1)  # patterns of the text of the cell that the table hangs on
    variable: Lookups = Field(min_length=1)
    entity: Lookups = Field(min_length=1)
    year: Lookups = ()  # none: the year that is collected
    unit: Lookups = ()  # none: in brackets in a heading
    status: Lookups = ()
    note: Lookups = ()
    ends: Words = ()  # patterns of a text in the first column below which the table is over
    sheets: Words = ("*",)

    @property
    def lookups(self) -> Mapping[str, tuple[Lookup, ...]]:
        """Every lookup, by what it finds."""
        return {
            name: getattr(self, name)
            for name in ("variable", "entity", "year", "unit", "status", "note")
        }


class Layout(Named):
    """A form of others: its tables, its words for variables and entities, what is no value of it."""

    id: str
    files: Words = ()  # patterns of the names of files that come in it; none: found by its anchors
    tables: tuple[LayoutTable, ...] = Field(min_length=1)
    variables: Mapping[
        str, Words
    ] = {}  # code -> what the form calls it; dictionary names are known
    entities: Mapping[
        str, Words
    ] = {}  # id -> what the form calls it; names of the register are known
    # entity type -> on what ground its values were collected; one word: of every type
    basis: Bases = Field(default_factory=dict)
    totals: Words = ("合计", "总计", "小计", "Total", "Sum")
    skip: Words = ()  # patterns of headings whose values nobody asks for

    def basis_of(self, entity_type: str) -> str:
        """On what ground values of an entity type were collected; "" where the layout does not say."""
        return self.basis.get(entity_type, self.basis.get(EVERY_TYPE, ""))
