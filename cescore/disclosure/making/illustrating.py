"""Makes what illustrates a method book: one public body worked through, statistics of indicators.

All of it passes the gate: the body's record is the one that its own report is made from, statistics
of public bodies stand on what of each is released, those of respondents are aggregates over a type.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cescore.definitions.model import Named
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.illustration import (
    CountedBody,
    Illustration,
    TypeCatalogue,
)
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.making.grades_apart import grades_apart
from cescore.method.column import Column, Panel, State
from cescore.method.disclosure.rules import releasable_share, to_decimals
from cescore.method.index.catalogue import IndicatorStatistics, catalogue

if TYPE_CHECKING:
    from cescore.intake.register.entities import Entity
    from cescore.method.index.evaluation import TypeEvaluation

SHARE_DECIMALS = 2
SPREAD_DECIMALS = 0  # points


def illustrate(bundler: Bundler) -> Illustration:
    """The topmost public body with an index, bodies inside bodies, and statistics by type."""
    workspace = bundler.yearly.workspace
    public = [e for e in workspace.entities() if bundler.gate.is_public(e)]
    return Illustration(
        example=_example(bundler, [e for e in public if e.entity_id not in workspace.blocked]),
        counted=tuple(_counted(bundler, public)),
        catalogue=tuple(_catalogues(bundler)),
        grades=tuple(grades_apart(bundler.yearly, bundler.gate.rules)),
    )


def _example(bundler: Bundler, bodies: list[Entity]) -> Bundle | None:
    """The record of the first body that lies in no other; what it says of others is left out."""
    topmost = [e for e in bodies if not e.parent_id and not e.counted_in]
    for entity in topmost:
        bundle = bundler.bundle(entity.entity_id)
        if bundle.is_rated:
            return bundle.model_copy(
                update={
                    "siblings": (), "children": (), "industries": (), "peers": None, "findings": (),
                    "robustness": (), "uncertainty": None, "prose": (), "flows": {},
                }
            )  # fmt: skip
    return None


def _counted(bundler: Bundler, bodies: list[Entity]) -> list[CountedBody]:
    register = bundler.yearly.workspace.register
    pairs = [(e, register[e.counted_in]) for e in bodies if e.counted_in in register]
    return [
        CountedBody(
            entity_id=inner.entity_id,
            names=Named(zh=inner.name_zh, en=inner.name_en),
            body_id=outer.entity_id,
            body=Named(zh=outer.name_zh, en=outer.name_en),
        )
        for inner, outer in pairs
        if bundler.gate.is_public(outer)
    ]


def _catalogues(bundler: Bundler, leaving_out: Collection[str] = ()) -> list[TypeCatalogue]:
    """Of public types; of respondents where there are enough of them for quartiles."""
    rules, found = bundler.gate.rules, []
    for entity_type, evaluation in bundler.yearly.evaluations.items():
        entities, is_public = evaluation.panel.entities, entity_type in rules.public_types
        if entity_type in leaving_out or bundler.yearly.is_large(entity_type):
            continue
        if is_public or len(entities) >= rules.quartile_least_n:
            scores = _as_released(bundler, evaluation) if is_public else evaluation.scores
            statistics = tuple(map(_rounded, catalogue(scores, evaluation.framework)))
            if not is_public:
                statistics = tuple(_of_respondents(one, len(entities)) for one in statistics)
            found.append(
                TypeCatalogue(
                    entity_type=entity_type, entities=len(entities), statistics=statistics
                )
            )
    return found


def statistics_of_respondents(bundler: Bundler) -> list[TypeCatalogue]:
    """What of respondents' scores is printed: statistics of the types that have enough of them."""
    public = bundler.gate.rules.public_types
    return _catalogues(bundler, leaving_out=public)


def _as_released(bundler: Bundler, evaluation: TypeEvaluation) -> Panel:
    """The scores of public bodies with what is withheld of each left out."""
    register = bundler.yearly.workspace.register
    columns = dict(evaluation.scores.columns)
    for row, entity_id in enumerate(evaluation.panel.entities):
        view = bundler.view(register[entity_id]) if entity_id in register else None
        if view is None:
            continue
        own = view.evaluation.scores
        for code, column in columns.items():
            hidden = ~np.isfinite(own.column(code).values[0])
            values, state = column.values.copy(), column.state.copy()
            values[row, hidden] = np.nan
            state[row, hidden & (state[row] == State.PRESENT)] = State.SUPPRESSED
            columns[code] = Column(values, state, column.flags)
    return replace(evaluation.scores, columns=columns)


def _of_respondents(one: IndicatorStatistics, n: int) -> IndicatorStatistics:
    """The same without shares that tell of every single respondent."""
    at_floor, at_top = (releasable_share(x, n) for x in (one.at_floor, one.at_top))
    return replace(one, at_floor=at_floor, at_top=at_top)


def _rounded(one: IndicatorStatistics) -> IndicatorStatistics:
    def share(value: float | None) -> float | None:
        return None if value is None else to_decimals(value, SHARE_DECIMALS)

    return replace(
        one,
        at_floor=share(one.at_floor),
        at_top=share(one.at_top),
        spread=None if one.spread is None else to_decimals(one.spread, SPREAD_DECIMALS),
        rank_stability=share(one.rank_stability),
        redundancy=share(one.redundancy),
    )
