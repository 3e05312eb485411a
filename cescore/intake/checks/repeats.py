"""Returns that repeat: last year's figures over again, or those of another entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import BuiltInChecks
from cescore.intake.checks.changes import YearComparison
from cescore.intake.findings import Finding
from cescore.intake.observations.panel import Cube
from cescore.intake.wording import Value
from cescore.intake.wording import code as named_code

LEAST_DIGITS_FOR_SAME = 4  # 120 twice is no surprise, 1203.7 twice is
# units of the third digit; rounding to fifteen digits moves less than a millionth of that
NEAR = 1e-6

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Cell = tuple[int, int, int]  # variable, entity, year


class Repeats:
    """Figures of a type that are equal to last year's, or to another entity's of the same year."""

    def __init__(self, cube: Cube, rules: BuiltInChecks) -> None:
        self.cube, self.rules = cube, rules
        entities, years = len(cube.entities), len(cube.years)
        self.compared = np.zeros((entities, max(years - 1, 0)), np.int64)  # with last year's
        self.figures = np.zeros((entities, years), np.int64)
        self.last_years: list[tuple[Cell, Finding]] = []
        self.shared: dict[tuple[int, int, int], list[str]] = defaultdict(list)

    def add(self, part: YearComparison) -> None:
        """Take in some variables."""
        quantities = ~part.is_count
        self.compared += (part.both & quantities).sum(axis=0)
        self.figures += (part.present & quantities).sum(axis=0)
        same = part.both & quantities & (part.now == part.before)
        same[same] = have_digits(part.now[same])
        for v, e, y in np.argwhere(same).tolist():
            finding = part.told("same_as_last_year", (v, e, y))
            self.last_years.append(((part.first + v, e, y), finding))
        self._add_shared(part, part.present & quantities & (part.values != 0))

    def _add_shared(self, part: YearComparison, compared: Bools) -> None:
        """Figures that two entities have and no third; of more, a figure is no mark of one return."""
        by_entity = np.where(compared, part.values, np.nan).transpose(0, 2, 1)  # equal to none
        rows = np.argsort(by_entity, axis=2, kind="stable")
        values = np.take_along_axis(by_entity, rows, axis=2)
        equal = values[:, :, 1:] == values[:, :, :-1]
        alone = equal.copy()
        alone[:, :, 1:] &= ~equal[:, :, :-1]
        alone[:, :, :-1] &= ~equal[:, :, 1:]
        alone[alone] = have_digits(values[:, :, :-1][alone])
        for v, y, i in np.argwhere(alone).tolist():
            code = part.cube.codes[part.first + v]
            self.shared[int(rows[v, y, i]), int(rows[v, y, i + 1]), y].append(code)

    def findings(self) -> Iterator[Finding]:
        return chain(self._of_last_year(), self._of_others())

    def _of_last_year(self) -> Iterator[Finding]:
        """Figure by figure; where they are most of a return, the return as a whole, once."""
        if not self.rules.same_as_last_year:
            return
        by_return: dict[tuple[int, int], list[int]] = defaultdict(list)
        for n, ((_, e, y), _) in enumerate(self.last_years):
            by_return[e, y].append(n)
        for (e, y), numbers in by_return.items():
            if not self._is_most(len(numbers), self.compared[e, y]):
                yield from (self.last_years[n][1] for n in numbers)
                continue
            yield self._of_return(
                "return_repeated",
                (e, y + 1),
                [self.cube.codes[self.last_years[n][0][0]] for n in numbers],
                compared=int(self.compared[e, y]),
            )

    def _of_others(self) -> Iterator[Finding]:
        for (one, other, y), codes in self.shared.items():
            fewest = min(self.figures[one, y], self.figures[other, y])
            if self._is_most(len(codes), fewest) and not self._is_inside(one, other):
                entity_id = self.cube.entities[one].entity_id
                yield self._of_return(
                    "return_of_another", (other, y), codes, other=entity_id, compared=int(fewest)
                )

    def _is_most(self, n: int, of: int) -> bool:
        return n >= max(self.rules.copies.least_n, self.rules.copies.share * of)

    def _of_return(
        self, code: str, at: tuple[int, int], codes: Sequence[str], **values: Value
    ) -> Finding:
        e, y = at
        names = tuple(named_code(c) for c in codes)
        every: dict[str, Value] = {**values, "n": len(codes), "codes": names}
        entity_id, year = self.cube.entities[e].entity_id, self.cube.years[y]
        about = {"entity_id": entity_id, "year": year, "variable": codes[0]}
        return Finding("warning", code, **about, values=tuple(every.items()))  # type: ignore[arg-type]

    def _is_inside(self, one: int, other: int) -> bool:
        """Whether one of two bodies lies in the other, is counted in it or is the same: it may share figures."""
        a, b = self.cube.entities[one], self.cube.entities[other]
        return a.entity_id in (b.parent_id, b.counted_in, b.same_as) or (
            b.entity_id in (a.parent_id, a.counted_in, a.same_as)
        )


def have_digits(values: Floats) -> Bools:
    """Which figures `has_digits`, worked out together where no rounding can matter.

    A figure that is apart from all of three digits by more than rounding to fifteen could move it has
    more digits; only what is near one of three is written out.
    """
    found = np.ones(values.shape, bool)
    with np.errstate(all="ignore"):
        scaled = np.abs(values) / 10.0 ** (np.floor(np.log10(np.abs(values))) - 2)
        is_near = ~(np.abs(scaled - np.round(scaled)) > NEAR)
    near, back = np.unique(values[is_near], return_inverse=True)
    found[is_near] = np.array([has_digits(value) for value in near.tolist()], bool)[back]
    return found


def has_digits(value: float) -> bool:
    """Whether a figure has so many digits that it would hardly come out the same by chance."""
    digits = f"{value:.15g}".partition("e")[0].replace(".", "").strip("-0")
    return len(digits) >= LEAST_DIGITS_FOR_SAME
