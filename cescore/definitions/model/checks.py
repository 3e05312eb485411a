"""Rules on the data, usual ranges, and settings of the built-in checks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar, Literal, get_args

from cescore.definitions.formulas.bounds import RuleBound, bounds_of
from cescore.definitions.formulas.formula import Expression, parse, zero_of
from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.quantities import Computed
from cescore.definitions.model.written import (
    Code,
    Pair,
    Positive,
    Real,
    Share,
    Truth,
    Weight,
    Whole,
    Window,
    Words,
)

# What a check holds a value against; findings are grouped by it.
RuleKind = Literal[
    "value",  # the cell itself: not a number, negative, a unit in the cell
    "range",  # a usual or possible range
    "part",  # a part against its whole
    "balance",  # a whole against the sum of its parts, within a tolerance
    "ratio",  # one quantity per another
    "change",  # the year before
    "unit",  # a power of ten
    "copy",  # last year's figures, or another's, over again
    "levels",  # what lies inside a body, or around it
    "presence",  # a quantity that implies another
    "register",  # who should have returned anything
    "record",  # corrections, confirmations, inspections
    "other",
]
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)


class CheckRule(Named):
    """A rule over one entity's variables, in the language of formulas plus comparisons."""

    filled: ClassVar[tuple[str, ...]] = ("executable", "looks_at_others")

    id: Code
    rule: str
    executable: str = ""
    severity: Literal["hard", "soft"]
    kind: RuleKind | None = None  # None: as its form says, see `returns.kinds`
    entity_types: Words = ()  # none named: every type
    source: str = ""
    identity: Truth = False  # everybody knows that it holds, also where it is soft
    looks_at_others: Truth = False  # loading sets it

    def is_for(self, entity_type: str) -> bool:
        """Whether the rule is checked of an entity type."""
        return not self.entity_types or entity_type in self.entity_types

    @property
    def expression(self) -> Expression:
        """The rule that is executed, with its operands."""
        return parse(self.executable or self.rule, conditions=True)

    @property
    def is_certain(self) -> bool:
        """Whether everybody can rely on it to hold: figures that break it are not used, or it is known."""
        return self.severity == "hard" or self.identity

    @cached_property
    def equated(self) -> str:
        """What everybody can rely on to be 0, but for a tolerance: x of ``abs(x) <= …``, x - y of
        ``x == y``; "" where the rule says no such thing, or is not certain."""
        return zero_of(self.expression) if self.is_certain else ""

    @cached_property
    def bounds(self) -> tuple[RuleBound, ...]:
        """What the rule bounds: whoever takes it to hold knows these."""
        return bounds_of(self.expression)


class IndustryRange(Computed):
    """The usual range of a formula, industry by industry; outside of it a warning (rule W4)."""

    entity_types: Words = ()
    by_industry: Mapping[str, Pair] = {}  # industry -> (low, high), in `unit`
    otherwise: Pair | None = None  # of industries not named; None: not checked

    def of(self, industry: str) -> Pair | None:
        return self.by_industry.get(industry, self.otherwise)


class RatioEditRule(Definition):
    """The Hidiroglou–Berthelot edit of changes since last year; see `method.historical_ratio`."""

    is_checked: Truth = True
    u: Share = 0.5
    a: Weight = 0.05
    c: Positive = 20.0
    least_change: Weight = 0.3  # against the median change: the largest firm's 4 % is a normal year
    least_n: Whole = 10  # units with both years below which an industry, or a type, is not compared


class CopyCheck(Definition):
    """A return that repeats last year's, or another entity's."""

    share: Share = 0.5  # of the figures that can be compared
    least_n: Whole = 8  # of such figures


class PeerCheck(Definition):
    """Figures against those of peers, per unit of a size, where they look like a wrong unit."""

    size: Mapping[str, Code] = {}  # entity type -> variable that measures size
    least_n: Whole = 10  # peers; of fewer, works of other kinds pass for peers
    least_power: Whole = 3  # of ten: firms differ by less
    spread: Positive = 4.0  # median absolute deviations beyond which a figure is far from its peers


class Suggestion(Definition):
    """What the search for the fewest cells to change may touch, and how readily."""

    weights: Mapping[str, Positive] = {}  # variable -> how sure it is; 1 where it is not named
    pinned: Words = ()  # variables that never change


class BuiltInChecks(Definition):
    """Settings of the checks that no formula can say in a line (rules W1, W2, W5)."""

    year_on_year_low: Real = -0.5
    year_on_year_high: Real = 1.0
    unit_slip: tuple[Window, ...] = (
        (8, 12),
        (80, 120),
        (800, 1200),
        (8000, 12000),
        (8e7, 1.2e8),
    )
    same_as_last_year: Truth = True
    sum_tolerance: Weight = 0.02
    range_checked: Truth = True
    ratio_edit: RatioEditRule = RatioEditRule()
    copies: CopyCheck = CopyCheck()
    peers: PeerCheck = PeerCheck()
    suggestions: Suggestion = Suggestion()
