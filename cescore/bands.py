"""How firm each index is: bands of score and rank over the choices that could have been made otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

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
    applied = _applied(found.alternatives)
    scores = {
        entity: Band(float(low), float(high), DRAWS, applied)
        for entity, low, high in zip(found.entities, found.score_low, found.score_high, strict=True)
        if np.isfinite(low) and np.isfinite(high)  # a draw without an index: no band to print
    }
    return scores | _ranked(evaluation, {e: b for e, b in scores.items() if e in ranked})


def _with_index(evaluation: TypeEvaluation) -> Panel:
    """The indicators of the entities that have enough data for an index this year."""
    year = evaluation.panel.year_position(evaluation.run_year)
    index = evaluation.aggregation.index
    has = index.is_present[:, year] & evaluation.is_sufficient[:, year]
    entities = [e for e, one in zip(evaluation.panel.entities, has, strict=True) if one]
    return evaluation.indicators.only(entities)


def _ranked(evaluation: TypeEvaluation, among: dict[str, Band]) -> dict[str, Band]:
    """The same bands with the ranks that the entities take among each other."""
    if len(among) < 2:
        return among
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
        entity: replace(
            among[entity],
            rank_low=int(low),
            rank_high=int(high),
            ranked=len(found.entities),
            rank_alternatives=applied,
        )
        for entity, low, high in zip(found.entities, found.rank_low, found.rank_high, strict=True)
    }


def _applied(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    return tuple(a for a in alternatives if a.is_applied)
