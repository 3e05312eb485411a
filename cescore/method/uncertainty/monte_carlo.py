"""How far index and rank depend on choices and estimates: Monte-Carlo bands and Sobol indices.

References
----------
OECD/JRC Handbook (2008), step 7; M. Saisana, A. Saltelli, S. Tarantola, Uncertainty and sensitivity analysis
techniques …, J. R. Statist. Soc. A 168 (2005): mean shift of rank; A. Saltelli et al., Comput. Phys. Commun. 181
(2010): design and estimators.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.errors import MethodError, Sentence
from cescore.method.column import Column, Panel
from cescore.method.index.aggregate import aggregate
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.fitting import Fitted
from cescore.method.index.missing import Scored, apply_missing_rules
from cescore.method.index.normalise import normalise
from cescore.method.thresholds import is_equal, tied
from cescore.method.uncertainty.alternatives import Variant
from cescore.method.uncertainty.design import Design
from cescore.method.uncertainty.kept_draws import evaluated
from cescore.method.uncertainty.margins import Alternative, Margins
from cescore.method.uncertainty.sequences import Pieces, quasi_random, saltelli
from cescore.method.uncertainty.sobol_indices import DesignAnswers

__all__ = [
    "Alternative",
    "Margins",
    "Removal",
    "Sampling",
    "Sensitivity",
    "Uncertainty",
    "remove_one_indicator",
    "uncertainty",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_FOR_INDICES = 20  # entities; Sobol indices over fewer are not reported
BAND = (0.05, 0.95)
PERCENTILES = tuple(percent / 100 for percent in range(1, 100))


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """First-order and total Sobol indices of each source [shares of a variance].

    Arrays follow ``sources``.

    Attributes
    ----------
    first, total
        Of the mean absolute shift of rank over all entities: what a source explains by itself, and
        with all it acts together with.
    first_half_width, total_half_width
        Half-widths of 95 % bootstrap intervals of these, from 100 resamples.
    first_of, total_of
        Of each entity's index, (sources, entities).
    """

    sources: tuple[str, ...]
    first: Floats
    first_half_width: Floats
    total: Floats
    total_half_width: Floats
    first_of: Floats
    total_of: Floats


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Bands of index and rank, 5-95 % of the draws, and what was varied to get them.

    Scores by another normalisation stand on another scale and widen the band of the index for
    everybody alike; the band of the rank, or `Margins` without normalisations, tells what changes
    between entities.

    Attributes
    ----------
    entities
        Those that have an index; all arrays follow them.
    draws, seed
        How many rows the bands are of, and what the numbers were drawn from.
    scores, ranks
        As the framework defines them [points; 1 is the best, ties share the better rank].
    score_low, score_median, score_high
        Quantiles of the index [points]; NaN where some draw leaves the entity without one.
    percentiles
        Of the index, at `PERCENTILES`, (99, entities) [points]; NaN as above.
    rank_low, rank_median, rank_high
        Quantiles of the rank, each a rank that was taken.
    alternatives
        What was varied, applied or not, with its share of the draws.
    sensitivity
        None with a ``reason``: not_asked, nothing_varies, or few_entities (fewer than 20).
    """

    entities: tuple[str, ...]
    year: int
    draws: int
    seed: int
    scores: Floats
    ranks: Floats
    score_low: Floats
    score_median: Floats
    score_high: Floats
    percentiles: Floats
    rank_low: Floats
    rank_median: Floats
    rank_high: Floats
    alternatives: tuple[Alternative, ...]
    sensitivity: Sensitivity | None
    reason: str = ""

    def table(self) -> pd.DataFrame:
        """One row per entity, labelled by ``entity_id``: index and rank with their bands."""
        columns = {
            "score": self.scores,
            "score_low": self.score_low,
            "score_median": self.score_median,
            "score_high": self.score_high,
            "rank": self.ranks,
            "rank_low": self.rank_low,
            "rank_median": self.rank_median,
            "rank_high": self.rank_high,
        }
        return pd.DataFrame(columns, index=pd.Index(self.entities, name="entity_id"))


@dataclass(frozen=True)
class Sampling:
    """How many draws, from which seed, and whether Sobol indices are asked for.

    Attributes
    ----------
    draws
        A power of 2, 4 or more; Sobol indices take draws / 2 more evaluations for each source.
    seed
        Of the numbers drawn: equal seeds give equal bands.
    sensitivity
        Whether Sobol indices are asked for; they are given from 20 entities on.
    """

    draws: int = 1024
    seed: int = 2021
    sensitivity: bool = True


