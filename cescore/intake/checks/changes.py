"""Values against the year before: unit slips, jumps, and changes that stand out among those of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import BuiltInChecks, Variable
from cescore.intake.findings import Finding
from cescore.intake.observations.panel import Cube
from cescore.intake.wording import NamedTerm, Value
from cescore.intake.wording import code as named_code
from cescore.method.column import State
from cescore.method.editing.historical_ratio import hidiroglou_berthelot
from cescore.method.editing.slips import power_of_ten
from cescore.method.shelf import put_down
from cescore.method.thresholds import at_least, at_most

LEAST_COUNT_FOR_CHANGE = 10  # from 1 shop to 3 is no jump
MOST_CELLS = 4_000_000  # of values compared at once: a large type is not copied whole
BACK = (0.5, 2.0)  # two slips that lead back to within these of where they began

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class YearComparison:
    """Some variables of a type beside the year before: arrays of (variables, entities, years).

    ``now``, ``before``, ``both`` and ``ratio`` begin with the second year; ``both`` is where two values
    above 0 can be compared, and ``ratio`` is 1 elsewhere.
    """

    def __init__(
        self, cube: Cube, variables: Sequence[Variable], rules: BuiltInChecks, block: slice
    ) -> None:
        self.cube, self.rules, self.first = cube, rules, block.start
        kinds = [(v.kind, v.sign) for v in variables[block]]
        asked = [kind in ("quantity", "count") and sign != "any" for kind, sign in kinds]
        self.is_count = np.array([kind == "count" for kind, _ in kinds], bool)[:, None, None]
        self.values = cube.values[block]
        present = (cube.state[block] == State.PRESENT) & cube.has_row[block]
        self.present: Bools = present & np.array(asked, bool)[:, None, None]
        self.before, self.now = self.values[:, :, :-1], self.values[:, :, 1:]
        both = self.present[:, :, :-1] & self.present[:, :, 1:]
        self.both: Bools = both & (self.before > 0) & (self.now > 0)
        with np.errstate(all="ignore"):
            self.ratio = np.where(self.both, self.now / self.before, 1.0)

    def told(self, code: str, at: tuple[int, int, int], **values: Value) -> Finding:
        """A finding about a value and that of the year before."""
        v, e, y = at
        change = {"before": self.before[at], "now": self.now[at], "ratio": self.ratio[at]}
        numbers: dict[str, Value] = {name: float(value) for name, value in change.items()}
        return value_finding(code, self.cube, (self.first + v, e, y + 1), **numbers, **values)

    @cached_property
    def powers(self) -> NDArray[np.int64]:
        """Powers of ten that changes look like; 0 on the way back from a slip of the year before."""
        power = np.zeros(self.ratio.shape, np.int64)
        power[self.both] = power_of_ten(self.ratio[self.both], self.rules.unit_slip)
        product = self.ratio[:, :, 1:] * self.ratio[:, :, :-1]
        led_back = (product > BACK[0]) & (product < BACK[1]) & (power[:, :, :-1] != 0)
        power[:, :, 1:][led_back] = 0
        return power


def comparisons(
    cube: Cube, variables: Sequence[Variable], rules: BuiltInChecks
) -> Iterator[YearComparison]:
    """All variables of a type, some at a time."""
    size = max(1, MOST_CELLS // max(len(cube.entities) * len(cube.years), 1))
    for start in range(0, len(variables), size):
        yield YearComparison(cube, variables, rules, slice(start, start + size))
        put_down()


def check_changes(part: YearComparison) -> Iterator[Finding]:
    """Unit slips, jumps (W1, W2) and changes that stand out, each value told once."""
    rules, power = part.rules, part.powers
    change, unusual = part.ratio[part.both] - 1, np.zeros(part.both.shape, bool)
    low, high = rules.year_on_year_low, rules.year_on_year_high
    unusual[part.both] = ~(at_least(change, low) & at_most(change, high))
    is_small = part.is_count & ~(part.before >= LEAST_COUNT_FOR_CHANGE)
    jump = unusual & (power == 0) & ~is_small
    limits = {"low": low, "high": high}
    for v, e, y in np.argwhere(power != 0).tolist():
        yield part.told("unit_slip", (v, e, y), power=int(power[v, e, y]))
    for v, e, y in np.argwhere(jump).tolist():
        yield part.told("year_on_year", (v, e, y), **limits)
    if rules.ratio_edit.is_checked:
        told = jump | (power != 0) | is_small
        for name, rows in strata(part.cube, rules.ratio_edit.least_n).items():
            for y in range(part.ratio.shape[2]):
                yield from _unusual(part, among(part.cube, name), rows, y, told)


def _unusual(
    part: YearComparison, named: str | NamedTerm, rows: Rows, y: int, told: Bools
) -> Iterator[Finding]:
    """Changes of a year that stand out among those of some entities (W1, size-aware)."""
    rule, both = part.rules.ratio_edit, part.both[:, rows, y]
    asked = np.flatnonzero(both.sum(axis=1) >= rule.least_n)  # most variables are no type's own
    both = both[asked]
    cells = np.ix_(asked, rows)
    before, now = (np.where(both, x[:, :, y][cells], np.nan) for x in (part.before, part.now))
    edit = hidiroglou_berthelot(before, now, u=rule.u, a=rule.a, c=rule.c)
    with np.errstate(all="ignore"):
        apart = np.maximum(edit.ratio / edit.median, edit.median / edit.ratio) - 1
    out = edit.stands_out & (edit.count >= rule.least_n) & ~told[:, :, y][cells]
    out &= at_least(apart, rule.least_change)
    for v, i in np.argwhere(out).tolist():
        yield part.told(
            "unusual_change",
            (int(asked[v]), int(rows[i]), y),
            low=float(edit.low[v, i]) - 1,
            high=float(edit.high[v, i]) - 1,
            median=float(edit.median[v, 0]) - 1,
            n=int(edit.count[v, 0]),
            among=named,
        )


def too_few_to_compare(cube: Cube, rules: BuiltInChecks) -> Iterator[Finding]:
    """Of whom no change is held against those of others, because there are too few."""
    least = rules.ratio_edit.least_n
    few = {name: len(rows) for name, rows in strata(cube, least).items() if len(rows) < least}
    for name, n in few.items() if rules.ratio_edit.is_checked and len(cube.years) > 1 else ():
        values = (("among", among(cube, name)), ("n", n), ("least", least))
        yield Finding("info", "too_few_to_compare", values=values)


def strata(cube: Cube, least: int) -> dict[str, Rows]:
    """Rows by industry; industries with fewer than ``least`` entities together, under ""."""
    by_industry: dict[str, list[int]] = defaultdict(list)
    for row, entity in enumerate(cube.entities):
        by_industry[entity.industry].append(row)
    large = {name for name, rows in by_industry.items() if name and len(rows) >= least}
    rest = [row for name, rows in by_industry.items() if name not in large for row in rows]
    found = {name: np.array(by_industry[name], np.int64) for name in by_industry if name in large}
    return {**found, "": np.array(sorted(rest), np.int64)} if rest else found


def among(cube: Cube, industry: str) -> str | NamedTerm:
    """Who others are called in a finding: their industry, or the type."""
    return industry or named_code(cube.entities[0].entity_type)


def value_finding(code: str, cube: Cube, at: tuple[int, int, int], **values: Value) -> Finding:
    """A warning about one value of a type (variable, entity, year)."""
    v, e, y = at
    about: Mapping[str, object] = {
        "entity_id": cube.entities[e].entity_id,
        "year": cube.years[y],
        "variable": cube.codes[v],
    }
    return Finding("warning", code, **about, values=tuple(values.items()))  # type: ignore[arg-type]
