"""The formulas of a plan's checks: they can be read, and name what the check's entity types have."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.formula import parse
from cescore.definitions.language import FormulaError
from cescore.definitions.layout import Draft
from cescore.definitions.model import Check, Plan
from cescore.definitions.names import Names
from cescore.definitions.reading import Reading
from cescore.definitions.spelling import with_nearest


def check_formulas(plan: Plan, at: Reading, drafts: Mapping[str, Draft], names: Names) -> None:
    """Refuse a check whose formula cannot be compared with what is scored elsewhere.

    A formula that cannot be read, or names what nobody knows, would pass for a quantity of its own.
    """
    if names.is_broken or any(draft.is_broken for draft in drafts.values()):
        return
    for code, measure in plan.measures.items():
        place = at.at("measures", code)
        for check in measure.checks:
            if check.formula:
                _check_formula(check, place, drafts, names)


def _check_formula(check: Check, at: Reading, drafts: Mapping[str, Draft], names: Names) -> None:
    try:
        used = parse(check.formula).names
    except FormulaError as error:
        at.refuse(f"check {check.id}: {check.formula!r}, {error.reason}", error.expected, "checks")
        return
    indicators = {
        code for kind in check.levels if kind in drafts for code in drafts[kind].indicator_places
    }
    known = sorted({*names.places, *indicators})
    for name in used:
        if name not in known:
            expected = with_nearest("a variable, account or indicator", name, known)
            at.refuse(f"check {check.id}: unknown code {name!r}", expected, "checks")
