"""The progress index: how far each quantity has come since the base year, base year = 100.

It says how far a body has come, never how well it stands: it may exceed 100 and is neither averaged
nor compared with the index on its scale.

References
----------
NBS circular economy development index (循环经济发展指数, published 2015-03-19): four groups, base
2005 = 100 (methodology 3.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Progress
from cescore.definitions.model.framework import BelowBaseFloor
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index.aggregate import MEANS, Members, combine, method_named
from cescore.method.index.formulas import shifted
from cescore.method.index.preparing import DOES_NOT_APPLY
from cescore.method.thresholds import at_least

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ProgressResult:
    """The progress index with its groups and each member's ratio to the base year x 100.

    Attributes
    ----------
    index
        (entities, years) [base year = 100]; NOT_COLLECTED without a progress index in the
        framework, where both panels are empty.
    groups, members
        By group, and by indicator [base year = 100].
    """

    index: Column
    groups: Panel
    members: Panel


def progress_index(
    indicators: Panel,
    framework: Framework,
    *,
    base_year: int,
    released: Mapping[str, Mapping[int, float]] | None = None,
) -> ProgressResult:
    """x_t / x_0 · 100 for each member (x_0 / x_t where less is better), its groups and index.

    A member that cannot be computed or does not apply drops out by rule; one that was not returned
    drops out too, and the result is flagged PARTIAL [P]. Where members with a ratio hold less than
    the framework's least coverage of the weight that applies, a group or the index is MISSING [P].
    In the base year every ratio, and so an index of means, is 100; a worse value of any member
    lowers it, a change of unit does not.

    Parameters
    ----------
    indicators
        Computed indicators [any unit], (entities, years), the base year among the years: without it
        every member is MISSING.
    released
        Of one entity with members that are withheld: group ("" for the index) -> year -> its value
        as released; SUPPRESSED without. None: a withheld member drops out.

    References
    ----------
    Form: NBS circular economy development index (2015). Members and weights are the framework's;
    no weighting reproduces the published total, and none claims to: the published groups of 2013
    (134.7, 146.5, 108.2, 174.6) have a mean of 141.0, the published total is 137.6.
    """
    progress = framework.progress
    if progress is None:
        empty = replace(indicators, columns={})
        return ProgressResult(Column.empty(indicators.shape, State.NOT_COLLECTED), empty, empty)
    members: dict[str, Column] = {}
    for code in dict.fromkeys(code for group in progress.members.values() for code in group):
        members[code] = _ratio_to_base(indicators, framework, progress, code, base_year)
    least_coverage = framework.missing.min_weight_covered

    def given(code: str) -> NDArray[np.float64] | None:
        if released is None:
            return None
        by_year = released.get(code, {})
        return np.array([[by_year.get(year, np.nan) for year in indicators.years]])

    groups = {
        group.code: _mean_of_ratios(
            members,
            list(progress.members.get(group.code, {}).items()),
            method_named(group.aggregation, group.power, framework.scale),
            least_coverage,
            given(group.code),
        )
        for group in progress.groups
    }
    index = _mean_of_ratios(
        groups,
        [(g.code, g.weight) for g in progress.groups],
        MEANS[progress.aggregation],
        least_coverage,
        given(""),
    )
    return ProgressResult(
        index, replace(indicators, columns=groups), replace(indicators, columns=members)
    )


def progress_shares(result: ProgressResult, progress: Progress) -> dict[str, NDArray[np.float64]]:
    """Each group's share of the index, and of its group each member's, named ``group.indicator``.

    w / Σ w over those that take part [0-1], (entities, years); 0 where one does not take part: a
    member without a ratio, a group without a value.
    """
    groups = {g.code: g.weight * result.groups.column(g.code).is_present for g in progress.groups}
    shares = _as_shares(groups, result.index.shape)
    for group, members in progress.members.items():
        weighed = {
            f"{group}.{code}": weight * result.members.column(code).is_present
            for code, weight in members.items()
        }
        shares |= _as_shares(weighed, result.index.shape)
    return shares


def _as_shares(
    weights: Mapping[str, NDArray[np.floating[Any]]], shape: tuple[int, ...]
) -> dict[str, NDArray[np.float64]]:
    whole = sum(weights.values(), start=np.zeros(shape))
    return {
        code: np.divide(weight, whole, out=np.zeros(shape), where=whole > 0)
        for code, weight in weights.items()
    }


def ratio_to_base(
    now: Column,
    base: Column,
    *,
    direction: int,
    base_floor: float = 0.0,
    below_floor: BelowBaseFloor = "exclude",
) -> Column:
    """now / base · 100, or base / now · 100 where less is better [base year = 100].

    A positive member whose base lies below ``base_floor`` would count out of all proportion (a rate
    going from 5 to 60: 1200). It is not computable, or, where ``below_floor`` says so, its change
    is measured against the floor, 100 + 100 · (now - base) / floor: 100 in the base year, rising
    with the value, above 0, and without a jump where a base passes the floor.

    Not computable: any other base or value of 0 or less (a positive member may fall to 0), or a
    ratio beyond any number. Flags of both years add up; of their states the higher counts.

    Parameters
    ----------
    now, base
        Values of each year and of the base year, in one unit (entities, years).
    direction
        1: more is better, -1: less is better.
    base_floor
        Least base value of a positive member [unit of the values].
    below_floor
        What becomes of a positive member with a smaller base.

    Examples
    --------
    A rate that goes from 5 to 15 %, measured against a floor of 25 %:

    >>> few, more = Column.of(np.array([[5.0]])), Column.of(np.array([[15.0]]))
    >>> ratio_to_base(
    ...     more, few, direction=1, base_floor=25, below_floor="measure_from_floor"
    ... ).values.tolist()
    [[140.0]]

    >>> base = Column.constant(50.0, (1, 3))
    >>> now = Column.of(np.array([[40.0, 0.0, np.nan]]))
    >>> ratio_to_base(now, base, direction=1).values.tolist()
    [[80.0, 0.0, nan]]
    >>> ratio_to_base(now, base, direction=-1).values.tolist()
    [[125.0, nan, nan]]
    """
    state = np.maximum(now.state, base.state)
    above, below = (now, base) if direction == 1 else (base, now)
    usable = (base.values > 0) & (now.values >= 0) & (below.values > 0)
    small = np.full(now.shape, False)
    if direction == 1:
        small = (base.values >= 0) & (now.values >= 0) & ~at_least(base.values, base_floor)
        usable &= ~small
    undefined = np.full(now.shape, np.nan)
    with np.errstate(over="ignore"):
        percent = 100 * np.divide(above.values, below.values, out=undefined, where=usable)
        if below_floor == "measure_from_floor" and base_floor > 0:
            from_floor = 100 + 100 * (now.values - base.values) / base_floor
            percent, usable = np.where(small, from_floor, percent), usable | small
    usable &= np.isfinite(percent)
    state = np.where((state == State.PRESENT) & ~usable, np.uint8(State.NOT_COMPUTABLE), state)
    present = state == State.PRESENT
    return Column(
        np.where(present, percent, np.nan),
        state,
        np.where(present, now.flags | base.flags, np.uint8(0)),
    )


def _ratio_to_base(
    panel: Panel, framework: Framework, progress: Progress, code: str, base_year: int
) -> Column:
    now = panel.column(code)
    base = shifted(now, panel.years, dict.fromkeys(panel.years, base_year))
    return ratio_to_base(
        now,
        base,
        direction=framework.indicators[code].direction,
        base_floor=progress.base_floor.get(code, 0.0),
        below_floor=progress.below_base_floor,
    )


def _mean_of_ratios(
    columns: Mapping[str, Column],
    members: Sequence[tuple[str, float]],
    mean_of: Callable[[Members, Members], NDArray[np.float64]],
    least_coverage: float,
    released: NDArray[np.float64] | None = None,
) -> Column:
    """A group of members, or the index of groups: the mean over those with a ratio.

    MISSING where these hold less than the least coverage of the weight that applies, PARTIAL where
    any member was dropped, for whatever reason.
    """
    taking_part = {code: columns[code].is_present for code, _ in members}
    mean = combine(columns, members, taking_part, mean_of)
    has_ratio = _weight(members, taking_part)
    applies = _weight(members, {c: ~np.isin(columns[c].state, DOES_NOT_APPLY) for c, _ in members})
    state = np.where(
        (mean.state == State.PRESENT) & ~at_least(has_ratio, least_coverage * applies),
        np.uint8(State.MISSING),
        mean.state,
    )
    dropped = has_ratio < _weight(members, {c: np.full(mean.shape, True) for c, _ in members})
    partial = np.where(dropped, np.uint8(Flag.PARTIAL), np.uint8(0))
    present = state == State.PRESENT
    column = Column(
        np.where(present, mean.values, np.nan),
        state,
        np.where(present, mean.flags | partial, np.uint8(0)),
    )
    return column if released is None else _as_released(column, columns, members, released)


def _as_released(
    column: Column,
    columns: Mapping[str, Column],
    members: Sequence[tuple[str, float]],
    released: NDArray[np.float64],
) -> Column:
    """The column where no member is withheld, elsewhere what is released of it."""
    withheld = np.logical_or.reduce([columns[c].state == State.SUPPRESSED for c, _ in members])
    state = np.where(np.isnan(released), np.uint8(State.SUPPRESSED), np.uint8(State.PRESENT))
    return column.where(~withheld, Column(released, state, np.zeros(column.shape, np.uint8)))


def _weight(
    members: Sequence[tuple[str, float]], where: Mapping[str, Bools]
) -> NDArray[np.float64]:
    total = np.zeros(next(iter(where.values())).shape)
    for code, weight in members:
        total = total + weight * where[code]
    return total


def yearly_pace(index: float | None, years: int) -> float | None:
    """Average yearly change [%] behind a progress index (base year = 100) after so many years.

    ((I / 100)^(1 / years) - 1) · 100; None without an index above 0, or without a year gone by.

    References
    ----------
    Reproduces the average yearly growth printed with the NBS index: 137.6 after 8 years is 4.07 % a
    year (methodology 3.1).

    Examples
    --------
    >>> round(yearly_pace(121.0, 2), 6), yearly_pace(121.0, 0), yearly_pace(None, 2)
    (10.0, None, None)
    >>> round(yearly_pace(137.6, 8), 2)
    4.07
    """
    if index is None or index <= 0 or years <= 0:
        return None
    return (math.pow(index / 100, 1 / years) - 1) * 100
