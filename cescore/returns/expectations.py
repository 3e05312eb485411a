"""What a finding's rule would expect instead: the values by whose difference its weight is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cescore.errors import MethodError
from cescore.evaluation.what_if import ReplacedValue
from cescore.intake.findings import Finding
from cescore.intake.workspace import Workspace
from cescore.method.column import Column
from cescore.method.editing.linear_rules import linear_rule
from cescore.returns.fewest import DoubtfulCell, FewestCells, Search, nearest_value

Alternatives = tuple[tuple[ReplacedValue, ...], ...]
NONE: Alternatives = ()


class Expectations:
    """Answers for a workspace what would stand there if a finding were right.

    Of several alternatives (a broken rule may be any of its operands' fault) the one that moves most
    counts. Nothing for what has no number to put in its place.
    """

    def __init__(self, workspace: Workspace, suggestions: tuple[FewestCells, ...]) -> None:
        self.workspace = workspace
        self.search = Search(workspace)
        self.rules = {rule.id: rule for rule in workspace.definitions.checks}
        self.suggested = {(s.entity_id, s.year): s for s in suggestions}

    def of(self, finding: Finding) -> Alternatives:
        """The alternatives, each a set of changes made together."""
        way = WAYS.get(finding.kind or finding.code)
        if way is None or finding.year is None or finding.entity_id not in self.workspace.register:
            return NONE
        if self._panel(finding) is None:
            return NONE
        return way(self, finding, dict(finding.values))

    def _panel(self, finding: Finding) -> Any:
        entity_type = self.workspace.register[finding.entity_id].entity_type
        panel = self.workspace.panels.get(entity_type)
        return panel if panel is not None and finding.year in panel.years else None

    def _value(self, finding: Finding, code: str, year: int) -> float | None:
        panel = self._panel(finding)
        if code not in panel.columns or year not in panel.years:
            return None
        column: Column = panel.columns[code]
        return column.number_at(panel.row(finding.entity_id), panel.year_position(year))

    def _one(self, finding: Finding, value: float | None) -> Alternatives:
        if value is None or not np.isfinite(value):
            return NONE
        return ((ReplacedValue(finding.year or 0, finding.variable, float(value)),),)

    def by_power(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A wrong unit: the value by its power of ten."""
        return self._one(finding, values["now"] / 10.0 ** values["power"])

    def by_last_year(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A jump: last year's value, moved as others moved where that is known."""
        return self._one(finding, values["before"] * (1 + values.get("median", 0.0)))

    def by_trend(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A repeated value: last year's, moved on as it moved last year."""
        before = self._value(finding, finding.variable, (finding.year or 0) - 2)
        return NONE if not before else self._one(finding, values["now"] ** 2 / before)

    def by_trend_of_all(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A repeated return: each of its figures moved on as it moved last year."""
        year, changes = finding.year or 0, []
        for named in values["codes"]:
            now, before = (self._value(finding, named.text, y) for y in (year, year - 2))
            if now is not None and before:
                changes.append(ReplacedValue(year, named.text, now**2 / before))
        return (tuple(changes),) if changes else NONE

    def by_end(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A value outside a range: the end that it passed."""
        return self._one(finding, float(np.clip(values["value"], values["low"], values["high"])))

    def by_end_of_ratio(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A ratio outside a range: its first operand moved so that the ratio comes to the end."""
        own = self._value(finding, finding.variable, finding.year or 0)
        end = float(np.clip(values["value"], values["low"], values["high"]))
        return (
            NONE
            if own is None or not values["value"]
            else self._one(finding, own * end / values["value"])
        )

    def by_sum(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A body that is not the sum of its parts: the sum."""
        return self._one(finding, values["total"])

    def by_return(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """What was not returned: last year's values, of one variable, of several named or of all."""
        year, panel = finding.year or 0, self._panel(finding)
        named = [term.text for term in values.get("codes", ())] or [finding.variable]
        codes = [code for code in named if code in panel.columns] or list(panel.columns)
        before = {code: self._value(finding, code, year - 1) for code in codes}
        changes = tuple(ReplacedValue(year, code, v) for code, v in before.items() if v is not None)
        return (changes,) if changes else NONE

    def by_rule(self, finding: Finding, values: Mapping[str, Any]) -> Alternatives:
        """A broken rule: the fewest cells that mend all hard ones; else each operand in turn."""
        year = finding.year or 0
        suggestion = self.suggested.get((finding.entity_id, year))
        if suggestion is not None and finding.is_open_error:
            return tuple(
                tuple(ReplacedValue(year, cell.variable, nearest_of(cell)) for cell in cells)
                for cells in suggestion.choices
            )
        rule = self.rules[finding.code]
        record = self.search.record(rule, finding.entity_id, year)
        try:
            linear = linear_rule(rule.id, self.search.text(rule, finding.entity_id), record)
        except MethodError:
            return NONE
        given = {code: record.value(code) for code in linear.codes}
        nearest = {code: nearest_value([linear], given, code) for code in sorted(given)}
        return tuple((ReplacedValue(year, c, v),) for c, v in nearest.items() if v is not None)


def nearest_of(cell: DoubtfulCell) -> float:
    """What a cell would hold: what it was meant to be, else the end of its interval that is nearest."""
    if cell.slip is not None:
        return cell.slip.value
    return float(np.clip(cell.value, cell.low, cell.high))


WAYS: Mapping[str, Callable[[Expectations, Finding, Mapping[str, Any]], Alternatives]] = {
    "unit_slip": Expectations.by_power,
    "peer_slip": Expectations.by_power,
    "year_on_year": Expectations.by_last_year,
    "unusual_change": Expectations.by_last_year,
    "same_as_last_year": Expectations.by_trend,
    "return_repeated": Expectations.by_trend_of_all,
    "usual_range": Expectations.by_end,
    "industry_range": Expectations.by_end_of_ratio,
    "formula_range": Expectations.by_end_of_ratio,
    "sum_of_bodies": Expectations.by_sum,
    "sum_of_bodies_zero": Expectations.by_sum,
    "required_absent": Expectations.by_return,
    "left_out": Expectations.by_return,
    "not_filed": Expectations.by_return,
    "new_not_filed": Expectations.by_return,
    "stopped_filing": Expectations.by_return,
    "rule": Expectations.by_rule,
}
