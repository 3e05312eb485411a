"""From returned values to accounts and indicators: each formula of a framework, in its order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Account, Framework, Indicator
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index.formulas import evaluate, names, shifted
from cescore.method.index.tables import looked_up


def compute_accounts(panel: Panel, framework: Framework, *, base_year: int) -> Panel:
    """The panel with a column for each account of the framework [the account's declared unit].

    An account may stand on an indicator; such indicators are computed on the way and not kept. An
    account that is ``summed`` takes, where its formula misses a return, the sum over bodies that
    came with the panel under its code. So does any account or indicator whose operands are withheld
    and which is itself released.

    Parameters
    ----------
    panel
        What was returned (entities, years).
    base_year
        What ``base(x)`` in formulas stands for.
    """
    known, needed = panel, set(framework.accounts) | _below_accounts(framework)
    for code in _in_order(framework):
        if code in needed:
            known = known.with_columns({code: _column(code, known, framework, base_year)})
    return panel.with_columns({code: known.columns[code] for code in framework.accounts})


def compute_indicators(panel: Panel, framework: Framework, *, base_year: int) -> Panel:
    """The framework's indicators in its order and their declared units, one column each.

    Accounts are computed first where the panel does not hold them. An indicator with
    ``latest_within`` n takes, where its value was not returned, the latest of the n years before,
    flagged CARRIED; formulas that use it see that value. One that nobody collects is
    NOT_COLLECTED throughout.

    Parameters
    ----------
    panel
        What was returned, with or without accounts (entities, years).
    base_year
        What ``base(x)`` in formulas stands for.

    Returns
    -------
    Panel
        Columns of (entities, years); a value is NaN exactly where its state is not PRESENT, and the
        state says why (`column.State`): a denominator of 0 gives NOT_COMPUTABLE, never 0 or inf.

    Examples
    --------
    >>> from cescore.method.column import status_text
    >>> rate = Indicator(
    ...     code="A",
    ...     unit="ratio",
    ...     formula="used / made",
    ...     direction=1,
    ...     latest_within=1,
    ...     source="made up",
    ...     tag="P",
    ... )
    >>> lake = Framework(
    ...     entity_type="lake",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "LI"},
    ...     groups={},
    ...     indicators={"A": rate},
    ... )
    >>> returned = {
    ...     "used": Column.of(np.array([[3.0, np.nan, np.nan]])),
    ...     "made": Column.of(np.array([[4.0, 4.0, 4.0]])),
    ... }
    >>> panel = Panel(("L1",), (2022, 2023, 2024), returned)
    >>> rates = compute_indicators(panel, lake, base_year=2022)
    >>> column = rates.column("A")
    >>> [status_text(s, f) for s, f in zip(column.state[0], column.flags[0], strict=True)]
    ['reported', 'carried', 'missing']
    >>> column.values.tolist(), carried_year(rates, lake, "A").tolist()
    ([[0.75, 0.75, nan]], [[2022, 2022, 2024]])
    """
    if not set(framework.accounts) <= set(panel.columns):
        panel = compute_accounts(panel, framework, base_year=base_year)
    known = panel
    for code in _in_order(framework):
        if code in framework.indicators:
            known = known.with_columns({code: _column(code, known, framework, base_year)})
    return replace(panel, columns={code: known.columns[code] for code in framework.indicators})


def carried_year(indicators: Panel, framework: Framework, code: str) -> NDArray[np.int64]:
    """The year each value of an indicator was taken from (entities, years).

    Its own year, but for values flagged CARRIED: the year of the value carried, or of the oldest
    carried one among the indicators in its formula.
    """
    column, years = indicators.column(code), np.array(indicators.years)
    taken = np.broadcast_to(years, column.shape).copy()
    is_carried = (column.flags & Flag.CARRIED) > 0
    indicator = framework.indicators[code]
    for back in range(1, indicator.latest_within + 1):
        earlier = shifted(column, indicators.years, {int(y): int(y) - back for y in years})
        own = earlier.is_present & ((earlier.flags & Flag.CARRIED) == 0)
        hit = is_carried & own & (earlier.values == column.values) & (taken == years)
        taken = np.where(hit, taken - back, taken)
    for name in names(indicator.executable or indicator.formula) if indicator.collected else ():
        if name in framework.indicators:
            oldest = np.minimum(taken, carried_year(indicators, framework, name))
            taken = np.where(is_carried & (taken == years), oldest, taken)
    return taken


def has_same_accounts(one: Framework, other: Framework) -> bool:
    """Whether two frameworks compute their accounts alike, and by no indicator of their own."""
    factors = all(other.factors.get(name, known) == known for name, known in one.factors.items())
    return factors and one.accounts == other.accounts and not _below_accounts(one)


def _in_order(framework: Framework) -> tuple[str, ...]:
    """Codes each after what it uses; a framework made by hand lists them so."""
    return framework.order or (*framework.accounts, *framework.indicators)


def _below_accounts(framework: Framework) -> set[str]:
    """Indicators that accounts use, directly or through other indicators."""
    waiting = list(framework.accounts)
    below: set[str] = set()
    while waiting:
        computed = _definition(waiting.pop(), framework)
        text = computed.executable or computed.formula
        used = names(text) if computed.collected and text else ()
        new = {name for name in used if name in framework.indicators} - below
        below |= new
        waiting += new
    return below


def _definition(code: str, framework: Framework) -> Account | Indicator:
    return framework.accounts[code] if code in framework.accounts else framework.indicators[code]


def _column(code: str, panel: Panel, framework: Framework, base_year: int) -> Column:
    computed = _definition(code, framework)
    if not computed.collected:
        return Column.empty(panel.shape, State.NOT_COLLECTED)
    if isinstance(computed, Account) and computed.by:
        return looked_up(computed, panel)
    returned = panel.columns.get(code)
    column = evaluate(
        computed.executable or computed.formula,
        panel,
        base_year=base_year,
        factor=computed.factor,
        factors=framework.factor_values,
    )
    if returned is not None:
        is_summed = isinstance(computed, Account) and computed.summed
        column = _or_returned(column, returned, State.SUPPRESSED)
        column = _or_returned(column, returned, State.MISSING) if is_summed else column
    within = computed.latest_within if isinstance(computed, Indicator) else 0
    return _latest(column, panel.years, within)


def _or_returned(own: Column, returned: Column, where: State) -> Column:
    """The number by its formula; where that is of a state, the one that came with the panel."""
    take = (own.state == where) & returned.is_present
    return Column(
        np.where(take, returned.values, own.values),
        np.where(take, returned.state, own.state),
        np.where(take, returned.flags, own.flags),
    )


def _latest(column: Column, years: tuple[int, ...], within: int) -> Column:
    """The column with gaps filled from at most ``within`` years before, nearest first."""
    values, state, flags = column.values, column.state, column.flags
    for back in range(1, within + 1):
        earlier = shifted(column, years, {year: year - back for year in years})
        take = (state == State.MISSING) & earlier.is_present
        values = np.where(take, earlier.values, values)
        flags = np.where(take, earlier.flags | np.uint8(Flag.CARRIED), flags)
        state = np.where(take, np.uint8(State.PRESENT), state)
    return Column(values, state, flags)
