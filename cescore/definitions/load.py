"""Reading params/: all files into frozen objects, or one error that names every contradiction."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cescore.definitions.bonus import resolve_bonus
from cescore.definitions.check_rules import resolve_ranges, resolve_rules
from cescore.definitions.frameworks import resolved_framework
from cescore.definitions.layout import draft_frameworks
from cescore.definitions.located import Node, read
from cescore.definitions.model import (
    Account,
    BuiltInChecks,
    CheckRule,
    Disclosure,
    Factor,
    Framework,
    IndustryRange,
    Plan,
    Run,
    Standard,
    Variable,
)
from cescore.definitions.page import load_page
from cescore.definitions.pictures import PageParams
from cescore.definitions.plans import ReadPlan, check_plan, load_plans, load_run
from cescore.definitions.resolving import Names, resolve_accounts, resolve_estimates
from cescore.definitions.shape import build, with_nearest
from cescore.definitions.standards import load_standards
from cescore.definitions.strays import strays
from cescore.definitions.units import Units
from cescore.errors import ParamsError, Problem

# Every file that params/ may hold; whatever else is in it is named.
FILES = (
    "variables.yml",
    "accounts.yml",
    "checks.yml",
    "disclosure.yml",
    "page.yml",
    "units.txt",
    "frameworks/*.yml",
    "plans/*.yml",
    "standards/*.yml",
    "runs/*.yml",
)


@dataclass(frozen=True)
class Definitions:
    """What params/ say, resolved and free of contradictions.

    ``frameworks`` (by entity type) are complete in themselves: accounts, factors and variables they
    use, the order of computing, executable formulas.
    """

    units: Units
    variables: Mapping[str, Variable]
    accounts: Mapping[str, Account]
    factors: Mapping[str, Factor]
    frameworks: Mapping[str, Framework]
    checks: tuple[CheckRule, ...]
    built_in: BuiltInChecks
    plan: Plan | None
    run: Run
    disclosure: Disclosure
    standards: Mapping[str, Standard] = field(default_factory=dict)
    ranges: tuple[IndustryRange, ...] = ()
    page: PageParams = field(default_factory=PageParams)


def load_definitions(params_dir: Path, year: int | None = None) -> Definitions:
    """Everything params/ say for a year; without one, for the newest year in params/runs.

    A year without a file of its own takes the settings of the nearest year in params/runs (as a
    draft, or a sample where that is one); without params/runs it has no plan.

    Raises
    ------
    ParamsError
        Everything that is wrong in any file: place, key, what was found, what was expected.
    """
    problems: list[Problem] = []
    reader = _Reader(Path(params_dir), problems)
    reader.name_strays()
    units = reader.units()
    run = load_run(reader.folder("runs"), year, reader.where("runs"), problems)
    names = reader.names(units)
    drafts = draft_frameworks(reader.folder("frameworks"), reader.where("frameworks"), problems)
    accounts = resolve_accounts(names, units, problems)
    resolve_estimates(names, units, problems)
    frameworks = {
        entity_type: resolved_framework(draft, names, accounts, units, run, problems)
        for entity_type, draft in drafts.items()
    }
    checks, ranges, built_in = reader.checks(names, accounts, units)
    plans = load_plans(reader.folder("plans"), problems)
    plan = check_plan(
        plans,
        run,
        drafts,
        units,
        reader.where("runs"),
        problems,
    )
    if plan is not None:
        read_plan = ReadPlan(plans[plan.id].node, plan)
        plan = resolve_bonus(read_plan, names, accounts, units, problems)
    disclosure = reader.disclosure(names)
    standards = load_standards(reader.folder("standards"), drafts, problems)
    page = load_page(reader.file("page.yml"), names, units, problems)
    if problems or run is None:
        raise ParamsError(f"{Path(params_dir).name}/ contradicts itself", problems)
    return Definitions(
        units=units,
        variables=names.variables,
        accounts=accounts,
        factors=names.factors,
        frameworks={entity_type: f for entity_type, f in frameworks.items() if f is not None},
        checks=checks,
        built_in=built_in,
        plan=plan,
        run=run,
        disclosure=disclosure or Disclosure(),
        standards=standards,
        ranges=ranges,
        page=page,
    )


def load_plan(params_dir: Path, plan_id: str = "") -> Plan:
    """A plan by its id, else that of the newest run; only plans/ and runs/ are read.

    Raises
    ------
    ParamsError
        There is no such plan, the newest run names none, or one of these files is not sound.
    """
    problems: list[Problem] = []
    reader = _Reader(Path(params_dir), problems)
    plans = load_plans(reader.folder("plans"), problems)
    if not plan_id and not problems:
        run = load_run(reader.folder("runs"), None, reader.where("runs"), problems)
        plan_id = run.plan if run else ""
    if not problems and plan_id not in plans:
        expected = with_nearest("the name of a file in plans/", plan_id, plans)
        found = repr(plan_id) if plan_id else "none: the newest run names no plan"
        problems.append(Problem(reader.where("plans"), "plan", found, expected))
    read = plans.get(plan_id)
    if problems or read is None or read.plan is None:
        raise ParamsError(f"{Path(params_dir).name}/ has no such plan", problems)
    return read.plan


class _Reader:
    """The files of one params folder."""

    def __init__(self, root: Path, problems: list[Problem]) -> None:
        self.root, self.problems = root, problems

    def where(self, name: str) -> str:
        return f"{self.root.name}/{name}"

    def name_strays(self) -> None:
        """Name whatever is in the folder and none of the files that are read."""
        found = strays(self.root, FILES)
        self.problems += [stray.as_problem(self.root.name) for stray in found]

    def units(self) -> Units:
        try:
            return Units.load(self.root / "units.txt")
        except ParamsError as error:
            self.problems.extend(error.problems)
            return Units.load()

    def folder(self, name: str) -> list[tuple[str, Node]]:
        """Each YAML file of a folder with its stem, in the order of names."""
        folder = self.root / name
        if not folder.is_dir() or folder.is_symlink():
            return []
        paths = sorted(p for p in folder.glob("*.yml") if p.name[0] != ".")
        return [(p.stem, read(p, self.where(f"{name}/{p.name}"), self.problems)) for p in paths]

    def file(self, name: str, *, required: bool = False) -> Node:
        path = self.root / name
        if os.path.lexists(path) or required:  # a folder or a link of that name is to be told
            return read(path, self.where(name), self.problems)
        return Node({}, f"{self.where(name)}:1")

    def disclosure(self, names: Names) -> Disclosure | None:
        """The gate's parameters; what is totalled by industry are variables that can be added."""
        node = self.file("disclosure.yml")
        found = build(Disclosure, node, "disclosure", self.problems)
        summable = [c for c, v in names.variables.items() if v.additive and v.kind != "code"]
        for code in found.industry_totals if found and not names.is_broken else ():
            if code not in summable:
                place = node.at(("industry_totals",)).where
                expected = with_nearest("an additive variable", code, summable)
                problem = Problem(place, "disclosure.industry_totals", repr(code), expected)
                self.problems.append(problem)
        return found

    def names(self, units: Units) -> Names:
        """Variables, factors and accounts, with the contradictions between them."""
        variables = self.file("variables.yml", required=True)
        other = self.file("accounts.yml")
        is_typo = not self._check_keys(other, ("factors", "accounts"))
        names = Names(self.problems, is_broken=variables.is_broken or other.is_broken or is_typo)
        for code, node in variables.entries().items():
            names.add_variable(code, _ranged(node, self.problems), units)
        for code, node in self._section(other, "factors").items():
            names.add_factor(code, node, units)
        for code, node in self._section(other, "accounts").items():
            names.add_account(code, node, units)
        return names

    def checks(
        self, names: Names, accounts: Mapping[str, Account], units: Units
    ) -> tuple[tuple[CheckRule, ...], tuple[IndustryRange, ...], BuiltInChecks]:
        node = self.file("checks.yml")
        self._check_keys(node, ("rules", "ranges", "built_in"))
        settings = node.get("built_in") or Node({}, node.where)
        built_in = build(BuiltInChecks, settings, "built_in", self.problems)
        if built_in is not None:
            self._check_built_in(built_in, settings)
        given = names, accounts, units, self.problems
        rules = resolve_rules(self._section(node, "rules"), *given)
        ranges = resolve_ranges(self._section(node, "ranges"), *given)
        return rules, ranges, built_in or BuiltInChecks()

    def _check_built_in(self, built_in: BuiltInChecks, node: Node) -> None:
        """Each pair of limits runs from the lower to the higher."""
        pairs = {f"unit_slip[{i}]": pair for i, pair in enumerate(built_in.unit_slip)}
        pairs["year_on_year_low"] = (built_in.year_on_year_low, built_in.year_on_year_high)
        for key, (low, high) in pairs.items():
            if low >= high:
                place = node.at((key.partition("[")[0],)).where
                found = f"{low:g} to {high:g}"
                self.problems.append(Problem(place, f"built_in.{key}", found, "low below high"))

    def _section(self, node: Node, key: str) -> dict[str, Node]:
        """The entries below a key."""
        section = node.get(key)
        return {} if section is None else section.entries()

    def _check_keys(self, node: Node, known: tuple[str, ...]) -> bool:
        """Whether a file's top keys are known and hold mappings; each other one is a Problem."""
        before = len(self.problems)
        for key, entry in node.entries().items():
            if key not in known:
                expected = with_nearest(f"one of {', '.join(known)}", key, known)
                self.problems.append(Problem(entry.where, key, "unknown key", expected))
            elif not isinstance(entry.value, dict | None):
                self.problems.append(Problem(entry.where, key, entry.kind, "keys with values"))
        return len(self.problems) == before


def _ranged(node: Node, problems: list[Problem]) -> Node:
    """``range: {district: [low, high]}`` written out as ``low`` and ``high``."""
    given = node.get("range")
    if given is None:
        return node
    ends: dict[str, dict[str, Node]] = {"low": {}, "high": {}}
    for entity_type, pair in given.entries().items():
        if isinstance(pair.value, list) and len(pair.value) == 2:
            for end, value in zip(ends, pair.value, strict=True):
                if value.value is not None:
                    ends[end][entity_type] = value
        else:
            problems.append(Problem(pair.where, f"range.{entity_type}", pair.kind, "[low, high]"))
    if not isinstance(given.value, dict) and given.value is not None:
        problems.append(Problem(given.where, "range", given.kind, "{entity_type: [low, high]}"))
    entries = dict(node.without("range").entries())
    for end, values in ends.items():
        if values:
            entries[end] = Node({**entries.get(end, Node({}, "")).entries(), **values}, given.where)
    return Node(entries, node.where)
