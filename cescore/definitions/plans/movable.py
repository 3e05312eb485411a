"""Reading params/movable.yml: how far an entity can move an indicator, and what that costs beside others."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.model.base import Definition
from cescore.definitions.model.written import Number, Positive, Share, Tag


class Lever(Definition):
    """How far one indicator can be moved, and its price.

    Attributes
    ----------
    most
        The farthest that it can be moved for the better [share of the distance between its
        goalposts; of its own value where it has none]; 0: not at all.
    cost
        Of moving it by that whole distance, beside other indicators.
    """

    most: Share = 0.2
    cost: Positive = 1.0


class Movable(Definition):
    """What entities can move: a general rule, and by entity type what differs from it."""

    general: Lever = Lever()
    # the factor by which a value on a logarithmic scale is moved at most; None: as ``most`` says
    factor: Number | None = Field(default=None, gt=1)
    types: Mapping[str, Mapping[str, Lever]] = {}
    source: str = "本报告采用"
    tag: Tag = "P"

    def lever(self, entity_type: str, code: str) -> Lever:
        """The rule for an indicator of a type."""
        return self.types.get(entity_type, {}).get(code, self.general)


def load_movable(at: Reading, drafts: Mapping[str, Draft]) -> Movable:
    """The file's object; an entity type or indicator that is not there is a Problem."""
    found = at.of(at.node, "movable").build(Movable)
    if found is None:
        return Movable()
    for entity_type, levers in found.types.items():
        place = at.at("types", entity_type)
        if place.known(entity_type, drafts, "an entity type with a framework"):
            for code in levers:
                place.at(code).known(code, drafts[entity_type].indicator_places, "an indicator")
    return found
