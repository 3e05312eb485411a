"""Where hard rules fail together: the fewest cells of a return whose change would satisfy all of them.

A suggestion for whoever asks the respondent, never applied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cescore.definitions.model import CheckRule, Variable
from cescore.errors import MethodError
from cescore.intake.findings import Finding
from cescore.intake.observations.across import Others
from cescore.intake.observations.dictionary import most_of
from cescore.intake.workspace import Workspace
from cescore.method.column import Flag, Panel
from cescore.method.editing.linear_rules import (
    CheckedRecord,
    LinearRule,
    NotLinearError,
    UnknownOperandError,
    connected,
    holds_for,
    linear_rule,
)
from cescore.method.editing.slips import Slip, explaining_slips


@dataclass(frozen=True)
class DoubtfulCell:
    """A cell of a return that would have to change, and between what its replacement lies."""

    variable: str
    value: float
    low: float
    high: float
    slip: Slip | None = None  # that alone explains it


@dataclass(frozen=True)
class FewestCells:
    """The suggestion for one return.

    Attributes
    ----------
    failing
        Ids of the hard rules that fail.
    choices
        Sets of cells, each of which would do; more than one: the rules do not tell which. Where a
        single slip of the pen explains all, only the set in which it lies. None: the failing rules
        concern no cell of this return, or (``left_out``) have no linear form.
    contradiction
        Ids of rules that no change of cells satisfies together.
    left_out
        Ids of hard rules that have no linear form, and were not asked.
    is_complete
        Whether all choices are listed, and the search came to its end.
    """

    entity_id: str
    year: int
    failing: tuple[str, ...]
    choices: tuple[tuple[DoubtfulCell, ...], ...] = ()
    contradiction: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    is_complete: bool = True


def fewest_cells(workspace: Workspace, findings: Iterable[Finding]) -> tuple[FewestCells, ...]:
    """A suggestion for each return in which hard rules of checks.yml fail, in the order of findings."""
    failing: dict[tuple[str, int], list[str]] = defaultdict(list)
    for finding in findings:
        if finding.kind == "rule" and finding.is_open_error and finding.year is not None:
            failing[finding.entity_id, finding.year].append(finding.code)
    if not failing:
        return ()
    search = Search(workspace)
    return tuple(search.of(*place, tuple(codes)) for place, codes in failing.items())


class Search:
    """The hard rules of a workspace, ready to be asked about any return."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, definitions = workspace, workspace.definitions
        self.factors = definitions.factor_values
        base = workspace.base_year
        self.others = Others(workspace.panels, workspace.register, base, self.factors)
        self.hard = [rule for rule in definitions.checks if rule.severity == "hard"]
        self.settings = definitions.built_in.suggestions
        self._last: tuple[tuple[int, str, int], CheckedRecord] | None = None
        self._written: dict[tuple[str, str], tuple[str, Panel]] = {}

    def of(self, entity_id: str, year: int, failing: tuple[str, ...]) -> FewestCells:
        from cescore.method.editing.error_location import fewest_changes  # SciPy, only where asked
        from cescore.method.editing.rule_systems import Freedom

        entity_type = self.workspace.register[entity_id].entity_type
        every, left_out, record = self._rules(entity_id, entity_type, year)
        broken = {code for rule in every if rule.id in failing for code in rule.codes}
        if not broken:  # figures summed over others, or rules without a linear form
            return FewestCells(entity_id, year, failing, left_out=left_out)
        rules = connected(every, broken)
        values = {code: record.value(code) for rule in rules for code in rule.codes}
        variables = self.workspace.definitions.variables
        bounds = {code: _bounds(variables[code], entity_type) for code in values}
        freedom = Freedom.of(self.settings.weights, self.settings.pinned, bounds)
        asked = (entity_id, year, failing)
        try:
            found = fewest_changes(rules, values, freedom)
        except MethodError:  # too many rules at once to be searched through
            return FewestCells(*asked, left_out=left_out, is_complete=False)
        sets = [[change.code for change in one] for one in found.sets]
        slips = explaining_slips(rules, values, sets, bounds)
        choices = tuple(
            tuple(DoubtfulCell(*change, (slips or {}).get(change.code)) for change in one)
            for one in found.sets
            if slips is None or slips.keys() == {change.code for change in one}
        )
        return FewestCells(*asked, choices, found.contradiction, left_out, found.is_complete)

    def _rules(
        self, entity_id: str, entity_type: str, year: int
    ) -> tuple[list[LinearRule], tuple[str, ...], CheckedRecord]:
        """The hard rules of a return in linear form, and the ids of those that have none."""
        rules, left_out = [], []
        for rule in self.hard:
            if not rule.is_for(entity_type):
                continue
            record = self.record(rule, entity_id, year)
            try:
                rules.append(linear_rule(rule.id, self._text(rule, entity_type)[0], record))
            except NotLinearError:
                left_out.append(rule.id)
            except UnknownOperandError:
                continue
        own = self._record_in(self.workspace.panels[entity_type], entity_id, year)
        return rules, tuple(left_out), own

    def record(self, rule: CheckRule, entity_id: str, year: int) -> CheckedRecord:
        """A return with what a rule looks at of others beside it."""
        entity_type = self.workspace.register[entity_id].entity_type
        return self._record_in(self._text(rule, entity_type)[1], entity_id, year)

    def text(self, rule: CheckRule, entity_id: str) -> str:
        """A rule's executable text, with columns of `record` for its looks at others."""
        return self._text(rule, self.workspace.register[entity_id].entity_type)[0]

    def _text(self, rule: CheckRule, entity_type: str) -> tuple[str, Panel]:
        if not rule.looks_at_others:
            return rule.executable or rule.rule, self.workspace.panels[entity_type]
        key = rule.id, entity_type
        if key not in self._written:
            text, panel, _ = self.others.written_in(rule.executable or rule.rule, entity_type)
            self._written[key] = text, panel
        return self._written[key]

    def _record_in(self, panel: Panel, entity_id: str, year: int) -> CheckedRecord:
        """The return in a panel; of the same return and panel as asked for last, the same."""
        asked = (id(panel), entity_id, year)
        if self._last is None or self._last[0] != asked:
            self._last = asked, self._made(panel, entity_id, year)
        return self._last[1]

    def _made(self, panel: Panel, entity_id: str, year: int) -> CheckedRecord:
        alone = panel.alone(panel.row(entity_id))
        at, variables = (0, panel.year_position(year)), self.workspace.definitions.variables
        made = np.uint8(Flag.AGGREGATED)  # what is summed over others is changed there
        free = frozenset(
            code
            for code, column in alone.columns.items()
            if code in variables
            and variables[code].kind != "flag"
            and column.is_present[at]
            and not column.flags[at] & made
        )
        non_negative = frozenset(c for c in free if variables[c].sign == "non_negative")
        return CheckedRecord(
            alone, at[1], self.workspace.base_year, free, non_negative, self.factors
        )


def _bounds(variable: Variable, entity_type: str) -> tuple[float, float]:
    """The hard limits of a variable, which a replacement keeps."""
    least = 0.0 if variable.sign == "non_negative" else -np.inf
    return least, most_of(variable, entity_type)


def nearest_value(
    rules: Sequence[LinearRule], values: Mapping[str, float], code: str
) -> float | None:
    """The value of one code nearest to the reported one at which all rules hold; None without any.

    In one value a rule is a union of intervals, whose ends are where a half-space is met exactly.
    """
    ends = [
        (half.bound - sum(a * values[c] for c, a in half.coefficients if c != code)) / own
        for rule in rules
        for clause in rule.clauses
        for half in clause
        for c_own, own in half.coefficients
        if c_own == code
    ]
    for end in sorted(ends, key=lambda x: abs(x - values[code])):
        if all(holds_for(rule, {**values, code: end}) for rule in rules):
            return end
    return None
