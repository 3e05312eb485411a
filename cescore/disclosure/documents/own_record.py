"""An entity's own part of a bundle as the methods take it: its record as a panel, released constants."""

from __future__ import annotations

import numpy as np

from cescore.disclosure.documents.bundle import Bundle, FittedConstants, Record, Released
from cescore.method.column import Column, Panel
from cescore.method.index.normalise import Fitted


def to_fitted(constants: FittedConstants, released: Released = Released()) -> Fitted:
    """The constants as the methods take them, with what of the entity itself is withheld."""
    return Fitted(
        constants=constants.constants,
        nowhere=constants.nowhere,
        released_scores=constants.released_scores,
        released_groups=constants.released_groups,
        withheld=released.withheld(),
    )


def own_panel(data: Bundle) -> Panel:
    """The entity's own returned values as a panel of one entity."""
    record, entity = data.record, data.entity
    known = {
        "entity_type": entity.entity_type,
        "industry": entity.industry,
        "parent_id": entity.parents[0].entity_id if entity.parents else "",
        "counted_in": entity.counted_in,
        "name_zh": entity.name_zh,
        "name_en": entity.name_en,
        "is_synthetic": "true" if entity.is_synthetic else "false",
        "basis": data.legal_basis,
    }
    return Panel(
        entities=(entity.entity_id,),
        years=record.years,
        columns={code: _column(record, code) for code in record.values},
        attributes={name: (text,) for name, text in known.items()},
        codes={code: np.array([texts], dtype=object) for code, texts in record.codes.items()},
    )


def as_released(data: Bundle) -> Panel:
    """The record, with accounts and indicators that are released although what they stand on is
    withheld."""
    columns = {series.code: series.column() for series in data.released.computed}
    record = own_panel(data)
    return record.with_columns(columns) if columns else record


def _column(record: Record, code: str) -> Column:
    values = [np.nan if value is None else value for value in record.values[code]]
    return Column(
        np.array([values], dtype=float),
        np.array([record.state[code]], dtype=np.uint8),
        np.array([record.flags[code]], dtype=np.uint8),
    )
