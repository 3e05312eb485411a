"""Between indicators and scores: gaps filled, entities with too little left out, outliers treated.

In the order of COINr: impute, screen by data availability, treat. Everything is learnt year by year
from the reference set (`learn_gaps`) and applied with the constants to any one entity. Who returned
nothing that is scored, or is screened out, is in nobody's reference set, and nothing is imputed to
it.

References
----------
OECD/JRC Handbook (2008), step 3: imputation of missing data; W. Becker et al., COINr, JOSS 7(78),
2022: "Imputation", "Denomination, Screening", "Outlier treatment".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Imputation, Indicator
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index import outliers
from cescore.method.thresholds import at_least

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Learnt = Mapping[int, Mapping[str, float]]  # year -> constant -> value, of one indicator
Released = Mapping[str, Mapping[int, float | None]]

FILL = "fill:"  # constants "fill:<group>": what a missing value of that group becomes
ROW_LOW, ROW_HIGH = "row_low", "row_high"  # least and greatest value returned, before any filling
DOES_NOT_APPLY = (State.NOT_APPLICABLE, State.NOT_COMPUTABLE, State.NOT_COLLECTED)


def prepare(
    indicators: Panel,
    framework: Framework,
    constants: Mapping[str, Learnt],
    released: Released | None = None,
) -> Panel:
    """Indicators as scores are made of them; the same columns where a framework asks for nothing.

    Values stay in the indicators' own units until a transformation is asked for.

    Parameters
    ----------
    indicators
        As computed (entities, years).
    constants
        Indicator -> year -> constant -> value, as `learn_gaps` and `fitting.fit` learn them.
    released
        Indicator -> year -> score of one entity, whose values may be withheld from itself; it
        counts as data.

    Returns
    -------
    Panel
        An imputed value is PRESENT and flagged ESTIMATED; an entity with too little data has all
        its scored indicators MISSING.
    """
    return treat(settle(indicators, framework, constants, released), framework, constants)


def settle(
    indicators: Panel,
    framework: Framework,
    constants: Mapping[str, Learnt],
    released: Released | None = None,
) -> Panel:
    """Indicators with gaps filled and entities with too little data left out.

    Screening: an entity needs values in at least ``screen_below`` of the scored indicators that
    apply to it, and at least ``screen_nonzero_below`` of its values other than 0; weights do not
    matter, an indicator of weight 0 does not count. Who falls short has all scored indicators
    MISSING.

    References
    ----------
    COINr, "Denomination, Screening" (W. Becker et al., JOSS 7(78), 2022): by share of data available and of
    data that is not zero.
    """
    filled = impute(indicators, framework, constants, released)
    return _without(filled, framework, _passes_screening(indicators, filled, framework, released))


def has_data(indicators: Panel, framework: Framework, released: Released | None = None) -> Bools:
    """Where an entity has a value of its own in any indicator that counts (entities, years).

    Indicators of weight 0 do not count. ``released`` scores count as data: they are of one entity,
    whose values may be withheld from itself.
    """
    known = [
        _known(indicators, i.code, (released or {}).get(i.code, {}))
        for i in framework.scored()
        if i.weight > 0
    ]
    has_value: Bools = np.logical_or.reduce([np.zeros(indicators.shape, bool), *known])
    return has_value


def impute(
    panel: Panel,
    framework: Framework,
    constants: Mapping[str, Learnt],
    released: Released | None = None,
) -> Panel:
    """MISSING values replaced by what was learnt of their group; other states stay as they are.

    What is filled in is flagged ESTIMATED. A group in which nobody has a value keeps its gaps. An
    entity without any value of its own in a year keeps its gaps: all of it would be made up. By
    method of the framework or indicator:

    mean, median
        Of the reference set, that year [unit of the indicator].
    group_mean, group_median
        Of those of it with the same text in ``by``; an entity without such a text keeps its gaps.
    row_mean, row_median
        The entity's own other indicators, each as its place (x - worst) / (best - worst) between
        the values returned, averaged and put back into the unit; an indicator whose values do not
        differ has no places.

    Parameters
    ----------
    panel
        Indicators (entities, years).
    constants
        The means, medians or ends learnt, by indicator and year.
    released
        See `prepare`.

    References
    ----------
    W. Becker et al., COINr, JOSS 7(78), 2022: ``i_mean``, ``i_median`` and their forms by group; along
    rows on values that were normalised for the purpose.

    Examples
    --------
    >>> from cescore.definitions.model import Group
    >>> lake = Framework(
    ...     entity_type="lake",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "LI"},
    ...     groups={"G": Group(code="G", weight=1)},
    ...     imputation=Imputation(method="median"),
    ...     indicators={
    ...         code: Indicator(
    ...             code=code,
    ...             unit="ratio",
    ...             formula=code.lower(),
    ...             direction=1,
    ...             group="G",
    ...             weight=1,
    ...             source="made up",
    ...             tag="P",
    ...         )
    ...         for code in "AB"
    ...     },
    ... )
    >>> returned = {
    ...     "A": Column.of(np.array([[2.0], [4.0], [np.nan]])),
    ...     "B": Column.of(np.array([[1.0], [1.0], [3.0]])),
    ... }
    >>> panel = Panel(("L1", "L2", "L3"), (2024,), returned)
    >>> learnt, members = learn_gaps(panel, lake, (2024,), has_data(panel, lake))
    >>> filled = impute(panel, lake, learnt).column("A")
    >>> filled.values[:, 0].tolist(), Flag(int(filled.flags[2, 0])).name
    ([2.0, 4.0, 3.0], 'ESTIMATED')
    """
    if all(framework.imputation_of(i).method == "none" for i in framework.scored()):
        return panel
    changed, may_fill = {}, has_data(panel, framework, released)
    for indicator in framework.scored():
        rule, learnt = framework.imputation_of(indicator), constants.get(indicator.code, {})
        if rule.method != "none":
            column = panel.column(indicator.code)
            if _is_row(rule):
                fills = _row_fills(panel, framework, indicator, constants)
            else:
                fills = learnt_fills(panel, rule, learnt)
            changed[indicator.code] = _filled(column, np.where(may_fill, fills, np.nan))
    return panel.with_columns(changed) if changed else panel


def treat(panel: Panel, framework: Framework, constants: Mapping[str, Learnt]) -> Panel:
    """Values cut or transformed by the constants learnt of each indicator and year (`outliers.apply`).

    Values beyond those learnt from are cut to them, also a transformed one; a transformed value has
    no unit. A year of which nothing was learnt keeps its values; states and flags stay as they are.
    """
    changed = {}
    for indicator in framework.scored():
        rule, learnt = framework.treatment_of(indicator), constants.get(indicator.code, {})
        if rule.method != "none" and learnt:
            column = panel.column(indicator.code)
            values = column.values.copy()
            for i, year in enumerate(panel.years):
                values[:, i] = outliers.apply(values[:, i], learnt.get(year, {}), rule)
            changed[indicator.code] = replace(column, values=values)
    return panel.with_columns(changed) if changed else panel


def learn_gaps(
    panel: Panel, framework: Framework, years: Collection[int], members: Bools
) -> tuple[dict[str, dict[int, dict[str, float]]], Bools]:
    """What replaces a missing value, by indicator and year, and the reference set it was learnt from.

    Where imputed values count as data, who is screened out depends on what is imputed: learnt anew
    from those who stay, until nobody else falls out (each round has fewer members, so there is a
    last one).

    Parameters
    ----------
    panel
        Indicators as computed.
    years
        The years to learn from.
    members
        (entities, years): who may teach; who is screened out is taken from them.

    Returns
    -------
    tuple
        The constants, indicator -> year -> name -> value, and the members (entities, years) that
        are left.
    """
    while True:
        constants = _gap_constants(panel, framework, years, members)
        filled = impute(panel, framework, constants)
        stay = members & _passes_screening(panel, filled, framework, None)
        if np.array_equal(stay, members):
            return constants, members
        members = stay


def _gap_constants(
    panel: Panel, framework: Framework, years: Collection[int], members: Bools
) -> dict[str, dict[int, dict[str, float]]]:
    """The mean or median of each group that replaces a missing value, by indicator and year.

    Where some gap is filled along the entity's own row: the ends of every indicator instead.
    """
    constants: dict[str, dict[int, dict[str, float]]] = {}
    by_row = any(_is_row(framework.imputation_of(i)) for i in framework.scored())
    for indicator in framework.scored():
        rule = framework.imputation_of(indicator)
        for year in years if by_row else ():
            i = panel.year_position(year)
            column = panel.column(indicator.code)
            present = column.values[column.is_present[:, i] & members[:, i], i]
            if len(present):
                ends = {ROW_LOW: float(present.min()), ROW_HIGH: float(present.max())}
                constants.setdefault(indicator.code, {}).setdefault(year, {}).update(ends)
        for year in years if rule.method != "none" and not _is_row(rule) else ():
            i = panel.year_position(year)
            column, groups = panel.column(indicator.code), _groups(panel, rule)[:, i]
            average = np.median if rule.method.endswith("median") else np.mean
            teaches = column.is_present[:, i] & members[:, i]
            for group in dict.fromkeys(groups[teaches]):
                values = column.values[(groups == group) & teaches, i]
                learnt = constants.setdefault(indicator.code, {}).setdefault(year, {})
                learnt[f"{FILL}{group}"] = float(average(values))
    return constants


def has_enough(
    known: Mapping[str, Bools], applies: Mapping[str, Bools], least: float, shape: tuple[int, ...]
) -> Bools:
    """Whether the members with a value are at least this share of those that apply.

    n(known) ≥ least · n(applies) among the members that ``known`` names, weights apart; so true
    where none applies. Compared by `thresholds.at_least`.

    Parameters
    ----------
    known, applies
        Member -> mask of shape ``shape``.
    least
        Share [0-1].

    Examples
    --------
    >>> yes, no = np.array([True]), np.array([False])
    >>> known, all_apply = {"A": yes, "B": no}, {"A": yes, "B": yes}
    >>> (
    ...     has_enough(known, all_apply, 0.5, (1,)).tolist(),
    ...     has_enough(known, all_apply, 0.6, (1,)).tolist(),
    ... )
    ([True], [False])
    """
    have = sum((known[code].astype(float) for code in known), start=np.zeros(shape))
    need = sum((applies[code].astype(float) for code in known), start=np.zeros(shape))
    return at_least(have, least * need)


def _passes_screening(
    returned: Panel, filled: Panel, framework: Framework, released: Released | None
) -> Bools:
    """Whether an entity has enough data: of what was returned, or counting what was imputed."""
    if framework.missing.screen_before_imputation:
        return _has_enough_data(returned, framework, {})
    return _has_enough_data(filled, framework, released or {})


def _has_enough_data(panel: Panel, framework: Framework, released: Released) -> Bools:
    """Whether an entity has a value in enough of the scored indicators that apply to it."""
    rules = framework.missing
    if not rules.screen_below and not rules.screen_nonzero_below:
        return np.ones(panel.shape, bool)
    scored = [i.code for i in framework.scored() if i.weight > 0]
    known = {code: _known(panel, code, released.get(code, {})) for code in scored}
    applies = {c: ~np.isin(panel.column(c).state, DOES_NOT_APPLY) | known[c] for c in scored}
    nonzero = {c: known[c] & (panel.column(c).values != 0) for c in scored}
    enough = has_enough(known, applies, rules.screen_below, panel.shape)
    return enough & has_enough(nonzero, known, rules.screen_nonzero_below, panel.shape)


def _without(panel: Panel, framework: Framework, enough: Bools) -> Panel:
    """All scored indicators MISSING for entities that have not enough data."""
    if enough.all():
        return panel
    missing = Column.empty(panel.shape, State.MISSING)
    return panel.with_columns(
        {i.code: panel.column(i.code).where(enough, missing) for i in framework.scored()}
    )


def _groups(panel: Panel, rule: Imputation) -> NDArray[np.object_]:
    """The group of each entity and year as text; one for all where the rule does not group."""
    if not rule.method.startswith("group_"):
        return np.full(panel.shape, "all", object)
    if rule.by in panel.codes:
        return np.array(panel.codes[rule.by], object)
    names = np.array(panel.attributes.get(rule.by, ("",) * panel.shape[0]), object)
    return np.repeat(names[:, None], panel.shape[1], axis=1)


def learnt_fills(panel: Panel, rule: Imputation, learnt: Learnt) -> Floats:
    """What each missing value would become; NaN for an entity without a group, or a group without."""
    groups = _groups(panel, rule)
    fills = np.full(panel.shape, np.nan)
    for i, year in enumerate(panel.years):
        by_group = {
            name.removeprefix(FILL): value
            for name, value in learnt.get(year, {}).items()
            if name.startswith(FILL) and name != FILL
        }
        fills[:, i] = [by_group.get(str(group), np.nan) for group in groups[:, i]]
    return fills


def _is_row(rule: Imputation) -> bool:
    return rule.method.startswith("row_")


def _row_fills(
    panel: Panel, framework: Framework, indicator: Indicator, constants: Mapping[str, Learnt]
) -> Floats:
    """What a gap becomes by the entity's other indicators: their mean or median place, put back.

    A place is (x - worst) / (best - worst) between the values returned, as COINr has it along rows.
    """
    rule = framework.imputation_of(indicator)
    row = [i for i in framework.scored() if rule.by != "group" or i.group == indicator.group]
    places = np.array([_places(panel, i, constants.get(i.code, {})) for i in row])
    known = ~np.isnan(places)
    average = np.median if rule.method.endswith("median") else np.mean
    fills = np.full(panel.shape, np.nan)
    for at in zip(*np.nonzero(known.any(axis=0)), strict=True):
        worst, best = _ends(indicator, constants.get(indicator.code, {}), panel.years[at[1]])
        fills[at] = worst + float(average(places[(known[(..., *at)], *at)])) * (best - worst)
    return fills


def _places(panel: Panel, indicator: Indicator, learnt: Learnt) -> Floats:
    """Where an indicator's values lie between its ends, 0-1; NaN without a value or a difference."""
    column = panel.column(indicator.code)
    ends = np.array([_ends(indicator, learnt, year) for year in panel.years])
    span = ends[:, 1] - ends[:, 0]
    places: Floats = (column.values - ends[:, 0]) / np.where(span == 0, np.nan, span)
    return np.where(column.is_present, places, np.nan)


def _ends(indicator: Indicator, learnt: Learnt, year: int) -> tuple[float, float]:
    """The worst and the best value returned in a year."""
    own = learnt.get(year, {})
    low, high = own.get(ROW_LOW, np.nan), own.get(ROW_HIGH, np.nan)
    return (low, high) if indicator.direction == 1 else (high, low)


def _filled(column: Column, fills: Floats) -> Column:
    take = (column.state == State.MISSING) & ~np.isnan(fills)
    return Column(
        np.where(take, fills, column.values),
        np.where(take, np.uint8(State.PRESENT), column.state),
        np.where(take, np.uint8(Flag.ESTIMATED), column.flags),
    )


def _known(panel: Panel, code: str, released: Mapping[int, float | None]) -> Bools:
    given = np.array([released.get(year) is not None for year in panel.years])
    known: Bools = panel.column(code).is_present | given
    return known
