"""Scores to groups to the index, bottom up, over the members that take part.

References
----------
OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 6: linear, geometric and non-compensatory
aggregation; for the power means also G. H. Hardy, J. E. Littlewood, G. Pólya, Inequalities (1934), chapter 2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cescore.definitions.model import Framework, Scale
from cescore.errors import MethodError, Sentence
from cescore.method.column import Column, Panel, State
from cescore.method.index.missing import Scored
from cescore.method.index.outranking import AMONG_ALL
from cescore.method.index.weight import active_members, effective_weights

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Members: TypeAlias = "Sequence[ArrayLike] | pd.Series"


@dataclass(frozen=True, eq=False)
class Aggregation:
    """The index, its groups, the effective weight of each indicator, and what share has a value.

    Arrays of (entities, years).

    Attributes
    ----------
    groups
        Group -> column [points of the scale].
    index
        [Points of the scale]; MISSING for an entity without any value of its own.
    weights
        Indicator -> effective weight in the index [share], together 1.
    coverage
        The weight that has a value over the weight that applies [0-1].
    """

    groups: Panel
    index: Column
    weights: Mapping[str, Floats]
    coverage: Floats


def looks_at_all(framework: Framework) -> bool:
    """Whether an entity's index depends on who else is evaluated with it."""
    return any(framework.mean_of(code)[0] in AMONG_ALL for code in (*framework.groups, ""))


def arithmetic_mean(values: Members, weights: Members) -> Floats:
    """Weighted mean Σ w·x / Σ w over the members (first axis); weights need not add up to 1.

    A high value makes up for a low one in full. A member of weight zero is left out, even if it has
    no value; a missing value with a weight makes the mean missing, as do weights that are all zero.
    Two Series are matched by label, never by position.

    Parameters
    ----------
    values
        One number or array per member [one unit]; arrays of equal or broadcastable shape.
    weights
        One number or array per member [any unit, 0 or more].

    Raises
    ------
    MethodError
        Values and weights name different members, or are not as many.

    References
    ----------
    Reproduces the published green development index of Beijing 2016, 83.71 from six group weights and
    indices (methodology 3.2).

    Examples
    --------
    >>> float(arithmetic_mean([90, 60, 80], [5, 3, 2]))
    79.0
    >>> groups = [82.92, 98.36, 78.75, 70.86, 93.91, 83.15]
    >>> round(float(arithmetic_mean(groups, [29.3, 16.5, 19.3, 16.5, 9.2, 9.2])), 2)
    83.71
    """
    x, w = _matched(values, weights)
    return _mean(x, w, lambda value: value, lambda mean: mean)


def geometric_mean(values: Members, weights: Members) -> Floats:
    """Weighted geometric mean exp(Σ w·ln x / Σ w), in the unit of x.

    Arrays as for `arithmetic_mean`. A high value makes up for a low one in part. Every member must
    be above 0 to count by degree: one at 0 makes the mean 0, a negative one NaN. A missing value
    with a weight makes it missing, a member of weight zero is left out.

    Raises
    ------
    MethodError
        Values and weights name different members, or are not as many.

    References
    ----------
    UNDP, Human Development Report 2010, technical note 1: aggregation of the dimension indices. The
    same mean of efficacy coefficients: methodology 3.4, variant 2, whose worked case is below.

    Examples
    --------
    >>> round(float(geometric_mean([25.0, 100.0], [1, 1])), 9)
    50.0
    >>> coefficients = [75.368, 96.844, 74.940, 83.404]
    >>> round(float(geometric_mean(coefficients, [1, 1, 1, 1])), 3)
    82.185
    """
    x, w = _matched(values, weights)
    return _mean(x, w, np.log, np.exp)


def harmonic_mean(values: Members, weights: Members) -> Floats:
    """Weighted harmonic mean Σ w / Σ (w / x), in the unit of x; arrays as for `arithmetic_mean`.

    One member at 0 makes it 0, a negative one NaN; of the three means the one nearest to the worst
    member. Missing values as for `arithmetic_mean`.

    Raises
    ------
    MethodError
        Values and weights name different members, or are not as many.

    Examples
    --------
    >>> float(harmonic_mean([50.0, 100.0], [2, 1]))
    60.0
    """
    x, w = _matched(values, weights)
    return _mean([np.where(v < 0, np.nan, v) for v in x], w, np.reciprocal, np.reciprocal)


