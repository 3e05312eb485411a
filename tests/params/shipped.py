"""The shipped params of Liaoyuan, read once, and small panels to try them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.definitions.model import Account, Indicator
from cescore.method.column import STATE_NAMES, Column, Panel, State
from cescore.method.index.formulas import evaluate, names

PARAMS = Path(__file__).parents[2] / "params"
TYPES = ("city", "district", "park", "enterprise")
STATES = {name: State(state) for state, name in STATE_NAMES.items()}


@cache
def liaoyuan() -> Definitions:
    return load_definitions(PARAMS, 2025)


def panel(years: Sequence[int] = (2020,), **given: float | str | Sequence[float | str]) -> Panel:
    """One entity; a number or a state for each code, or one of them per year."""
    columns = {}
    for code, value in given.items():
        cells = [value] * len(years) if isinstance(value, str | int | float) else list(value)
        state = [STATES[cell] if isinstance(cell, str) else State.PRESENT for cell in cells]
        numbers = [np.nan if isinstance(cell, str) else float(cell) for cell in cells]
        columns[code] = Column(
            np.array([numbers]),
            np.array([state], np.uint8),
            np.zeros((1, len(years)), np.uint8),
        )
    return Panel(("A",), tuple(years), columns)


def value_of(computed: Account | Indicator, given: Panel) -> list[float | str]:
    """The number or the state of a definition for each year of a panel that holds all it uses."""
    known = liaoyuan()
    factors = {code: factor.value for code, factor in known.factors.items()}
    column = evaluate(
        computed.executable,
        given,
        base_year=2020,
        factor=computed.factor,
        factors=factors,
    )
    cells = zip(column.values[0], column.state[0], strict=True)
    return [STATE_NAMES[int(s)] if s else float(v) for v, s in cells]


def with_accounts(
    given: Mapping[str, float | str | Sequence[float | str]], wanted: Sequence[str]
) -> Panel:
    """A panel of given values, with the accounts that the wanted names stand on.

    One year, or as many as a list among the values has; the first is the base year.
    """
    known = liaoyuan()
    lists = [v for v in given.values() if isinstance(v, Sequence) and not isinstance(v, str)]
    years = range(2020, 2020 + max(map(len, lists), default=1))
    result = panel(years, **given)
    waiting = [code for code in wanted if code in known.accounts and code not in given]
    for code in waiting:
        account = known.accounts[code]
        inner = with_accounts(given, names(account.executable))
        result = result.with_columns(panel(years, **{code: value_of(account, inner)}).columns)
    return result
