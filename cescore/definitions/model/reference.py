"""Reference values: what an indicator is elsewhere, printed beside it and never scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import Code, Number, Tag, Text, Words, Year

ReferenceKind = Literal["actual", "target"]


class ReferenceValue(Definition):
    """One value of an indicator in an area and year, as somebody published it."""

    indicator: Code
    area: Code
    year: Year
    value: Number
    unit: Text  # the indicator's own
    kind: ReferenceKind = "actual"
    entity_types: Words = ()  # whose indicator it stands beside; none named: every type's that has it
    source: Text
    tag: Tag
    differs: Named = Named()  # in what its scope differs from the indicator's; empty: it does not

    def is_for(self, entity_type: str) -> bool:
        """Whether the value stands beside the indicator of an entity type."""
        return not self.entity_types or entity_type in self.entity_types


class References(Definition):
    """A file of reference values, and the names of the areas they are of."""

    areas: Mapping[Code, Named] = {}
    values: tuple[ReferenceValue, ...] = ()


class Reference(Bilingual, ReferenceValue):
    """A reference value with the names of its area, complete in itself."""

    zh: str = ""
    en: str = ""
