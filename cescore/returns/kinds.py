"""What each finding is about: a closed list of kinds, by which findings are grouped and sorted."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from cescore.definitions.model import CheckRule, RuleKind
from cescore.intake.findings import Finding

# Findings of the program by their code; a rule of checks.yml says its kind, or its form does.
KIND_OF: Mapping[str, RuleKind] = {
    "usual_range": "range",
    "above_100": "value",
    "unit_slip": "unit",
    "unit_differs": "unit",
    "unit_in_cell": "unit",
    "year_on_year": "change",
    "unusual_change": "change",
    "mixed_bases": "change",
    "too_few_to_compare": "change",
    "same_as_last_year": "copy",
    "return_repeated": "copy",
    "return_of_another": "copy",
    "sum_of_bodies": "levels",
    "sum_of_blocked": "levels",
    "required_absent": "presence",
    "left_out": "presence",
    "not_filed": "register",
    "outside_validity": "register",
    "unknown_entity": "register",
    "leading_zeros_lost": "register",
    "duplicate_entity": "register",
    "no_framework": "register",
    "confirmation_unused": "record",
    "confirmation_refused": "record",
    "correction": "record",
}
OF_FILES: Mapping[str, RuleKind] = {
    "entities.csv": "register",
    "corrections.yml": "record",
    "measures.csv": "record",
    "vetoes.csv": "record",
}


def kind_of(
    finding: Finding, rules: Mapping[str, CheckRule], ranges: Mapping[str, object]
) -> RuleKind:
    """The kind of a finding: of its rule, of its code, of the file it is about; else a value's own."""
    if finding.code in rules:
        rule = rules[finding.code]
        return rule.kind or form_of(rule)
    if finding.code in ranges:
        return "ratio"
    code = "correction" if finding.code.startswith("correction_") else finding.code
    if code in KIND_OF:
        return KIND_OF[code]
    name = finding.file.rpartition("/")[2]
    return OF_FILES.get(name, "value" if finding.entity_id else "other")


def form_of(rule: CheckRule) -> RuleKind:
    """What a rule's form says of its kind.

    Examples
    --------
    >>> def of(text: str) -> str:
    ...     return form_of(CheckRule(id="r", rule=text, severity="soft"))
    >>> of("part <= whole"), of("abs(whole - total(a, b)) <= 0.01 * whole"), of("share <= 100")
    ('part', 'balance', 'range')
    >>> of("waste / output <= 3"), of("sold <= 0 or has_value(made)"), of("x <= sum_over(firm, x)")
    ('ratio', 'presence', 'levels')
    """
    expression = rule.expression
    nodes = list(ast.walk(expression.tree))
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    if expression.looks:
        return "levels"
    if "has_value" in called:
        return "presence"
    if "lag" in called:
        return "change"
    if "abs" in called:
        return "balance"
    if any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in nodes):
        return "ratio"
    return "part" if len(expression.names) > 1 else "range"
