"""Pictures of flows and names in a second language, as params/page.yml describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from cescore.definitions.bilingual import name_in
from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import Real, Whole, Words


class FlowNode(Named):
    """A place that flows leave or reach, in a column counted from the left."""

    column: Whole = Field(ge=0, le=6)
    kind: Literal["plain", "good", "poor"] = "plain"  # what arrives in good is used again


class FlowLink(Definition):
    """How much goes from one node to another: the sum of the codes, "-" before one takes it off."""

    start: str
    end: str
    codes: Words


class FlowPicture(Named):
    """One picture of flows, all in one unit."""

    filled: ClassVar[tuple[str, ...]] = ("factor",)

    unit: str
    factor: Real = 1.0  # from the unit of the codes to the picture's
    entity_types: Words = ()  # empty: any
    width: Literal["whole", "third"] = "whole"
    nodes: Mapping[str, FlowNode]
    links: tuple[FlowLink, ...]
    note_zh: str = ""
    note_en: str = ""

    def note(self, lang: str) -> str:
        """What the picture must say beside it, in a language; "" for nothing."""
        return name_in(lang, self.note_zh, self.note_en)


class PageBounds(Definition):
    """How many pages a kind of report should have; one outside them is looked at, never refused."""

    least: Whole = Field(default=1, ge=1)
    most: Whole | None = Field(default=None, ge=1)


class PageParams(Definition):
    """What pages print beside numbers.

    ``names``: texts of the register and the plan that have no other place for a second language
    (industries, departments, responsible units), as written there -> their names. ``entity_types``
    and ``units``: names of the types and units that a workspace adds, by code and as written in
    ``unit``. ``texts``: sources and notes of frameworks in both languages. ``pages``: by entity
    type, how many pages a report should have.
    """

    names: Mapping[str, Named] = {}
    entity_types: Mapping[str, Named] = {}
    units: Mapping[str, Named] = {}
    texts: tuple[Named, ...] = ()
    pages: Mapping[str, PageBounds] = {}
    flows: Mapping[str, FlowPicture] = {}

    @property
    def words(self) -> dict[str, Named]:
        """Every text that has names of its own, as it is written -> its names."""
        return {**self.names, **self.units, **self.entity_types}
