"""Which rung of a ladder each figure stands on: the first way to it that had a value.

A ladder is an account by ``first_available``: the best source first, then what stands in for it
where it was not returned, such as coal consumption by the flows returned, else by the
energy balance. Every rung but the first makes an estimate (测算).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Account, Framework
from cescore.method.column import Column, Panel
from cescore.method.index.formulas import evaluate

NOT_AVAILABLE = "not_available"  # no rung has a value
SUMMED = "summed"  # no rung has, the bodies that add up to the entity do
Words = NDArray[np.object_]


def rungs(panel: Panel, framework: Framework, *, base_year: int) -> dict[str, Words]:
    """The code of the rung used, by account with a ladder: text of shape (entities, years).

    The first rung, in the ladder's order, that has a value; `SUMMED` where none has and the bodies
    that add up to the entity do; `NOT_AVAILABLE` where there is no figure at all.

    Parameters
    ----------
    panel
        Holds the accounts already.
    """
    return {
        code: _used(account, panel, framework, base_year)
        for code, account in framework.accounts.items()
        if account.ladder
    }


def place_of(account: Account, used: Words) -> NDArray[np.float64]:
    """The position of the rung on its ladder, the best 1; NaN where none of them was used.

    ``used`` is text of (entities, years), as `rungs` gives it.
    """
    place = np.full(used.shape, np.nan)
    for i, rung in enumerate(account.ladder):
        place[used == rung.rung] = i + 1
    return place


def _used(account: Account, panel: Panel, framework: Framework, base_year: int) -> Words:
    has_value = panel.column(account.code).is_present
    used = np.where(has_value, SUMMED, NOT_AVAILABLE).astype(object)
    columns = _each(account, panel, framework, base_year)
    for rung, column in reversed(list(zip(account.ladder, columns, strict=True))):
        used[column.is_present & has_value] = rung.rung
    return used


def _each(account: Account, panel: Panel, framework: Framework, base_year: int) -> Iterator[Column]:
    """The column of each rung, in the formula's own unit."""
    factors = framework.factor_values
    for rung in account.expression.parts if account.expression else ():
        yield evaluate(rung, panel, base_year=base_year, factors=factors)
