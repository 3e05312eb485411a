"""A bundle or document opened: what a notebook computes with and a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, Self, TypeVar

import numpy as np

from cescore.definitions.model import Framework
from cescore.disclosure.bundle import Bundle, FittedConstants, Record, Released
from cescore.disclosure.documents import Document
from cescore.method.column import Column, Panel
from cescore.method.indicators import carried_year, compute_indicators
from cescore.method.normalise import Fitted

DocumentT = TypeVar("DocumentT", bound=Document)

_NONE = Panel(entities=(), years=())


@dataclass(frozen=True)
class OpenBundle:
    """One report's world, opened: what a notebook computes with and a page shows.

    ``hash`` is the SHA-256 of the bundle file; ``framework`` is the official one until
    `with_framework` puts a variant in its place.
    """

    data: Bundle
    hash: str
    lang: str
    framework: Framework

    @cached_property
    def record(self) -> Panel:
        """The entity's own returned values as a panel of one entity."""
        return _panel(self.data)

    @cached_property
    def as_released(self) -> Panel:
        """The record, with accounts and indicators that are released although what they stand on
        is withheld."""
        columns = {series.code: series.column() for series in self.data.released.computed}
        return self.record.with_columns(columns) if columns else self.record

    @property
    def year(self) -> int:
        """The year evaluated."""
        return self.data.run.year

    @property
    def base_year(self) -> int:
        return self.data.base_year

    @property
    def is_variant(self) -> bool:
        """Whether the framework is another than the official one."""
        return self.framework.hash != self.data.framework_hash

    @cached_property
    def fitted(self) -> Fitted:
        """What the methods learnt from all entities, as far as the gate releases it."""
        return to_fitted(self.data.fitted, self.data.released)

    @cached_property
    def carried(self) -> Mapping[str, tuple[int, ...]]:
        """Indicators with a value carried from an earlier year -> the year each value is from."""
        found = self.data.evaluated.indicators
        codes = [one.code for one in found if any("carried" in word for word in one.status)]
        indicators = (
            compute_indicators(self.as_released, self.framework, base_year=self.base_year)
            if codes
            else _NONE
        )
        years = {
            code: carried_year(indicators, self.framework, code)[0]
            for code in codes
            if code in indicators.columns
        }
        return {code: tuple(int(year) for year in row) for code, row in years.items()}

    def with_framework(self, framework: Framework) -> Self:
        """The same record under another framework: a working variant, marked so on the page."""
        return replace(self, framework=framework)

    def __repr__(self) -> str:
        entity = self.data.entity
        variant = ", working variant" if self.is_variant else ""
        return f"<bundle {entity.entity_id} {entity.name(self.lang)} {self.year}, {self.hash[:12]}{variant}>"


@dataclass(frozen=True)
class OpenDocument(Generic[DocumentT]):
    """A document as its notebook sees it; ``hash`` is the SHA-256 of its file."""

    data: DocumentT
    hash: str
    lang: str

    def __repr__(self) -> str:
        return f"<{self.data.kind} {self.data.document_id} {self.data.run.year}, {self.hash[:12]}>"


def to_fitted(constants: FittedConstants, released: Released = Released()) -> Fitted:
    """The constants as the methods take them, with what of the entity itself is withheld."""
    return Fitted(
        constants=constants.constants,
        nowhere=constants.nowhere,
        released_scores=constants.released_scores,
        released_groups=constants.released_groups,
        withheld=released.withheld(),
    )


def _panel(data: Bundle) -> Panel:
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


def _column(record: Record, code: str) -> Column:
    values = [np.nan if value is None else value for value in record.values[code]]
    return Column(
        np.array([values], dtype=float),
        np.array([record.state[code]], dtype=np.uint8),
        np.array([record.flags[code]], dtype=np.uint8),
    )
