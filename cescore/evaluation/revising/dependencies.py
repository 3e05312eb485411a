"""What each result stands on directly: the same graph that evaluation walks, read from definitions."""

from __future__ import annotations

from collections.abc import Iterator

from cescore.definitions.definitions import Definitions
from cescore.definitions.formulas.in_year import in_year
from cescore.definitions.model import Account, Framework, Plan
from cescore.method.grading.assessment import COMPARABLE

Result = tuple[str, str, int]  # kind and code as in results.csv, year


def stands_on(
    result: Result, entity_type: str, definitions: Definitions, base_year: int
) -> tuple[Result, ...]:
    """The results of the same entity that one is computed from; empty for what was returned.

    Examples: an indicator stands on accounts and variables of this year and, by ``base(x)``, of the
    base year; a score on its indicator; the total on targets, index and measures.
    """
    framework = definitions.frameworks.get(entity_type)
    if framework is None:
        return ()
    return tuple(dict.fromkeys(_below(result, framework, definitions.plan, base_year)))


def _below(
    result: Result, framework: Framework, plan: Plan | None, base_year: int
) -> Iterator[Result]:
    kind, code, year = result
    if kind in ("indicator", "account"):
        yield from _of_formula(result, framework, base_year)
    elif kind == "rung":
        yield "account", code, year
    elif kind == "score":
        yield "indicator", code, year
    elif kind in ("group", "index"):
        for member, _ in framework.members(code if kind == "group" else ""):
            yield ("group" if member in framework.groups else "score"), member, year
    elif kind == "progress_index":
        yield from _of_progress(result, framework, base_year)
    elif kind.removeprefix("progress_") in (
        "weight", "contribution", "contribution_to_change", "contribution_to_change_by_weight",
    ):  # fmt: skip
        yield from _of_split(result, framework)
    elif kind == "target" and plan is not None and code in plan.targets:
        target = plan.targets[code]
        yield "indicator", target.indicator, year
        yield "indicator", target.indicator, plan.base_year
    elif kind == "measure_credit":
        yield "measure", code, year
        yield "measure", code, year - 1  # one yardstick is last year's number
    elif kind == "assessment" and plan is not None:
        yield from _of_assessment(result, framework, plan)


def _of_formula(result: Result, framework: Framework, base_year: int) -> Iterator[Result]:
    kind, code, year = result
    known = (framework.accounts if kind == "account" else framework.indicators).get(code)
    if isinstance(known, Account) and known.by in framework.variables:
        yield "variable", known.by, year
    if known is None or known.expression is None or not known.collected:
        return
    for name, of_year in in_year(known.expression.text, year, base_year).operands.values():
        if name in framework.indicators:
            yield "indicator", name, of_year
        elif name in framework.accounts:
            yield "account", name, of_year
        elif name not in framework.factors:
            yield "variable", name, of_year
    if kind == "indicator":
        within = framework.indicators[code].latest_within
        yield from (("indicator", code, year - back) for back in range(1, within + 1))


def _of_split(result: Result, framework: Framework) -> Iterator[Result]:
    """A weight or contribution stands on the whole index, as every member's share does."""
    kind, code, year = result
    years = (year, year - 1) if "change" in kind else (year,)
    own = code.split(".")[-1]
    for of_year in years:
        if not kind.startswith("progress_"):
            yield "score", own, of_year
            yield "index", framework.index.code, of_year
        elif framework.progress is not None:
            yield "progress_index", framework.progress.code, of_year
            yield "progress_index", f"{framework.progress.code}.{code}", of_year


def _of_progress(result: Result, framework: Framework, base_year: int) -> Iterator[Result]:
    kind, code, year = result
    progress, parts = framework.progress, code.split(".")
    if progress is None:
        return
    if len(parts) == 1:
        yield from ((kind, f"{code}.{group.code}", year) for group in progress.groups)
    elif len(parts) == 2:
        members = progress.members.get(parts[1], {})
        yield from ((kind, f"{code}.{member}", year) for member in members)
    else:
        yield "indicator", parts[2], year
        yield "indicator", parts[2], base_year


def _of_assessment(result: Result, framework: Framework, plan: Plan) -> Iterator[Result]:
    kind, code, year = result
    if code == "total":
        yield from ((kind, part, year) for part in ("targets", "index", "measures", "bonus"))
    elif code == COMPARABLE:
        yield from ((kind, part, year) for part in plan.assessment.comparable.parts)
    elif code == "targets":
        yield from (("target", target, year) for target in plan.targets)
    elif code == "index":
        yield "index", framework.index.code, year
    elif code == "measures":
        checks = (check.id for measure in plan.measures.values() for check in measure.checks)
        yield from (("measure_credit", check, year) for check in checks)
