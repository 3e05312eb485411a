"""references.yml: published values, checked against the indicators they stand beside."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.model.reference import Reference, References, ReferenceValue
from cescore.errors import Sentence


def load_references(at: Reading, drafts: Mapping[str, Draft]) -> tuple[Reference, ...]:
    """Every reference value with the name of its area, in the file's order.

    Told are an unknown indicator or area, a unit that is not the indicator's own, and a second
    value for the same indicator, area, year and kind.
    """
    found = at.of(at.node, "references").build(References)
    if found is None:
        return ()
    is_known = not any(draft.is_broken for draft in drafts.values())
    seen: set[tuple[str, str, int, str]] = set()
    for place, value in zip(_places(at), found.values, strict=True):
        place.at("area").known(value.area, found.areas, "an area of this file")
        if is_known:
            _check_indicator(value, drafts, place)
        key = (value.indicator, value.area, value.year, value.kind)
        if key in seen:
            place.refuse(
                Sentence(
                    "{indicator} {area} {year} again",
                    indicator=value.indicator,
                    area=value.area,
                    year=value.year,
                ),
                "each value once",
            )
        seen.add(key)
    return tuple(
        Reference(**dict(value), **dict(found.areas[value.area]))
        for value in found.values
        if value.area in found.areas
    )


def published_values(at: Reading) -> tuple[ReferenceValue, ...] | None:
    """The values of the file alone, None of an unsound file: what is wrong is told where it is loaded."""
    found = Reading(at.node, "references", []).build(References)
    return found.values if found is not None else None


def _check_indicator(value: ReferenceValue, drafts: Mapping[str, Draft], at: Reading) -> None:
    """The indicator exists for each type the value is for, in the unit of the value."""
    for kind in value.entity_types:
        at.at("entity_types").known(kind, drafts, "an entity type with a framework")
    mine = [draft for kind, draft in drafts.items() if value.is_for(kind)]
    if any(value.indicator in {*d.indicator_places} - {*d.indicators} for d in mine):
        return  # it could not be read, and said so
    own = [draft.indicators for draft in mine]
    codes = {code for indicators in own for code in indicators}
    if at.at("indicator").known(value.indicator, codes, "an indicator"):
        units = {one[value.indicator].unit for one in own if value.indicator in one}
        if value.unit not in units:
            expected = Sentence(
                "{listed}, the unit of {indicator}",
                listed=" or ".join(sorted(units)),
                indicator=value.indicator,
            )
            at.refuse(repr(value.unit), expected, "unit")


def _places(at: Reading) -> list[Reading]:
    """Where each value of the list stands."""
    node = at.node.get("values")
    entries = node.value if node is not None and isinstance(node.value, list) else []
    return [at.of(entry, f"references.values[{n}]") for n, entry in enumerate(entries)]