def uncertainty(
    evaluation: TypeEvaluation,
    indicators: Panel | None = None,
    *,
    year: int | None = None,
    margins: Margins | None = None,
    sampling: Sampling = Sampling(),
    pieces: Pieces | None = None,
) -> Uncertainty:
    """Index and rank of every entity under many other choices that could have been made.

    Bands are the 5 and 95 % quantiles of the draws: of the index by interpolation [points], of the
    rank as a rank that was taken. Whoever a choice leaves without an index is ranked with its own,
    so that ranks among the same entities are compared.

    Each draw takes one value of every source at once, from a scrambled Sobol sequence: equal
    arguments give equal bands. A geometric mean that the framework does not ask for takes scores
    below 1 % of the scale as 1 %. Where indices are estimated, the bands are of the rows of the two
    independent halves of Saltelli's design, which are ``draws`` in number.

    Parameters
    ----------
    evaluation, year
        A type, and the year looked at; None: the one evaluated. What is learnt anew is learnt from
        the year's reference set.
    indicators
        Of the entities that are looked at and ranked; None: all.
    margins
        What is varied, and how far; None: everything, by the margins of `Margins`.
    sampling
        How many draws, from which seed.
    pieces
        Where draws are kept from run to run; None: all are drawn.

    Raises
    ------
    MethodError
        ``draws`` is no power of 2 or below 4, no entity has an index, or the panel does not have
        the year.

    References
    ----------
    M. Saisana, A. Saltelli, S. Tarantola, J. R. Statist. Soc. A 168 (2005): bands and mean shift of
    rank; A. Saltelli et al., Comput. Phys. Commun. 181 (2010): design and estimators of the indices.
    """
    framework, fitted = evaluation.framework, evaluation.fitted
    year = evaluation.run_year if year is None else year
    draws, seed, sensitivity = sampling.draws, sampling.seed, sampling.sensitivity
    if draws < 4 or draws & (draws - 1):
        raise MethodError(Sentence("{draws} draws, expected a power of 2", draws=draws))
    of_year = _one_year(evaluation.indicators if indicators is None else indicators, year)
    nominal = _index_of(of_year, framework, fitted)
    has_index = ~np.isnan(nominal)
    entities = [e for e, has in zip(of_year.entities, has_index, strict=True) if has]
    if not entities:
        raise MethodError(Sentence("no entity has an index in {year}", year=year))
    learners = _one_year(evaluation.learners_in(year), year)
    variant = Variant(of_year.only(entities), framework, fitted, learners)
    design = Design(variant, margins or Margins(), pieces)
    scores, sources = nominal[has_index], design.sources
    is_enough = len(entities) >= FEWEST_FOR_INDICES and bool(sources)
    rows = _rows(len(sources), sampling, pieces, with_indices=sensitivity and is_enough)
    drawn = evaluated(design, rows, draws, seed)
    ranks = _ranks(scores[None, :])[0]
    # whoever a choice leaves without an index keeps its own, so that the same are ranked on both sides
    shifts = _ranks(np.where(np.isnan(drawn), scores, drawn))
    in_band = _plain_rows(len(rows), len(sources), draws)
    low, median, high, *percentiles = np.quantile(
        drawn[in_band], (BAND[0], 0.5, BAND[1], *PERCENTILES), axis=0
    )
    rank_low, rank_median, rank_high = np.quantile(
        shifts[in_band], (BAND[0], 0.5, BAND[1]), axis=0, method="inverted_cdf"
    )
    shift = np.abs(shifts - ranks).mean(axis=1)
    # no share of a variance that is none: of entities that are all alike no choice moves a rank
    moves = not (sensitivity and is_enough) or not is_equal(shift.min(), shift.max())
    return Uncertainty(
        entities=tuple(entities),
        year=year,
        draws=draws,
        seed=seed,
        scores=scores,
        ranks=ranks,
        score_low=low,
        score_median=median,
        score_high=high,
        percentiles=np.stack(percentiles),
        rank_low=rank_low,
        rank_median=rank_median,
        rank_high=rank_high,
        alternatives=design.applied(rows[in_band]),
        sensitivity=(
            _sensitivity(sources, drawn, shift, seed)
            if sensitivity and is_enough and moves
            else None
        ),
        reason=_reason(sensitivity, len(entities), sources if moves else ()),
    )


@dataclass(frozen=True)
class Removal:
    """The index without one indicator.

    Attributes
    ----------
    scores, ranks
        By entity: the index [points], NaN where nothing is left of it, and the rank [1 is the
        best].
    mean_rank_shift
        Mean absolute difference to the rank with all indicators [ranks].
    """

    indicator: str
    scores: pd.Series
    ranks: pd.Series
    mean_rank_shift: float


