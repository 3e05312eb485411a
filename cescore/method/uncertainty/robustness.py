"""How firm a whole type's ranking is: what moves it most, and what one indicator less would change.

Beside the bands of each entity (`cescore.method.uncertainty.bands`). Loaded only where it is asked for: SciPy
and SALib take seconds.

References
----------
OECD/JRC Handbook (2008), step 7: robustness of rankings, by sensitivity analysis and by leaving out
one indicator after another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cescore.method.column import Panel
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.uncertainty.bands import has_firm_index, with_index
from cescore.method.uncertainty.firmness import Band, MeasuredShare, WithoutOne
from cescore.method.uncertainty.margins import Alternative
from cescore.method.uncertainty.monte_carlo import (
    Removal,
    Sampling,
    Uncertainty,
    remove_one_indicator,
    uncertainty,
)
from cescore.method.uncertainty.sequences import Pieces

DRAWS = 1024
MOST = 500  # entities that indices are estimated from; of more, as many evenly spaced
MOST_RANKED = 2000  # entities of a type that each have the band of their rank
COLUMNS = ("entity_type", "entity_id", "year", "kind", "code", "value", "note")


@dataclass(frozen=True, eq=False)
class Robustness:
    """A type's ranking under the choices that could have been made otherwise.

    Attributes
    ----------
    entities, draws
        How many entities were drawn, and how often.
    sources
        Sobol indices of each source; empty with a ``reason``.
    reason
        few_entities (fewer than 20), nothing_varies; "" where there are indices.
    alternatives
        What was varied, applied or not.
    removals
        The index without each indicator in turn, the one that moves ranks most first.
    """

    entity_type: str
    year: int
    entities: int
    draws: int
    sources: tuple[MeasuredShare, ...]
    reason: str
    alternatives: tuple[Alternative, ...]
    removals: tuple[WithoutOne, ...]


def robustness(
    evaluation: TypeEvaluation, unranked: Collection[str] = (), pieces: Pieces | None = None
) -> Robustness | None:
    """The robustness of a type in the year evaluated; None where no entity has an index.

    Of the entities with enough data for an index, without the ``unranked`` (whose figures are in
    another's), at most 500 of them evenly spaced in the register: more make the indices no firmer,
    whose error is that of the draws. Sobol indices are of the mean absolute shift of rank [ranks],
    of 1,024 draws; removals recompute the index without one indicator, whose weight goes to the
    others of its group, over all entities with enough data. A source whose index is no number, as where every draw gives the
    same ranks, is left out. ``pieces``: where draws are kept from run to run.

    References
    ----------
    M. Saisana, A. Saltelli, S. Tarantola, J. R. Statist. Soc. A 168 (2005): the mean shift of rank as
    what sensitivity is measured on.
    """
    is_ranked = np.array([e not in unranked for e in evaluation.panel.entities], bool)
    among = has_firm_index(evaluation) & is_ranked
    indicators = with_index(evaluation)
    indicators = _spaced(indicators.only(e for e in indicators.entities if e not in unranked))
    if not indicators.entities:
        return None
    drawn = uncertainty(evaluation, indicators, sampling=Sampling(draws=DRAWS), pieces=pieces)
    removals = remove_one_indicator(
        evaluation.scored,
        evaluation.framework,
        year=evaluation.run_year,
        among=among,
    )
    without = [_without(evaluation, removal, among) for removal in removals]
    return Robustness(
        entity_type=evaluation.framework.entity_type,
        year=evaluation.run_year,
        entities=len(drawn.entities),
        draws=drawn.draws,
        sources=tuple(_shares(drawn)),
        reason=drawn.reason,
        alternatives=drawn.alternatives,
        removals=tuple(
            sorted(without, key=lambda less: (-less.mean_rank_shift, -less.mean_index_shift))
        ),
    )


def uncertainty_table(
    evaluations: Mapping[str, TypeEvaluation],
    robust: Mapping[str, Robustness],
    banded: Mapping[str, Mapping[str, Band]],
) -> pd.DataFrame:
    """The rows of uncertainty.csv: bands of every entity, and the robustness of every type.

    One row per number, columns `COLUMNS`. Kinds: band (code score_low [points], rank_low …),
    sobol_first, sobol_total and their half-widths [share of the variance], removal_rank [ranks],
    removal_index [points], alternative [share of the draws].

    Parameters
    ----------
    robust
        Entity type -> its robustness; types that are absent have no rows.
    banded
        Entity type -> its bands by entity; of a type that is absent, which is large, a row
        ``left_out`` says so, with the number of entities.
    """
    rows = [
        row
        for t, type_robust in robust.items()
        for row in _rows(evaluations[t], type_robust, banded.get(t))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def ranked_in_bands(evaluation: TypeEvaluation, unranked: Collection[str]) -> Collection[str]:
    """Who gets a rank in its band: all but the ``unranked``; nobody of more than `MOST_RANKED` with an index."""
    if len(with_index(evaluation).entities) > MOST_RANKED:
        return ()
    return [e for e in evaluation.panel.entities if e not in unranked]


def _spaced(indicators: Panel) -> Panel:
    """All entities, or as many as can be drawn, evenly spaced."""
    n = len(indicators.entities)
    if n <= MOST:
        return indicators
    places = np.linspace(0, n - 1, MOST).round().astype(int)
    return indicators.only([indicators.entities[i] for i in places])


def _shares(drawn: Uncertainty) -> Iterator[MeasuredShare]:
    """Each source with its indices; not where these are no numbers, as no draw moves a rank."""
    indices = drawn.sensitivity
    if indices is not None:
        for i, source in enumerate(indices.sources):
            numbers = (
                indices.first[i],
                indices.total[i],
                indices.first_half_width[i],
                indices.total_half_width[i],
            )
            if np.isfinite(numbers).all():  # not where every draw gives the same ranks
                yield MeasuredShare(source, *map(float, numbers))


def _without(evaluation: TypeEvaluation, removal: Removal, among: NDArray[np.bool_]) -> WithoutOne:
    """What one indicator less changes: mean absolute shift of rank [ranks] and index [points]."""
    year = evaluation.panel.year_position(evaluation.run_year)
    nominal = evaluation.aggregation.index.values[among, year]
    moved = np.abs(removal.scores.to_numpy() - nominal)
    index_shift = float(np.nanmean(moved)) if np.isfinite(moved).any() else float("nan")
    return WithoutOne(removal.indicator, removal.mean_rank_shift, index_shift)


Line = tuple[str, str, int, str, str, float, str]


def _rows(
    evaluation: TypeEvaluation, robust: Robustness, banded: Mapping[str, Band] | None
) -> Iterator[Line]:
    """All rows of a type; ``banded`` is None where its bands are left out, as it is large."""
    entity_type, year = robust.entity_type, robust.year
    if banded is None:
        count = float(len(evaluation.panel.entities))
        yield entity_type, "", year, "band", "left_out", count, "more entities than large_above"
    else:
        for entity, band in banded.items():
            for code, value in _numbers(band):
                yield entity_type, entity, year, "band", code, value, ""
    for share in robust.sources:
        for kind in ("first", "first_half_width", "total", "total_half_width"):
            number = float(getattr(share, kind))
            yield entity_type, "", year, f"sobol_{kind}", share.source, number, ""
    if not robust.sources:
        yield entity_type, "", year, "sobol_total", "", float("nan"), robust.reason
    for removal in robust.removals:
        numbers = (("rank", removal.mean_rank_shift), ("index", removal.mean_index_shift))
        for what, value in numbers:
            yield entity_type, "", year, f"removal_{what}", removal.indicator, value, ""
    for choice in robust.alternatives:
        code, part = f"{choice.source}: {choice.name}", choice.share_of_draws
        yield entity_type, "", year, "alternative", code, part, choice.note


def _numbers(band: Band) -> Iterator[tuple[str, float]]:
    for name in ("score_low", "score_high", "rank_low", "rank_high", "ranked"):
        value = getattr(band, name)
        if value is not None:
            yield name, float(value)