def generalised_mean(values: Members, weights: Members, *, power: float) -> Floats:
    """Weighted power mean (Σ w·x^p / Σ w)^(1/p): 1 arithmetic, 0 geometric, -1 harmonic.

    The lower the power, the less a high value makes up for a low one. A zero makes it zero from
    power 0 down; a negative value NaN unless the power is 1. Missing values, shapes and units as
    for `arithmetic_mean`.

    Raises
    ------
    MethodError
        Values and weights name different members.

    Examples
    --------
    >>> float(generalised_mean([30.0, 40.0], [1, 1], power=2)) == 1250**0.5
    True
    """
    if power in (0, 1):
        return (geometric_mean if power == 0 else arithmetic_mean)(values, weights)
    x, w = _matched(values, weights)
    return _mean(
        [np.where(v < 0, np.nan, v) for v in x],
        w,
        lambda value: value**power,
        lambda mean: mean ** (1 / power),
    )


MEANS: Mapping[str, Callable[[Members, Members], Floats]] = {
    "arithmetic_mean": arithmetic_mean,
    "geometric_mean": geometric_mean,
    "harmonic_mean": harmonic_mean,
}


def aggregate(scored: Scored, framework: Framework) -> Aggregation:
    """Groups and index of every entity and year.

    A group without any member taking part does not count; one with a member that must not be left
    out and has no value (rule ``propagate``) has none either. No value of its own at all: the index
    is MISSING, also where a rule would fill in the floor. A group, or the index, with values for
    too few of its members is MISSING and does not count. Below the least coverage of the framework
    the index is computed all the same, and callers say so. Methods that compare everybody
    (`AMONG_ALL`) compare the reference set: who returned nothing, or is screened out, is nobody's
    rival.

    Parameters
    ----------
    scored
        Scores after the missing-data rules [points of the scale], (entities, years).
    framework
        Weights and the mean of each group and of the index.

    Raises
    ------
    MethodError
        A group of the framework has no members, or more entities are to be compared in pairs than
        `outranking.MOST_COMPARED`.
    """
    taking_part = active_members(framework, scored.counted, scored.too_few)
    columns, missing = dict(scored.scores.columns), Column.empty(scored.scores.shape, State.MISSING)
    coverage = _coverage(scored, framework)
    has_index = (coverage > 0) & ~scored.too_few.get("", np.zeros(coverage.shape, bool))
    for code in (*(group.code for group in framework.groups_bottom_up()), ""):
        has_score = has_index if not code else ~scored.too_few.get(code, np.zeros_like(has_index))
        is_among_all = framework.mean_of(code)[0] in AMONG_ALL
        if is_among_all:  # nobody is compared with who returned nothing, or is screened out
            has_score = has_score & has_index
            if scored.returned is not None:
                has_score = has_score & scored.returned
        counted = (
            {c: m & has_score for c, m in taking_part.items()} if is_among_all else taking_part
        )
        column = _aggregated(code, columns, framework.members(code), counted, scored, framework)
        columns[code] = column.where(has_score, missing)
    return Aggregation(
        groups=replace(scored.scores, columns={code: columns[code] for code in framework.groups}),
        index=columns[""],
        weights=effective_weights(framework, scored.active),
        coverage=coverage,
    )


def _aggregated(
    code: str,
    columns: Mapping[str, Column],
    members: Sequence[tuple[str, float]],
    taking_part: Mapping[str, Bools],
    scored: Scored,
    framework: Framework,
) -> Column:
    """One group or the index ("") by its own method, or as released where that looks at all."""
    method, power = framework.mean_of(code)
    released = scored.released.get(code) if method in AMONG_ALL else None
    if released is not None:
        values = [[released.get(year) for year in scored.scores.years]]
        return combine(columns, members, taking_part, lambda *_: np.array(values, float))
    mean = method_named(method, power, framework.scale)
    column = combine(columns, members, taking_part, mean)
    return with_released(column, scored.withheld.groups.get(code, {}), scored.scores.years)


def with_released(column: Column, released: Mapping[int, float], years: Sequence[int]) -> Column:
    """One entity's column with released values where a withheld member leaves none."""
    given = np.array([[released.get(year, np.nan) for year in years]])
    take = (column.state == State.SUPPRESSED) & ~np.isnan(given)
    return Column(
        np.where(take, given, column.values),
        np.where(take, np.uint8(State.PRESENT), column.state),
        column.flags,
    )


