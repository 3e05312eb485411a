"""Weights learnt from the scores of all entities, group by group from the bottom up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cescore.definitions.model import Framework
from cescore.errors import MethodError, Sentence
from cescore.method.index.aggregate import aggregate
from cescore.method.index.missing import Scored
from cescore.method.index.weighing import (
    critic_weights,
    entropy_weights,
    pca_weights,
    shangzhi_weights,
)

if TYPE_CHECKING:
    import pandas as pd

LEARNERS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "entropy": entropy_weights,
    "entropy_scaled": shangzhi_weights,
    "critic": critic_weights,
    "pca": lambda table: pca_weights(table, fewest=3),
}


def with_learnt_weights(scored: Scored, framework: Framework, year: int) -> Framework:
    """The framework with the weights its methods learn from a year's scores, frozen for all years.

    Members of weight zero stay out; an entity that lacks a member's score teaches nothing in that
    group, nor does one outside the reference set: floors filled in for a return are no scores. A
    group of one member has nothing to learn.

    Weights are shares of their group, together 1, learnt from scores (more is better), so that no
    method has to turn a direction round. A group is aggregated with the weights learnt below it
    before those above it are learnt.

    Parameters
    ----------
    scored
        Scores after the missing-data rules, all entities.
    year
        The year whose scores teach.

    Raises
    ------
    MethodError
        Fewer entities with every score than the weighting's ``fewest``, or a method that cannot
        answer for their scores (`cescore.method.index.weighing`).

    References
    ----------
    The methods and their sources: `cescore.method.index.weighing`.
    """
    import pandas as pd  # of use where weights are learnt alone

    i = scored.scores.year_position(year)
    for group in (*(g.code for g in framework.groups_bottom_up()), ""):
        weighting = framework.weighting_of(group)
        members = [code for code, weight in framework.members(group) if weight > 0]
        if weighting.method not in LEARNERS or len(members) < 2:
            continue
        result = aggregate(scored, framework)
        columns = {**scored.scores.columns, **result.groups.columns}
        members_of_set = (result.coverage[:, i] > 0) & (
            True if scored.returned is None else scored.returned[:, i]
        )
        table = pd.DataFrame(
            {code: columns[code].values[members_of_set, i] for code in members}
        ).dropna()
        if len(table) < weighting.fewest:
            raise MethodError(
                Sentence(
                    "{method} weights of {group} in {entity_type}: {n} {n:entity has|entities have} every score in {year}, expected {fewest} or more",
                    method=weighting.method,
                    group=group or framework.index.code,
                    entity_type=framework.entity_type,
                    n=len(table),
                    year=year,
                    fewest=weighting.fewest,
                )
            )
        learnt = LEARNERS[weighting.method](table)
        framework = framework.reweighted({str(c): float(w) for c, w in learnt.items()})
    return framework


def learns_weights(framework: Framework) -> bool:
    """Whether a framework takes any weight from the data, of the index or of a group."""
    return any(framework.weighting_of(g).method in LEARNERS for g in ("", *framework.groups))
