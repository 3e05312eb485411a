"""The numbers that inspectors record of a check: from the return where it has them, else made up."""

from __future__ import annotations

import re
from zlib import crc32

import numpy as np

from sample.catalogue import PlannedCheck
from sample.frame import YEARS
from sample.table import Table

NUMERIC = ("rate", "count", "amount")
FALL_OF_ENERGY = "P01c"  # an indicator: the fall of energy per GDP since the base year
_NAME = re.compile(r"[a-z][a-z0-9_]+")
_FUNCTIONS = {"total"}


def names_of(check: PlannedCheck) -> list[str]:
    """The variables that a check's hint names."""
    return [name for name in _NAME.findall(check.formula) if name not in _FUNCTIONS]


def number_of(
    check: PlannedCheck, table: Table, row: int, year: int, quality: float
) -> float | None:
    """The number of a check at an entity and year (its position); None where no number is asked.

    A variable's value, or a quotient of sums of variables in percent, where the return has them;
    else a series of the entity's own, better where the entity does well, and rising as it does.
    """
    if check.type not in NUMERIC:
        return None
    names = names_of(check)
    if check.formula == FALL_OF_ENERGY:
        return _fall(table, row, year)
    if names and all(name in table.values for name in names):
        return _of_return(check.formula, table, row, year)
    return _made_up(check, table.ids[row], year, quality)


def _of_return(formula: str, table: Table, row: int, year: int) -> float | None:
    sides = []
    for side in formula.split("/"):
        values = [
            float(table.values[n][row, year]) for n in _NAME.findall(side) if n not in _FUNCTIONS
        ]
        known = [value for value in values if np.isfinite(value)]
        if not known:
            return None
        sides.append(sum(known))
    if len(sides) == 1:
        return sides[0]
    return round(100 * sides[0] / sides[1], 1) if sides[1] > 0 else None


def _fall(table: Table, row: int, year: int) -> float | None:
    energy, gdp = (table.values[name][row] for name in ("energy_total_tce", "gdp_constant"))
    per_gdp = energy / gdp
    fall = 100 * (1 - per_gdp[year] / per_gdp[0])
    return round(float(fall), 1) if np.isfinite(fall) else None


def _made_up(check: PlannedCheck, entity_id: str, year: int, quality: float) -> float:
    rng = np.random.default_rng(crc32(f"{check.id} {entity_id}".encode()))
    start, rises = rng.uniform(0.3, 0.8), rng.normal(0.045 + 0.012 * quality, 0.03, size=len(YEARS))
    share = float(np.clip(start + 0.05 * quality + rises[: year + 1].sum(), 0.02, 1.0))
    if check.better == "less":
        share = 1 - share
    if check.type == "rate":
        return round(100 * share, 1)
    whole = rng.uniform(4, 40) * (50 if check.type == "amount" else 1)
    return float(round(whole * share))
