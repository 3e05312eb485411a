"""What params define and nothing uses, and years for which nothing was decided."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cescore.definitions.load import Definitions
from cescore.definitions.located import read
from cescore.intake.address import Address
from cescore.intake.findings import Finding

_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def unused_definitions(definitions: Definitions, params: Path) -> Iterator[Finding]:
    """An info for the figures that no account, indicator, rule, estimate or picture asks for."""
    used = set(_used(definitions))
    unused = tuple(
        code
        for code, variable in definitions.variables.items()
        if code not in used and variable.kind in ("quantity", "count")
    )
    if unused:
        node = read(params / "variables.yml", "params/variables.yml", []).get(unused[0])
        row = int(node.where.rpartition(":")[2]) if node is not None else 0
        values = (("n", len(unused)), ("codes", unused))
        yield Finding(
            "info", "variables_unused", Address("params/variables.yml", row), values=values
        )


def _used(definitions: Definitions) -> Iterator[str]:
    """Every word that may be a code in whatever params ask for."""
    for text in _formulas(definitions):
        yield from _CODE.findall(text)
    for framework in definitions.frameworks.values():
        yield from framework.variables
    yield from definitions.disclosure.industry_totals
    for flow in definitions.page.flows.values():
        yield from (code.lstrip("-") for link in flow.links for code in link.codes)


def _formulas(definitions: Definitions) -> Iterator[str]:
    yield from (account.formula for account in definitions.accounts.values())
    yield from (rule.rule for rule in definitions.checks)
    yield from (one.formula for one in definitions.ranges)
    for variable in definitions.variables.values():
        if variable.estimate is not None:
            yield from (variable.estimate.formula, *variable.estimate.only)
    if definitions.plan is not None:
        for bonus in definitions.plan.assessment.bonus.values():
            yield from (f"{item.rule} {item.variable}" for item in bonus.items.values())


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
    if plan is not None and plan.last_year < run.year:
        ended = (("plan", plan.id), ("last", plan.last_year))
        yield Finding("warning", "plan_ended", at, year=run.year, values=ended)