def remove_one_indicator(
    scored: Scored, framework: Framework, *, year: int, among: Bools | None = None
) -> tuple[Removal, ...]:
    """The index of a year recomputed without each scored indicator in turn.

    Its weight goes to the other members of its group; a group left without members goes too.
    Indicators of weight 0 are not removed, nor is the only one there is.

    Parameters
    ----------
    scored
        Scores after the missing-data rules, all entities and years.
    among
        (entities,): who is ranked; None: all. An entity without any other indicator keeps its
        place.

    References
    ----------
    COINr's ``remove_elements`` (W. Becker et al., JOSS 7(78), 2022): mean absolute rank change without
    each element.
    """
    all_entities = np.ones(scored.scores.shape[0], bool)
    of_year = _scored_in(scored, year, all_entities if among is None else among)
    nominal = pd.Series(aggregate(of_year, framework).index.values[:, 0], of_year.scores.entities)
    ranks = nominal.rank(ascending=False, method="min")
    removals = []
    for indicator in framework.scored():
        if indicator.weight > 0 and len(framework.scored()) > 1:
            without = framework.reweighted({indicator.code: 0.0})
            values = pd.Series(
                aggregate(of_year, without).index.values[:, 0], of_year.scores.entities
            )
            places = values.fillna(nominal).rank(ascending=False, method="min")
            shift = float((places - ranks).abs().mean())
            removals.append(Removal(indicator.code, values, places, shift))
    return tuple(removals)


def _rows(sources: int, sampling: Sampling, pieces: Pieces | None, *, with_indices: bool) -> Floats:
    """Points in the unit cube, (rows, sources).

    Saltelli's design on draws / 2 pairs, in blocks of (a, a with one column of b each, b); or a
    plain sequence of draws. One row without columns where nothing varies.
    """
    if with_indices:
        return saltelli(sources, sampling.draws // 2, sampling.seed, pieces)
    if not sources:
        return np.empty((1, 0))
    return quasi_random(sources, sampling.draws, sampling.seed, pieces)


def _plain_rows(rows: int, sources: int, draws: int) -> NDArray[np.int64]:
    """Rows of the design that are independent draws: each block's first and last."""
    if rows <= draws:
        return np.arange(rows)
    block = np.arange(0, rows, sources + 2)
    return np.sort(np.concatenate([block, block + sources + 1]))


def _sensitivity(sources: tuple[str, ...], index: Floats, shift: Floats, seed: int) -> Sensitivity:
    """Sobol indices of the mean shift of rank, and of every entity's own index.

    Both are standardised first; an entity's index that never moves is left at 0.
    """
    of_all, of_each = DesignAnswers.of(shift, len(sources)), DesignAnswers.of(index, len(sources))
    first_half_width, total_half_width = of_all.half_widths(seed)
    return Sensitivity(
        sources=sources,
        first=of_all.first_orders(),
        first_half_width=first_half_width,
        total=of_all.total_orders(),
        total_half_width=total_half_width,
        first_of=of_each.first_orders(),
        total_of=of_each.total_orders(),
    )


def _reason(asked: bool, entities: int, sources: Collection[str]) -> str:
    if not asked:
        return "not_asked"
    if not sources:
        return "nothing_varies"
    return "few_entities" if entities < FEWEST_FOR_INDICES else ""


def _ranks(index: Floats) -> Floats:
    """Places from 1 for the best in each row; ties share."""
    places: Floats = pd.DataFrame(-tied(index)).rank(axis=1, method="min").to_numpy()
    return places


def _one_year(panel: Panel, year: int) -> Panel:
    if year not in panel.years:
        raise MethodError(
            Sentence(
                "no year {year} among {first}-{last}",
                year=year,
                first=panel.years[0],
                last=panel.years[-1],
            )
        )
    i = panel.year_position(year)
    cut = slice(i, i + 1)
    columns = {
        code: Column(c.values[:, cut], c.state[:, cut], c.flags[:, cut])
        for code, c in panel.columns.items()
    }
    codes = {code: texts[:, cut] for code, texts in panel.codes.items()}
    return replace(panel, years=(year,), columns=columns, codes=codes)


def _index_of(indicators: Panel, framework: Framework, fitted: Fitted) -> Floats:
    scores = normalise(indicators, framework, fitted)
    scored = apply_missing_rules(scores, indicators, framework, fitted)
    return aggregate(scored, framework).index.values[:, 0]


def _scored_in(scored: Scored, year: int, among: Bools) -> Scored:
    """The scores of some entities in one year."""
    i = scored.scores.year_position(year)
    rows = np.flatnonzero(among)
    cut = np.ix_(rows, np.array([i]))

    def of(masks: Mapping[str, Bools]) -> dict[str, Bools]:
        return {code: mask[cut] for code, mask in masks.items()}

    return replace(
        scored,
        scores=_one_year(scored.scores.only(scored.scores.entities[r] for r in rows), year),
        active=of(scored.active),
        counted=of(scored.counted),
        covered=of(scored.covered),
        applies=of(scored.applies),
        case={code: case[cut] for code, case in scored.case.items()},
        imputed=of(scored.imputed),
        too_few=of(scored.too_few),
        returned=None if scored.returned is None else scored.returned[cut],
    )
