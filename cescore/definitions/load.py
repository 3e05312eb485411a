"""Reading params/: all files into frozen objects, or one error that names every contradiction."""

from __future__ import annotations

from pathlib import Path

from cescore.definitions.check_rules import RuleTerms, load_checks
from cescore.definitions.databases import load_databases
from cescore.definitions.definitions import Definitions
from cescore.definitions.entries.reading import Reading
from cescore.definitions.folder import ParamsFolder
from cescore.definitions.formulas.units import Units
from cescore.definitions.frameworks.completed import resolved_framework
from cescore.definitions.frameworks.contradictions import check_kinds
from cescore.definitions.frameworks.ends import EndsSources, load_ends
from cescore.definitions.frameworks.ends_taken import check_ends, check_mixes
from cescore.definitions.frameworks.former_codes import check_former_codes
from cescore.definitions.frameworks.history import load_history
from cescore.definitions.frameworks.layout import Draft, Drafts, draft_frameworks
from cescore.definitions.frameworks.names import Names
from cescore.definitions.frameworks.resolving import resolve_accounts, resolve_estimates
from cescore.definitions.frameworks.respondent_methods import check_respondent_methods
from cescore.definitions.model import (
    Disclosure,
    Plan,
    Run,
)
from cescore.definitions.page import load_page
from cescore.definitions.plans.bonus import resolve_bonus
from cescore.definitions.plans.movable import load_movable
from cescore.definitions.plans.plan_files import load_plans
from cescore.definitions.plans.plan_targets import plan_of_run
from cescore.definitions.plans.standards import load_standards
from cescore.definitions.references import load_references, published_values
from cescore.definitions.runs import in_its_plan, load_run
from cescore.definitions.spelling import with_nearest
from cescore.definitions.vintages import check_vintages
from cescore.errors import ParamsError, Sentence


def load_definitions(params_dir: Path, year: int | None = None) -> Definitions:
    """Everything params/ say for a year; without one, for the newest year in params/runs.

    A year without a file of its own takes the settings of the nearest year in params/runs (as a
    draft, or a sample where that is one); without params/runs it has no plan.

    Raises
    ------
    ParamsError
        Everything that is wrong in any file: place, key, what was found, what was expected.
    """
    params = ParamsFolder(Path(params_dir))
    params.name_strays()
    own_units = params.own_units()
    units = own_units.units
    run = load_run(params.files("runs"), year, params.place("runs"))
    databases = load_databases(params.files("runs"), run.year) if run is not None else ()
    names = _names(params, units)
    chosen = run.frameworks if run is not None else {}
    published = published_values(params.file("references.yml"))
    tables = None if names.is_broken else names.accounts
    ends = load_ends(params.file("goalposts.yml"), EndsSources(published, tables))
    read = draft_frameworks(params.files("frameworks"), params.place("frameworks"), chosen, ends)
    drafts, every = read.official, read.every()
    check_kinds(every)
    check_former_codes(names, every)
    check_ends(ends, every, names)
    check_vintages(
        names,
        ({c: (e, d.indicator_places[c]) for c, e in d.expressions.items()} for d in every.values()),
    )
    accounts = resolve_accounts(names)
    resolve_estimates(names)
    frameworks = {
        kind: resolved_framework(draft, names, accounts, run) for kind, draft in drafts.items()
    }
    beside = _beside(read, run, params.place("runs"))
    waiting = [d for of_type in read.others.values() for d in of_type.values()]
    others = {d.id: resolved_framework(d, names, accounts, run) for d in waiting}
    checks = params.file("checks.yml")
    _check_keys(checks, ("rules", "ranges", "built_in"))
    checked = load_checks(checks, names, accounts)
    plans = load_plans(params.files("plans"))
    if run is not None:
        has_file = (params.root / f"runs/{run.year}.yml").exists()
        run = in_its_plan(run, {i: read.plan for i, read in plans.items()}, has_file=has_file)
    is_flash = run is not None and run.kind == "flash"  # fewer indicators: held against no plan
    plan = None if is_flash else plan_of_run(plans, run, drafts, units, params.place("runs"))
    if plan is not None:
        plan = resolve_bonus(plan, plans[plan.id].at, RuleTerms.of(names, accounts))
    rules = params.file("disclosure.yml")
    disclosure = _disclosure(rules, names)
    check_mixes(ends, every, names, disclosure)
    if disclosure is not None:
        check_respondent_methods(drafts, frameworks, disclosure, rules)
        for draft in beside:
            only = {draft.entity_type: draft}, {draft.entity_type: others[draft.id]}
            check_respondent_methods(*only, disclosure, rules)
    standards = {} if is_flash else load_standards(params.files("standards"), drafts)
    page = load_page(params.file("page.yml"), names)
    movable = load_movable(params.file("movable.yml"), drafts)
    history = load_history(params.files("history"))
    references = load_references(params.file("references.yml"), every)
    if params.problems or run is None:
        raise ParamsError(
            Sentence("{name}/ contradicts itself", name=params.root.name), params.problems
        )
    return Definitions(
        own_units=own_units,
        variables=names.variables,
        accounts=accounts,
        factors=names.factors,
        frameworks={kind: f for kind, f in frameworks.items() if f is not None},
        beside=tuple(f for d in beside if (f := others[d.id]) is not None),
        checks=checked.rules,
        built_in=checked.built_in,
        plan=plan,
        run=run,
        disclosure=disclosure or Disclosure(),
        standards=standards,
        ranges=checked.ranges,
        page=page,
        movable=movable,
        history=history,
        plans={i: read.plan for i, read in plans.items() if read.plan is not None},
        databases=databases,
        references=references,
        ends=ends.table,
    )


