"""How firm each index is: bands over the choices that could have been made otherwise.

References
----------
OECD/JRC Handbook (2008), step 7: uncertainty analysis. Half-widths and alternatives are ours
(`margins.Margins`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.method.column import Panel
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import BY_ORDER
from cescore.method.index.outranking import AMONG_ALL
from cescore.method.uncertainty.firmness import AppliedAlternative, Band
from cescore.method.uncertainty.margins import CHOICES, Alternative, Margins
from cescore.method.uncertainty.monte_carlo import Sampling, Uncertainty, uncertainty
from cescore.method.uncertainty.sequences import Pieces

DRAWS = 512
BANDS_ALONE = Sampling(draws=DRAWS, sensitivity=False)
AT_ONCE = 5000  # entities whose draws are held in memory together
# Scores by another normalisation stand on another scale, and min-max would carry others' extremes
# (as would constants learnt anew without imputation) into a respondent's band: the band of the score keeps the framework's own, that of the rank does not.
OWN_SCALE = Margins(normalisation=(), imputation=(), treatment=())


def bands(evaluation: TypeEvaluation, ranked: Collection[str]) -> Mapping[str, Band]:
    """The band of every entity of a type that has an index, by entity: 5-95 % of 512 draws.

    Scores [points] stand on the framework's own scale: the draws vary weights, goalposts,
    estimates, aggregation and the rule for missing values, not the normalisation nor what is learnt
    from others. Ranks [1 is the best] vary over all choices. An entity that some draw leaves
    without an index has no band.

    Parameters
    ----------
    evaluation
        A whole type; bands are of the year evaluated.
    ranked
        The bodies among which ranks may be shown; two at least make a rank.

    Returns
    -------
    dict
        Entity -> band, its rank fields None for whoever is not ranked.
    """
    return with_ranks(evaluation, score_bands(evaluation), ranked)


def score_bands(evaluation: TypeEvaluation, pieces: Pieces | None = None) -> Mapping[str, Band]:
    """The bands of `bands` without ranks, which are the only part that depends on who is ranked.

    ``pieces``: where draws are kept from run to run.
    """
    indicators = with_index(evaluation)
    scores: dict[str, Band] = {}
    for portion in _portions(indicators, evaluation.framework):
        scores |= _scores(evaluation, portion, pieces)
    return scores


def with_ranks(
    evaluation: TypeEvaluation,
    scores: Mapping[str, Band],
    ranked: Collection[str],
    pieces: Pieces | None = None,
) -> Mapping[str, Band]:
    """The bands of `score_bands`, with the ranks that some of the entities take among each other."""
    among = set(ranked)
    own = {e: b for e, b in scores.items() if e in among}
    return {**scores, **_ranked(evaluation, own, pieces)}


def _portions(indicators: Panel, framework: Framework) -> Iterator[Panel]:
    """The entities some at a time, unless their scores or places stand on each other's."""
    entities = indicators.entities
    alone = not any(method_of(i, framework) in BY_ORDER for i in framework.scored())
    alone &= not any(framework.mean_of(g)[0] in AMONG_ALL for g in ("", *framework.groups))
    size = AT_ONCE if alone and len(entities) > AT_ONCE else max(len(entities), 1)
    for start in range(0, len(entities), size):
        portion = entities[start : start + size]
        yield indicators if len(portion) == len(entities) else indicators.only(portion)


def _scores(
    evaluation: TypeEvaluation, indicators: Panel, pieces: Pieces | None
) -> dict[str, Band]:
    """The bands of the score, on the framework's own scale."""
    drawn = uncertainty(
        evaluation,
        indicators,
        margins=OWN_SCALE,
        sampling=BANDS_ALONE,
        pieces=pieces,
    )
    applied = _applied(drawn.alternatives)
    quantiles = np.vstack([drawn.score_low, drawn.score_high, drawn.percentiles]).T.tolist()
    return {
        entity: Band(low, high, DRAWS, applied, percentiles=tuple(percentiles))
        for entity, (low, high, *percentiles) in zip(drawn.entities, quantiles, strict=True)
        if np.isfinite([low, high]).all()  # a draw without an index: no band to print
    }


def has_firm_index(evaluation: TypeEvaluation) -> NDArray[np.bool_]:
    """Which entities returned enough data for an index of the year evaluated (entities,).

    They have an index, cover the least share of the weight, and belong to the reference set.
    """
    year = evaluation.panel.year_position(evaluation.run_year)
    has = evaluation.aggregation.index.is_present & evaluation.is_sufficient
    firm: NDArray[np.bool_] = (has & evaluation.in_reference_set)[:, year]
    return firm


def with_index(evaluation: TypeEvaluation) -> Panel:
    """The indicators, all years, of the entities that have enough data for an index this year."""
    rows = np.flatnonzero(has_firm_index(evaluation)).tolist()
    return evaluation.indicators.only(evaluation.panel.entities[row] for row in rows)


def _ranked(
    evaluation: TypeEvaluation, among: dict[str, Band], pieces: Pieces | None
) -> dict[str, Band]:
    """The same bands with the ranks that the entities take among each other."""
    if len(among) < 2:
        return among
    drawn = _over_all_choices(evaluation, among, evaluation.run_year, pieces)
    applied = _applied(drawn.alternatives)
    return {
        entity: replace(
            among[entity],
            rank_low=int(low),
            rank_high=int(high),
            ranked=len(drawn.entities),
            rank_alternatives=applied,
        )
        for entity, low, high in zip(drawn.entities, drawn.rank_low, drawn.rank_high, strict=True)
    }


def rank_bands(
    evaluation: TypeEvaluation, among: Collection[str], year: int, pieces: Pieces | None = None
) -> dict[str, tuple[int, int]]:
    """5-95 % of the rank of each of some entities in any year, over all choices as in `bands`.

    Parameters
    ----------
    among
        Who is ranked against whom. Fewer than two have no rank: the result is empty.
    year
        Any year of the panel.
    pieces
        Where draws are kept from run to run.

    Returns
    -------
    dict
        Entity -> (best, worst) of its band [rank, 1 is the best].

    Raises
    ------
    MethodError
        None of them has an index in the year, or the panel does not have the year.
    """
    if len(among) < 2:
        return {}
    drawn = _over_all_choices(evaluation, among, year, pieces)
    return {
        entity: (int(low), int(high))
        for entity, low, high in zip(drawn.entities, drawn.rank_low, drawn.rank_high, strict=True)
    }


def _over_all_choices(
    evaluation: TypeEvaluation, among: Collection[str], year: int, pieces: Pieces | None = None
) -> Uncertainty:
    """The draws of some entities in a year, the normalisation and what was learnt varied as well."""
    indicators = evaluation.indicators.only(among)
    return uncertainty(evaluation, indicators, year=year, sampling=BANDS_ALONE, pieces=pieces)


def _applied(alternatives: tuple[Alternative, ...]) -> tuple[AppliedAlternative, ...]:
    """What really varied: margins, and choices of which more than one was taken."""
    applied = [a for a in alternatives if a.is_applied]
    return tuple(
        AppliedAlternative(a.source, a.name, a.share_of_draws)
        for a in applied
        if a.source not in CHOICES or _varies(applied, a.source)
    )


def _varies(applied: list[Alternative], source: str) -> bool:
    return sum(a.source == source for a in applied) > 1
