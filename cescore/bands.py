"""How firm each index is: bands of score and rank over the choices that could have been made otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from cescore.method.column import Panel
from cescore.method.design import Alternative, Margins
from cescore.method.evaluation import TypeEvaluation
from cescore.method.uncertainty import uncertainty

DRAWS = 512
# Scores by another normalisation stand on another scale, and min-max would carry others' extremes
# into a respondent's band: the band of the score keeps the framework's own, that of the rank does not.
OWN_SCALE = Margins(normalisation=())


@dataclass(frozen=True)
class Band:
    """5-95 % of the draws for one entity; rank fields are None where the entity is not ranked.

    ``alternatives`` lists each choice that was really applied to the score, ``rank_alternatives`` to
    the rank.
    """

    score_low: float
    score_high: float
    draws: int
    alternatives: tuple[Alternative, ...]
    rank_low: int | None = None
    rank_high: int | None = None
    ranked: int | None = None
    rank_alternatives: tuple[Alternative, ...] = ()


def bands(evaluation: TypeEvaluation, ranked: Collection[str]) -> Mapping[str, Band]:
    """The band of every entity of a type that has an index, by entity.

    ``ranked`` are the bodies among which ranks may be shown; two at least make a rank.
    """
    indicators = _with_index(evaluation)
    if not indicators.entities:
        return {}
    found = uncertainty(
        indicators,
        evaluation.framework,
        evaluation.fitted,
        year=evaluation.run_year,
        margins=OWN_SCALE,
        draws=DRAWS,
        sensitivity=False,
    )
    ranks = _ranks(evaluation, [e for e in indicators.entities if e in ranked])
    applied = _applied(found.alternatives)
    return {
        entity: Band(float(low), float(high), DRAWS, applied, **ranks.get(entity, {}))
        for entity, low, high in zip(found.entities, found.score_low, found.score_high, strict=True)
    }


def _with_index(evaluation: TypeEvaluation) -> Panel:
    """The indicators of the entities that have enough data for an index this year."""
    year = evaluation.panel.year_position(evaluation.run_year)
    index = evaluation.aggregation.index
    has = index.is_present[:, year] & evaluation.is_sufficient[:, year]
    entities = [e for e, one in zip(evaluation.panel.entities, has, strict=True) if one]
    return evaluation.indicators.only(entities)


def _ranks(evaluation: TypeEvaluation, among: list[str]) -> Mapping[str, dict[str, object]]:
    if len(among) < 2:
        return {}
    found = uncertainty(
        evaluation.indicators.only(among),
        evaluation.framework,
        evaluation.fitted,
        year=evaluation.run_year,
        draws=DRAWS,
        sensitivity=False,
    )
    applied = _applied(found.alternatives)
    return {
        entity: {
            "rank_low": int(low),
            "rank_high": int(high),
            "ranked": len(found.entities),
            "rank_alternatives": applied,
        }
        for entity, low, high in zip(
            found.entities, np.rint(found.rank_low), np.rint(found.rank_high), strict=True
        )
    }


def _applied(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    return tuple(a for a in alternatives if a.is_applied)
