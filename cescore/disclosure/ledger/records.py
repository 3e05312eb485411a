"""What formulas and conditions of rules come to in the records of some entities, as these are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.method.column import Panel
from cescore.method.index.formulas import evaluate, holds


@dataclass(frozen=True)
class Records:
    """What some entities returned, and their accounts, up to a year; ``factors``: constants with a name."""

    panel: Panel
    year: int
    base_year: int
    factors: Mapping[str, float]

    def numbers(self, formula: str) -> NDArray[np.float64]:
        """What a formula of a rule comes to for each entity in the year; NaN where it has no value."""
        found = evaluate(
            formula, self.panel, base_year=self.base_year, factors=self.factors, in_rule=True
        )
        return np.where(found.is_present, found.values, np.nan)[:, self._place]

    def have_none_of(self, conditions: Iterable[str]) -> NDArray[np.bool_]:
        """For each entity whether each of some conditions is known not to hold in the year."""
        are_not = np.ones(len(self.panel.entities), bool)
        for condition in conditions:
            true, known = holds(
                condition, self.panel, base_year=self.base_year, factors=self.factors
            )
            are_not &= (known & ~true)[:, self._place]
        return are_not

    @property
    def _place(self) -> int:
        return self.panel.year_position(self.year)