def _beside(read: Drafts, run: Run | None, at: Reading) -> list[Draft]:
    """The frameworks that the run shows beside the official ones, in its order."""
    found: list[Draft] = []
    for entity_type, codes in run.beside.items() if run is not None else ():
        known = read.others.get(entity_type, {})
        for code in codes:
            here = at.of(at.node, f"runs: beside.{entity_type}")
            if here.known(
                code, known, Sentence("another framework of {entity_type}", entity_type=entity_type)
            ):
                found.append(known[code])
    return found


def load_plan(params_dir: Path, plan_id: str = "") -> Plan:
    """A plan by its id, else that of the newest run; only plans/ and runs/ are read.

    Raises
    ------
    ParamsError
        There is no such plan, the newest run names none, or one of these files is not sound.
    """
    params = ParamsFolder(Path(params_dir))
    plans = load_plans(params.files("plans"))
    if not plan_id and not params.problems:
        run = load_run(params.files("runs"), None, params.place("runs"))
        plan_id = run.plan if run else ""
    if not params.problems and plan_id not in plans:
        expected = with_nearest("the name of a file in plans/", plan_id, plans)
        found = repr(plan_id) if plan_id else "none: the newest run names no plan"
        folder = params.place("plans")
        folder.of(folder.node, "plan").refuse(found, expected)
    read = plans.get(plan_id)
    if params.problems or read is None or read.plan is None:
        raise ParamsError(
            Sentence("{name}/ has no such plan", name=params.root.name), params.problems
        )
    return read.plan


def _names(params: ParamsFolder, units: Units) -> Names:
    """Variables, factors and accounts, with the contradictions between them."""
    variables = params.file("variables.yml", required=True)
    other = params.file("accounts.yml")
    is_typo = not _check_keys(other, ("factors", "accounts"))
    is_broken = variables.node.is_broken or other.node.is_broken or is_typo
    is_broken = is_broken or params.file("norms.yml").node.is_broken
    names = Names(units, is_broken=is_broken)
    for code, node in variables.node.entries().items():
        names.add_variable(code, variables.of(node, f"variables.{code}"))
    for section, add in (("factors", names.add_factor), ("accounts", names.add_account)):
        entries = other.node.get(section)
        for code in entries.entries() if entries is not None else ():
            add(code, other.at(section, code))
    tables = params.file("norms.yml")
    for code, node in tables.node.entries().items():
        names.add_table(code, tables.of(node, f"norms.{code}"))
    return names


def _disclosure(at: Reading, names: Names) -> Disclosure | None:
    """The gate's parameters; what is totalled by industry are variables that can be added."""
    at = at.of(at.node, "disclosure")
    disclosure = at.build(Disclosure)
    summable = [c for c, v in names.variables.items() if v.additive and v.kind != "code"]
    for code in disclosure.industry_totals if disclosure and not names.is_broken else ():
        at.at("industry_totals").known(code, summable, "an additive variable")
    return disclosure


def _check_keys(at: Reading, known: tuple[str, ...]) -> bool:
    """Whether a file's top keys are known and hold mappings; each other one is a Problem."""
    before = len(at.problems)
    for key, entry in at.node.entries().items():
        if key not in known:
            expected = with_nearest(
                Sentence("one of {listed}", listed=", ".join(known)), key, known
            )
            at.refuse("unknown key", expected, key)
        elif not isinstance(entry.value, dict | None):
            at.refuse(entry.kind, "keys with values", key)
    return len(at.problems) == before
