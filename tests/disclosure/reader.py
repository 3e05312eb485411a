"""What a body's public report says of its own figures, read anew: formulas and rules as linear forms.

Nothing of the package is used but the bundle, as JSON. A figure that is withheld is an unknown.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, NamedTuple

Unknown = tuple[Any, ...]  # body, code, year; () stands for the number 1
Terms = Mapping[Unknown, float]
PRESENT, SUPPRESSED, NOT_APPLICABLE = 0, 3, 4  # states in a bundle's record
ONE: Final[Unknown] = ()
UNIT: Final[Terms] = MappingProxyType({ONE: 1.0})


class Ratio(NamedTuple):
    """A ratio of two linear forms; ``exists``: False of what does not exist for the body."""

    top: Terms
    bottom: Terms = UNIT
    exists: bool = True

    @property
    def is_number(self) -> bool:
        return self.top.keys() | self.bottom.keys() <= {ONE}

    @property
    def is_linear(self) -> bool:
        return self.bottom.keys() <= {ONE}

    @property
    def number(self) -> float:
        return self.top.get(ONE, 0.0) / self.bottom[ONE]

    @property
    def linear(self) -> Terms:
        return added([(1 / self.bottom[ONE], self.top)])


NOWHERE = Ratio({}, exists=False)


def is_sure(rule: Mapping[str, Any]) -> bool:
    """Whether everybody takes a rule to hold of whoever returns."""
    return rule["severity"] == "hard" or bool(rule.get("identity"))


def number(value: float) -> Ratio:
    return Ratio({ONE: float(value)})


def added(parts: Iterable[tuple[float, Terms]]) -> Terms:
    found: dict[Unknown, float] = defaultdict(float)
    for factor, terms in parts:
        for unknown, c in terms.items():
            found[unknown] += factor * c
    return {unknown: c for unknown, c in found.items() if c or unknown == ONE}


def tree_of(text: str) -> ast.expr:
    return ast.parse(" ".join(text.split()), mode="eval").body


@dataclass
class Reader:
    """Reads one body's bundle; what it cannot put as a ratio of linear forms it leaves out (None)."""

    bundle: Mapping[str, Any]
    known: dict[tuple[str, int], Ratio | None] = field(default_factory=dict)

    @property
    def body(self) -> str:
        return str(self.bundle["entity"]["entity_id"])

    @property
    def years(self) -> list[int]:
        return list(self.bundle["record"]["years"])

    @property
    def series(self) -> dict[str, Mapping[str, Any]]:
        evaluated = self.bundle["evaluated"]
        return {s["code"]: s for s in (*evaluated["accounts"], *evaluated["indicators"])}

    def returned(self) -> Iterator[tuple[Unknown, float]]:
        """The returned figures that are printed."""
        record = self.bundle["record"]
        for code, values in record["values"].items():
            for year, value, state in zip(self.years, values, record["state"][code], strict=True):
                if state == PRESENT:
                    yield (self.body, code, year), value

    def computed(self) -> Iterator[tuple[Unknown, Terms]]:
        """What each printed account and indicator says to be 0 of withheld figures."""
        for code, series in self.series.items():
            for year, value in zip(self.years, series["values"], strict=True):
                ratio = None if value is None else self.formula(code, year)
                if ratio is not None and ratio.exists and not ratio.is_number:
                    yield (self.body, code, year), added([(1, ratio.top), (-value, ratio.bottom)])

    def rules(self, rules: Mapping[str, Any]) -> Iterator[tuple[Unknown, Terms]]:
        """What the rules of its type say to be at least 0 of withheld figures: those that are sure, and
        those of which the report has no finding in a year."""
        kind = self.bundle["entity"]["entity_type"]
        for name, rule in rules.items():
            if kind in rule["entity_types"]:
                for year in self.years:
                    if not is_sure(rule) and (name, year) in self.found:
                        continue
                    for terms in self.at_least_0(tree_of(rule["rule"]), year):
                        yield (self.body, name, year), terms

    @property
    def found(self) -> set[tuple[str, int]]:
        """The findings of the report: code and year."""
        return {(line["code"], line["year"]) for line in self.bundle["findings"]}

    def at_least_0(self, node: ast.expr, year: int) -> Iterator[Terms]:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for value in node.values:
                yield from self.at_least_0(value, year)
        if not isinstance(node, ast.Compare):
            return
        (op,), left, right = node.ops, node.left, node.comparators[0]
        if isinstance(op, ast.GtE | ast.Gt):
            left, right = right, left
        is_within = isinstance(left, ast.Call) and ast.unparse(left.func) == "abs"
        inner = left.args[0] if isinstance(left, ast.Call) and is_within else left
        sides = [self.value(side, year) for side in (inner, right)]
        if isinstance(op, ast.Eq) or not all(s and s.exists and s.is_linear for s in sides):
            return
        less, more = (s.linear for s in sides if s is not None)
        for sign in (1.0, -1.0) if is_within else (1.0,):
            terms = added([(1.0, more), (-sign, less)])
            if terms.keys() - {ONE}:
                yield terms

    def of(self, code: str, year: int) -> Ratio | None:
        if (code, year) not in self.known:
            self.known[code, year] = None  # of what stands on itself
            self.known[code, year] = self._read(code, year)
        return self.known[code, year]

    def _read(self, code: str, year: int) -> Ratio | None:
        factors, record = self.bundle["framework"]["factors"], self.bundle["record"]
        if code in factors:
            return number(factors[code]["value"])
        if year not in self.years:
            return None
        place = self.years.index(year)
        if code in self.series:
            value = self.series[code]["values"][place]
            if value is not None:
                return number(value)
            is_nowhere = self.series[code]["status"][place] == "not_applicable"
            return NOWHERE if is_nowhere else self.formula(code, year)
        state = record["state"][code][place] if code in record["state"] else None
        if state == PRESENT:
            return number(record["values"][code][place])
        if state == NOT_APPLICABLE:
            return NOWHERE
        return Ratio({(self.body, code, year): 1.0}) if state == SUPPRESSED else None

    def formula(self, code: str, year: int) -> Ratio | None:
        framework = self.bundle["framework"]
        stated = framework["accounts"].get(code) or framework["indicators"].get(code)
        if stated is None or not stated.get("executable"):
            return None
        found = self.value(tree_of(stated["executable"]), year)
        if found is None or not found.exists:
            return found
        return Ratio(added([(float(Fraction(stated["factor"])), found.top)]), found.bottom)

    def value(self, node: ast.expr, year: int) -> Ratio | None:
        if isinstance(node, ast.Constant):
            return number(float(str(node.value)))
        if isinstance(node, ast.Name):
            return self.of(node.id, year)
        if isinstance(node, ast.UnaryOp):
            inner = self.value(node.operand, year)
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            return inner and Ratio(added([(sign, inner.top)]), inner.bottom, inner.exists)
        if isinstance(node, ast.BinOp):
            return _combined(node.op, self.value(node.left, year), self.value(node.right, year))
        return self._called(node, year) if isinstance(node, ast.Call) else None

    def _called(self, node: ast.Call, year: int) -> Ratio | None:
        name = ast.unparse(node.func)
        if name == "total":
            parts = [self.value(arg, year) for arg in node.args]
            there = [p for p in parts if p is None or p.exists]
            if not all(p is not None and p.is_linear for p in there):
                return None
            return Ratio(added((1.0, p.linear) for p in there if p)) if there else NOWHERE
        if name == "positive":
            return self.value(node.args[0], year)
        if name == "first_available":
            found = (self.value(arg, year) for arg in node.args)
            return next((one for one in found if one is not None and one.exists), None)
        if name == "base":
            return self.value(node.args[0], int(self.bundle["base_year"]))
        if name == "lag":
            back = int(ast.unparse(node.args[1])) if len(node.args) > 1 else 1
            return self.value(node.args[0], year - back)
        return None


def _combined(op: ast.operator, left: Ratio | None, right: Ratio | None) -> Ratio | None:
    if left is None or right is None:
        return None
    if not (left.exists and right.exists):
        return NOWHERE
    if isinstance(op, ast.Add | ast.Sub):
        sign = 1.0 if isinstance(op, ast.Add) else -1.0
        if left.is_linear and right.is_linear:
            return Ratio(added([(1.0, left.linear), (sign, right.linear)]))
    if isinstance(op, ast.Mult):
        left, right = (right, left) if left.is_number else (left, right)
        if right.is_number:
            return Ratio(added([(right.number, left.top)]), left.bottom)
    if isinstance(op, ast.Div):
        if right.is_number and right.number:
            return Ratio(added([(1 / right.number, left.top)]), left.bottom)
        if left.is_linear and right.is_linear:
            return Ratio(left.linear, right.linear)
        if left.is_number:
            return Ratio(added([(left.number, right.bottom)]), right.top)
    return None
