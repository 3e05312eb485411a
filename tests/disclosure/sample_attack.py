"""An attack on the sample from what the public reads: every firm's value bounded by linear programs.

Unknowns are the sums over firms in the same bodies (of what the industry table totals, of the same
industry too), and what a body's figure holds beside its firms. What firms really returned scales the
programs and tells what is too close; it is no part of what the attacker knows.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from reader import ONE, Ratio, Reader, Terms, Unknown, added, is_sure, number
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

CLOSE = 2e-4  # of a value: what linear programs cannot tell from nothing
EXACT = 1e-8
ALL = "all"  # who put together the largest they know of each cell; no firm is called so
Truth = Mapping[tuple[str, str, int], float]


@dataclass
class Cells:
    """Who stands behind a body's figure; ``tabled``: variables of the industry table."""

    register: Mapping[str, Mapping[str, str]]
    truth: Truth
    tabled: frozenset[str]
    additive: frozenset[str]
    parts: dict[Unknown, dict[str, float]] = field(default_factory=dict)  # cell -> holding -> value
    values: dict[Unknown, float] = field(default_factory=dict)
    of_quantity: dict[tuple[str, int], list[Unknown]] = field(
        default_factory=lambda: defaultdict(list)
    )
    of_figure: dict[Unknown, list[Unknown]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (entity, code, year), value in self.truth.items():
            firm = self.register[entity]
            if firm["entity_type"] != "enterprise" or not value or code not in self.additive:
                continue
            if not int(firm["valid_from"] or 0) <= year <= int(firm["valid_to"] or 9999):
                continue
            industry = firm["industry"] if code in self.tabled else ""
            cell = ("cell", self.around(entity), industry, code, year)
            if cell not in self.parts:
                self.parts[cell] = defaultdict(float)
                self.of_quantity[code, year].append(cell)
            self.parts[cell][firm["holding_id"] or entity] += abs(value)
        self.values |= {cell: sum(parts.values()) for cell, parts in self.parts.items()}
        for (code, year), cells in self.of_quantity.items():
            for body in sorted(self.bodies, key=lambda b: len(self.inside(b))):
                self._add_up(body, code, year, cells)

    def _add_up(self, body: str, code: str, year: int, cells: list[Unknown]) -> None:
        figure = self.truth.get((body, code, year))
        if figure is None:
            return
        rests = [("rest", b, code, year) for b in self.inside(body)]
        keys = [c for c in cells if body in c[1]] + [r for r in rests if r in self.values]
        beside = abs(figure) - sum(self.values[key] for key in keys)
        is_tiled = self.register[body]["entity_type"] == "city" and beside <= 1e-6 * abs(figure)
        if not is_tiled:
            keys.append(("rest", body, code, year))
            self.values[keys[-1]] = max(beside, 0.0)
        self.of_figure[body, code, year] = keys

    @cached_property
    def bodies(self) -> list[str]:
        return [e for e, row in self.register.items() if row["entity_type"] != "enterprise"]

    def inside(self, body: str) -> list[str]:
        return [b for b in self.bodies if b != body and body in self.around(b)]

    def around(self, entity: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        waiting = [entity]
        while waiting:
            row = self.register[waiting.pop()]
            new = {row["parent_id"]: None, row["counted_in"]: None}
            waiting += [body for body in new if body and body not in found]
            found |= {body: None for body in new if body}
        return tuple(sorted(found))

    def behind(self, terms: Terms) -> Terms:
        """A form over bodies' figures as one over cells and rests."""
        expanded = [(c, dict.fromkeys(self.of_figure.get(u, [u]), 1.0)) for u, c in terms.items()]
        found = added((c, {u: x for u, x in part.items() if u != ONE}) for c, part in expanded)
        for unknown in found:
            if unknown not in self.values:
                self.values[unknown] = abs(self.truth[unknown])  # type: ignore[index]
        return {unknown: c for unknown, c in found.items() if unknown != ONE}


class OfEach(Reader):
    """What holds for every firm of a cell holds for their sums."""

    cells: Cells
    group: tuple[tuple[str, ...], str]

    def of(self, code: str, year: int) -> Ratio | None:
        framework = self.bundle["framework"]
        if code in framework["factors"] or code in framework["accounts"]:
            is_factor = code in framework["factors"]
            return (
                number(framework["factors"][code]["value"])
                if is_factor
                else self.formula(code, year)
            )
        around, industry = self.group
        cells = [
            c
            for c in self.cells.of_quantity.get((code, year), ())
            if c[1] == around and industry in ("", c[2])
        ]
        return Ratio(dict.fromkeys(cells, 1.0)) if cells else number(0.0)


@dataclass
class Attack:
    """Everything that is printed and everybody knows, as one system."""

    cells: Cells
    rows: list[tuple[Terms, float, float]] = field(default_factory=list)
    broken: int = 0  # rules that the record breaks, which tell nothing

    def equals(self, terms: Terms) -> None:
        """What is printed: a sum that everybody knows."""
        terms = self.cells.behind(terms)
        parts = [c * self.cells.values[u] for u, c in terms.items()]
        width = EXACT * sum(map(abs, parts))
        if terms:
            self.rows.append((terms, sum(parts) - width, sum(parts) + width))

    def at_least_0(self, terms: Terms) -> None:
        beside, terms = terms.get(ONE, 0.0), self.cells.behind(terms)
        parts = [c * self.cells.values[u] for u, c in terms.items()]
        if sum(parts) + beside < -1e-9 * max(1.0, sum(map(abs, parts))):
            self.broken += 1
        elif terms:
            self.rows.append((terms, -beside, math.inf))

    @property
    def connected(self) -> Iterator[Part]:
        parent: dict[Unknown, Unknown] = {}

        def root(unknown: Unknown) -> Unknown:
            while parent.setdefault(unknown, unknown) != unknown:
                unknown = parent[unknown]
            return unknown

        for terms, _, _ in self.rows:
            first, *others = terms
            for other in others:
                parent[root(other)] = root(first)
        found: dict[Unknown, list[tuple[Terms, float, float]]] = defaultdict(list)
        for row in self.rows:
            found[root(next(iter(row[0])))].append(row)
        return (Part(self.cells, rows) for rows in found.values())


@dataclass
class Part:
    """Statements that nothing connects with others, as a linear program in parts of the truth."""

    cells: Cells
    rows: list[tuple[Terms, float, float]]

    def __post_init__(self) -> None:
        self.unknowns = list({u: None for terms, _, _ in self.rows for u in terms})
        self.at = {u: i for i, u in enumerate(self.unknowns)}
        self.scale = np.array([self.cells.values[u] or 1.0 for u in self.unknowns])
        entries: list[tuple[int, int, float]] = []
        limits: list[float] = []
        for terms, low, high in self.rows:
            size = max(abs(c) * self.scale[self.at[u]] for u, c in terms.items())
            for sign, limit in ((1.0, high), (-1.0, -low)):
                if math.isfinite(limit):
                    entries += [
                        (len(limits), self.at[u], sign * c * self.scale[self.at[u]] / size)
                        for u, c in terms.items()
                    ]
                    limits.append(limit / size + 1e-9 * max(1.0, abs(limit / size)))
        row, column, value = zip(*entries, strict=True)
        self.table = csr_array((value, (row, column)), shape=(len(limits), len(self.unknowns)))
        self.limits = np.array(limits)
        self.own = [u for u in self.unknowns if u in self.cells.parts]

    def ends(self, observer: str) -> np.ndarray[Any, Any]:
        """Between which every unknown lies for whoever has an observer's returns; `ALL`: for whoever has
        the largest of each cell."""
        ends = np.c_[np.zeros(len(self.unknowns)), np.full(len(self.unknowns), np.inf)]
        for cell in self.own:
            parts = self.cells.parts[cell]
            if observer in parts or observer == ALL:
                own = max(parts.values()) if observer == ALL else parts[observer]
                ends[self.at[cell], 0] = own / self.scale[self.at[cell]]
                if len(parts) == 1:
                    ends[self.at[cell], 1] = ends[self.at[cell], 0]
        return ends

    def most(self, cell: Unknown, observer: str = "") -> float:
        costs = np.zeros(len(self.unknowns))
        costs[self.at[cell]] = -1.0
        found = linprog(
            costs, A_ub=self.table, b_ub=self.limits, bounds=self.ends(observer), method="highs",
            options={"presolve": False},
        )  # fmt: skip
        assert found.status in (0, 3), found.message
        return math.inf if found.status == 3 else float(-found.fun * self.scale[self.at[cell]])

    def not_shown_safe(
        self, needed: Mapping[Unknown, float], observer: str = ""
    ) -> Mapping[Unknown, float]:
        """Cells that no point shared with others shows to be able to be as large as is needed."""
        left = dict(needed)
        while left:
            places = [self.at[cell] for cell in left]
            sizes = [-self.scale[at] / left[cell] for cell, at in zip(left, places, strict=True)]
            n, number_of = len(self.unknowns), len(left)
            aims = csr_array(
                ([*sizes, *[1.0] * number_of], ([*range(number_of)] * 2, [*places, *range(n, n + number_of)])),
                shape=(number_of, n + number_of),
            )  # fmt: skip
            wide = hstack([self.table, csr_array((self.table.shape[0], number_of))])
            found = linprog(
                np.r_[np.zeros(n), -np.ones(number_of)], A_ub=vstack([wide, aims]),
                b_ub=np.r_[self.limits, np.zeros(number_of)], method="highs",
                bounds=np.r_[self.ends(observer), np.c_[np.zeros(number_of), np.ones(number_of)]],
                options={"presolve": False},
            )  # fmt: skip
            assert found.status == 0, found.message
            reached = {
                cell
                for cell, at in zip(left, places, strict=True)
                if found.x[at] * self.scale[at] >= left[cell] * (1 - CLOSE)
            }
            if not reached:
                break
            left = {cell: value for cell, value in left.items() if cell not in reached}
        return left

    def inferred(self, share: float) -> Iterator[tuple[str, Unknown]]:
        """Observers and cells of which they bound the largest value within a share of it from above:
        the public, who has the second largest, and any other holding where all together would."""
        needed = {c: (1 + share) * max(self.cells.parts[c].values()) for c in self.own}
        open_to_doubt = {c: v for c, v in needed.items() if self.cells.values[c] < v}
        for cell, value in self.not_shown_safe(open_to_doubt).items():
            if self.most(cell) < value * (1 - CLOSE):
                yield "", cell
        for cell in self.own:
            second = sorted(self.cells.parts[cell].values())[-2:-1]
            needed[cell] += sum(second)
        doubtful = {c: v for c, v in needed.items() if self.cells.values[c] < v}
        for cell in self.not_shown_safe(doubtful, ALL):
            parts = self.cells.parts[cell]
            largest = max(parts, key=lambda holder: parts[holder])
            for observer in sorted({h for c in self.own for h in self.cells.parts[c]} - {largest}):
                value = (1 + share) * parts[largest] + parts.get(observer, 0.0)
                if self.cells.values[cell] < value and self.most(cell, observer) < value * (
                    1 - CLOSE
                ):
                    yield observer, cell


def attack_on(
    bundles: Mapping[str, Mapping[str, Any]],
    firm: Mapping[str, Any],
    params: tuple[Mapping[str, Any], Mapping[str, Any]],
    register: Path,
    truth: Truth,
) -> Attack:
    """Everything that the public reads: bodies' bundles, how a firm is computed, variables and rules."""
    variables, rules = params
    with register.open(encoding="utf-8") as file:
        rows = {row["entity_id"]: row for row in csv.DictReader(file)}
    year = max(year for _, _, year in truth)
    table = [row for bundle in bundles.values() for row in bundle["industries"]]
    additive = {
        c for c, v in variables.items() if v.get("additive", True) and v.get("kind") != "code"
    }
    tabled = frozenset(row["variable"] for row in table)
    attack = Attack(Cells(rows, truth, tabled, frozenset(additive)))
    cells = attack.cells
    for reader in map(Reader, bundles.values()):
        for figure, _ in reader.returned():
            if figure in cells.of_figure:
                attack.equals({figure: 1.0})
        for _, terms in reader.computed():
            attack.equals(terms)
        for _, terms in reader.rules(rules):
            attack.at_least_0(terms)
    of_firms = {n: r for n, r in rules.items() if "enterprise" in r["entity_types"] and is_sure(r)}
    for group in {(cell[1], "") for cell in cells.parts}:
        each = OfEach(firm)
        each.cells, each.group = cells, group
        for _, terms in each.rules(of_firms):
            attack.at_least_0(terms)
    for row in table:
        if row["value"]:
            totalled = [
                c for c in cells.of_quantity[row["variable"], year] if c[2] == row["industry"]
            ]
            half = 0.5 * 10.0 ** (math.floor(math.log10(abs(row["value"]))) - 1)
            ends = row["value"] - half, row["value"] + half
            attack.rows.append((dict.fromkeys(totalled, 1.0), *ends))
    return attack
