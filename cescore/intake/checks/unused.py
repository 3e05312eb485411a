"""What params define and nothing uses or what counts twice, and years for which nothing was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cescore.definitions.definitions import Definitions
from cescore.definitions.entries.located import read
from cescore.definitions.frameworks.scored_elsewhere import counted_twice
from cescore.definitions.standing import has_plan_ended, uncompared_checks, unused_variables
from cescore.intake.address import Address
from cescore.intake.findings import Finding


def unused_definitions(definitions: Definitions, params: Path) -> Iterator[Finding]:
    """An info for the figures that no account, indicator, rule, estimate or picture asks for."""
    figures = {c for c, v in definitions.variables.items() if v.kind in ("quantity", "count")}
    unused = tuple(c for c in unused_variables(definitions) if c in figures)
    if unused:
        node = read(params / "variables.yml", "params/variables.yml", []).get(unused[0])
        row = int(node.where.rpartition(":")[2]) if node is not None else 0
        values = (("n", len(unused)), ("codes", unused))
        yield Finding(
            "info", "variables_unused", Address("params/variables.yml", row), values=values
        )


def unread_check_formulas(definitions: Definitions, params: Path) -> Iterator[Finding]:
    """An info for checks whose formula is compared with nothing that is scored elsewhere."""
    codes, plan = uncompared_checks(definitions), definitions.plan
    if codes and plan is not None:
        file = f"params/plans/{plan.id}.yml"
        node = read(params / f"plans/{plan.id}.yml", file, []).get("measures")
        row = int(node.where.rpartition(":")[2]) if node is not None else 0
        values = (("n", len(codes)), ("codes", codes))
        yield Finding("info", "check_formulas_unread", Address(file, row), values=values)


def points_counted_twice(definitions: Definitions, params: Path) -> Iterator[Finding]:
    """A warning for extra points that are earned by what is scored already, item by item."""
    plan = definitions.plan
    if plan is None:
        return
    file = f"params/plans/{plan.id}.yml"
    for entity_type in plan.assessment.bonus:
        framework = definitions.frameworks.get(entity_type)
        for item, code in counted_twice(plan, framework).items() if framework else ():
            node = read(params / f"plans/{plan.id}.yml", file, [])
            for key in ("assessment", "bonus", entity_type, "items", item):
                node = node.get(key) or node
            place = Address(file, int(node.where.rpartition(":")[2]))
            values = (("item", item), ("code", code))
            yield Finding("warning", "points_counted_twice", place, values=values)


def doubtful_years(
    definitions: Definitions, folders: Sequence[int], params: Path
) -> Iterator[Finding]:
    """Warnings where what was decided is not of the year evaluated."""
    run, plan = definitions.run, definitions.plan
    decided = sorted(int(p.stem) for p in (params / "runs").glob("[0-9][0-9][0-9][0-9].yml"))
    at = Address(f"params/runs/{run.year}.yml")
    if decided and run.year not in decided:
        nearest = min(decided, key=lambda year: (abs(year - run.year), year))
        values = (("folder", run.year), ("nearest", nearest))
        yield Finding("warning", "run_of_another_year", at, year=run.year, values=values)
    for later in folders:
        if decided and later > max(decided) and later > run.year:
            place = Address(f"data/{later}")
            values = (("folder", later), ("nearest", max(decided)))
            yield Finding("info", "year_without_run", place, year=later, values=values)
    if plan is not None and run.year < min(plan.first_year, plan.base_year):
        begins = (("plan", plan.id), ("first", plan.first_year))
        yield Finding("warning", "plan_not_begun", at, year=run.year, values=begins)
    if plan is not None and has_plan_ended(definitions):
        ended = (("plan", plan.id), ("last", plan.last_year))
        yield Finding("warning", "plan_ended", at, year=run.year, values=ended)
