"""What a method book shows the method by: one public body worked through, and how indicators behave."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.model import Named
from cescore.disclosure.documents.bundle import Bundle, Part
from cescore.method.index.catalogue import IndicatorStatistics


class CountedBody(Part):
    """A public body whose figures are already in another one's."""

    entity_id: str
    names: Named
    body_id: str
    body: Named


class TypeCatalogue(Part):
    """Statistics of the scored indicators of one type, to the decimals in print."""

    entity_type: str
    entities: int
    statistics: tuple[IndicatorStatistics, ...]


ABOVE, ALIKE, BELOW = "above", "alike", "below"


class GradesApart(Part):
    """How the grades of one type's totals stand to those that its indices alone would have.

    ``counts``: above, alike, below -> number of respondents, None where it may not be shown.
    """

    entity_type: str
    entities: int
    counts: Mapping[str, int | None]


class Illustration(Part):
    """``example``: the body worked through, None where no public body has an index."""

    example: Bundle | None = None
    counted: tuple[CountedBody, ...] = ()
    catalogue: tuple[TypeCatalogue, ...] = ()
    grades: tuple[GradesApart, ...] = ()