def method_named(method: str, power: float, scale: Scale) -> Callable[[Members, Members], Floats]:
    """The function of members and weights that params name: a mean, or places laid on the scale.

    Parameters
    ----------
    method
        A word of `MEANS`, generalised_mean, or one of `AMONG_ALL`; these give places 0-1, which are
        put between the floor and the top of ``scale``.
    power
        Of `generalised_mean`; means nothing to others.
    scale
        Means nothing to means, which stay in their members' unit.
    """
    if method == "generalised_mean":
        return partial(generalised_mean, power=power)
    if method in AMONG_ALL:
        return partial(_among_all, method=method, scale=scale)
    return MEANS[method]


def _among_all(values: Members, weights: Members, *, method: str, scale: Scale) -> Floats:
    """Places by an outranking method on the framework's scale; members are (entities, years)."""
    x, w = _matched(values, weights)
    table = np.array([np.broadcast_to(v, x[0].shape).T for v in x])
    counts = np.array([np.broadcast_to(v, x[0].shape).T for v in w])
    shares: Floats = AMONG_ALL[method](table, counts).T
    return scale.floor + shares * (scale.top - scale.floor)


def combine(
    columns: Mapping[str, Column],
    members: Sequence[tuple[str, float]],
    taking_part: Mapping[str, Bools],
    mean: Callable[[Members, Members], Floats],
) -> Column:
    """The mean of the members that take part, with their highest state and all their flags.

    Where none takes part: no value, and the highest state of all members. Where the mean is no
    number although every member that takes part has one: NOT_COMPUTABLE.

    Parameters
    ----------
    columns
        Code -> column (entities, years).
    members
        Codes and weights; those of weight 0 are left out unless all are.
    taking_part
        Code -> mask (entities, years).
    mean
        Function of values and weights, as `method_named` gives it.
    """
    used = [(code, weight) for code, weight in members if weight > 0] or list(members)
    weights = [weight * taking_part[code] for code, weight in used]
    values = mean([columns[code].values for code, _ in used], weights)
    none_takes_part = ~np.logical_or.reduce([taking_part[code] for code, _ in used])
    state, flags = np.zeros(values.shape, np.uint8), np.zeros(values.shape, np.uint8)
    for code, _ in used:
        counts = taking_part[code] | none_takes_part
        state = np.maximum(state, np.where(counts, columns[code].state, np.uint8(0)))
        flags |= np.where(taking_part[code], columns[code].flags, np.uint8(0))
    state = np.where((state == 0) & ~np.isfinite(values), np.uint8(State.NOT_COMPUTABLE), state)
    return Column(
        np.where(state == 0, values, np.nan),
        state,
        np.where(state == 0, flags, np.uint8(0)),
    )


def _coverage(scored: Scored, framework: Framework) -> Floats:
    """Weight with a value over weight that applies; members that do not apply count in neither."""
    weights = effective_weights(framework, scored.applies)
    covered = np.zeros(scored.scores.shape)
    for code, weight in weights.items():
        covered = covered + weight * scored.covered[code]
    return np.minimum(covered, 1.0)


def _is_series(x: object) -> TypeGuard[pd.Series]:
    """Whether it is a column of pandas; there is none where nobody has loaded that."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(x, pandas.Series)


def _matched(values: Members, weights: Members) -> tuple[list[Floats], list[Floats]]:
    if _is_series(values) and _is_series(weights):
        odd = sorted(map(str, set(values.index) ^ set(weights.index)))
        if odd:
            raise MethodError(
                Sentence(
                    "values and weights name different members: {listed}", listed=", ".join(odd)
                )
            )
        weights = weights.loc[values.index]
    if len(values) != len(weights):
        raise MethodError(
            Sentence(
                "{values} values and {weights} weights", values=len(values), weights=len(weights)
            )
        )
    return [np.asarray(v, float) for v in values], [np.asarray(w, float) for w in weights]


def _mean(
    values: list[Floats],
    weights: list[Floats],
    into: Callable[[Floats], Floats],
    back: Callable[[Floats], Floats],
) -> Floats:
    """Weighted mean of transformed values, transformed back; one member after another.

    Adding in the members' order, not pairwise, gives the same bits for one entity as for many.
    """
    weighted_sum, weight_sum = np.zeros(()), np.zeros(())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for value, weight in zip(values, weights, strict=True):
            weighted_sum = weighted_sum + np.where(weight > 0, weight * into(value), 0.0)
            weight_sum = weight_sum + weight
        return np.asarray(back(weighted_sum / weight_sum), float)
