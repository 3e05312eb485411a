"""Rules on the data, usual ranges, and settings of the built-in checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from cescore.definitions.formula import Expression, parse
from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.quantities import Computed
from cescore.definitions.model.written import Code, Pair, Real, Truth, Weight, Words


class CheckRule(Named):
    """A rule over one entity's variables, in the language of formulas plus comparisons."""

    filled: ClassVar[tuple[str, ...]] = ("executable", "looks_at_others")

    id: Code
    rule: str
    executable: str = ""
    severity: Literal["hard", "soft"]
    entity_types: Words = ()
    source: str = ""
    looks_at_others: Truth = False  # loading sets it

    @property
    def expression(self) -> Expression:
        """The rule that is executed, with its operands."""
        return parse(self.executable or self.rule, conditions=True)


class IndustryRange(Computed):
    """The usual range of a formula, industry by industry; outside of it a warning (rule W4)."""

    entity_types: Words = ()
    by_industry: Mapping[str, Pair] = {}  # industry -> (low, high), in `unit`
    otherwise: Pair | None = None  # of industries not named; None: not checked

    def of(self, industry: str) -> Pair | None:
        return self.by_industry.get(industry, self.otherwise)


class BuiltInChecks(Definition):
    """Settings of the checks that no formula can say in a line (rules W1, W2, W5)."""

    year_on_year_low: Real = -0.5
    year_on_year_high: Real = 1.0
    unit_slip: tuple[Pair, ...] = (
        (8, 12),
        (80, 120),
        (800, 1200),
        (8000, 12000),
    )
    same_as_last_year: Truth = True
    sum_tolerance: Weight = 0.02
    range_checked: Truth = True
