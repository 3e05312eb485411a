"""Checks beyond one row: the rules of checks.yml, and comparisons over years, ranges and bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypedDict

import numpy as np

from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import (
    BuiltInChecks,
    CheckRule,
    Framework,
    IndustryRange,
    Variable,
)
from cescore.intake.checks.changes import (
    check_changes,
    comparisons,
    too_few_to_compare,
    value_finding,
)
from cescore.intake.checks.peers import check_peers
from cescore.intake.checks.repeats import Repeats
from cescore.intake.findings import Finding
from cescore.intake.observations.across import Others
from cescore.intake.observations.panel import Cube, PanelLayout, Sources, SumCheck
from cescore.intake.register.entities import Register
from cescore.intake.wording import Phrase, Value, formula, phrase, unit
from cescore.intake.wording import code as named_code
from cescore.method.column import Panel, State
from cescore.method.index.energy import mixed_bases
from cescore.method.index.formulas import evaluate, holds
from cescore.method.shelf import put_down
from cescore.method.thresholds import at_least, at_most, meets


class _Given(TypedDict):
    base_year: int
    factors: Mapping[str, float]


@dataclass(frozen=True)
class Checked:
    """What checks need to know beside the data."""

    variables: Mapping[str, Variable]
    rules: Sequence[CheckRule]
    built_in: BuiltInChecks
    frameworks: Mapping[str, Framework]
    factors: Mapping[str, float]  # constants that rules may name
    base_year: int
    register: Register = field(default_factory=Register)
    ranges: Sequence[IndustryRange] = ()


def check(layout: PanelLayout, checked: Checked) -> tuple[Finding, ...]:
    """All findings about the panels, in no particular order."""
    found: list[Finding] = []
    others = Others(layout.panels, checked.register, checked.base_year, checked.factors)
    for entity_type in layout.panels:
        found.extend(_check_rules(entity_type, others, layout.sources, checked))
        found.extend(_check_industries(entity_type, layout, checked))
        found.extend(_check_series(entity_type, layout, checked))
    for cube in layout.cubes.values():
        found.extend(_check_years(cube, checked))
        found.extend(_check_ranges(cube, checked))
        found.extend(_check_required(cube, checked))
        put_down()
    found.extend(_check_sums(layout.sum_checks, checked.built_in.sum_tolerance))
    return (*_placed(found, layout.sources), *_check_sums_of_bases(layout, checked))


def _placed(found: Sequence[Finding], sources: Sources) -> tuple[Finding, ...]:
    """The findings with file and place of the value each is about, all looked up together."""
    cells = [(finding.entity_id, finding.variable, finding.year or 0) for finding in found]
    places = sources.addresses(cells)
    return tuple(replace(f, at=at) for f, at in zip(found, places, strict=True))


def _check_rules(
    entity_type: str, others: Others, sources: Sources, checked: Checked
) -> Iterator[Finding]:
    """Rules in the language of formulas, on returned values, the type's accounts and other entities."""
    rules = [rule for rule in checked.rules if rule.is_for(entity_type)]
    given: _Given = {"base_year": checked.base_year, "factors": checked.factors}
    for rule in rules:
        text, panel, looked = others.written_in(rule.executable or rule.rule, entity_type)
        true, known = holds(text, panel, **given)
        broken = known & ~true
        for i, j in np.argwhere(broken).tolist():
            seen = [others.told(one, entity_type, (i, j), sources) for one in looked]
            yield _broken(rule, panel, (i, j), seen, sources)
        put_down()


def _broken(
    rule: CheckRule, panel: Panel, at: tuple[int, int], seen: Sequence[Phrase], sources: Sources
) -> Finding:
    """The finding of a broken rule: own figures with the first one's place, then those of others."""
    (i, j), codes = at, parse(rule.executable or rule.rule, conditions=True).own_names
    entity_id, year = panel.entities[i], panel.years[j]
    known = [code for code in codes if code in panel.columns]
    first = next((code for code in known if sources.has(entity_id, code, year)), "")
    figures = (*_figures(known, panel, at), *seen)
    return Finding(
        "error" if rule.severity == "hard" else "warning",
        rule.id,
        entity_id=entity_id,
        year=year,
        variable=first,
        values=(("figures", figures), ("rule", formula(rule.rule))),
        note=rule.name("zh"),
        kind="rule",
    )


def _figures(codes: Iterable[str], panel: Panel, at: tuple[int, int]) -> tuple[Phrase, ...]:
    """Figures of an entity and year, each with its code."""
    values = {code: float(panel.columns[code].values[at]) for code in codes}
    return tuple(
        phrase("figure_without", code=named_code(code))
        if np.isnan(value)
        else phrase("figure", code=named_code(code), value=value)
        for code, value in values.items()
    )


def _check_industries(entity_type: str, layout: PanelLayout, checked: Checked) -> Iterator[Finding]:
    """Formulas outside the usual range of the entity's industry (W4)."""
    panel = layout.panels[entity_type]
    given: _Given = {"base_year": checked.base_year, "factors": checked.factors}
    for one in checked.ranges:
        if one.entity_types and entity_type not in one.entity_types:
            continue
        column = evaluate(one.executable, panel, factor=one.factor, **given)
        ends = [one.of(industry) or (-np.inf, np.inf) for industry in panel.attributes["industry"]]
        low, high = np.array(ends, float).reshape(-1, 2).T[:, :, None]
        with np.errstate(invalid="ignore"):
            outside = column.is_present & ~(
                at_least(column.values, low) & at_most(column.values, high)
            )
        for i, j in np.argwhere(outside).tolist():
            yield _out_of_range(one, panel, (i, j), float(column.values[i, j]), layout.sources)


def _out_of_range(
    one: IndustryRange, panel: Panel, at: tuple[int, int], value: float, sources: Sources
) -> Finding:
    (i, j), industry = at, panel.attributes["industry"][at[0]]
    entity_id, year = panel.entities[i], panel.years[j]
    low, high = one.of(industry) or (value, value)
    known = [code for code in parse(one.executable).names if code in panel.columns]
    first = next((code for code in known if sources.has(entity_id, code, year)), "")
    values: dict[str, Value] = {
        "value": value,
        "unit": unit(one.unit),
        "figures": _figures(known, panel, at),
        "low": low,
        "high": high,
        "industry": industry,
    }
    return Finding(
        "warning",
        one.code,
        entity_id=entity_id,
        year=year,
        variable=first,
        values=tuple(values.items()),
        note=one.name("zh"),
        kind="industry_range" if industry else "formula_range",
    )


def _check_series(entity_type: str, layout: PanelLayout, checked: Checked) -> Iterator[Finding]:
    """Codes that must not change within a series and did: years on different bases do not compare."""
    panel = layout.panels[entity_type]
    for code in panel.codes:
        if not checked.variables[code].one_in_series:
            continue
        for entity_id, bases in mixed_bases(panel, code).items():
            years = sorted(bases)
            turns = [b for a, b in pairwise(years) if bases[a] != bases[b]]
            yield Finding(
                "warning",
                "mixed_bases",
                entity_id=entity_id,
                year=turns[-1],
                variable=code,
                values=(("bases", tuple(f"{year} {bases[year]}" for year in years)),),
            )


def _check_sums_of_bases(layout: PanelLayout, checked: Checked) -> Iterator[Finding]:
    """Sums over bodies that stand on different bases: one of them would have to be converted."""
    kept = [code for code, v in checked.variables.items() if v.one_in_series]
    for whole, parts in layout.summed.items() if kept else ():
        for panel in layout.panels.values():
            rows = [panel.row(part) for part in parts if part in panel.row_of]
            for code in (code for code in kept if code in panel.codes and rows):
                words = {panel.entities[i]: str(panel.codes[code][i, -1]) for i in rows}
                stated = {entity_id: word for entity_id, word in words.items() if word}
                if len(set(stated.values())) > 1:
                    yield Finding(
                        "warning",
                        "mixed_bases",
                        entity_id=whole,
                        year=panel.years[-1],
                        variable=code,
                        values=(("bases", tuple(f"{e} {w}" for e, w in stated.items())),),
                        kind="mixed_bases_in_sum",
                    )


def _check_years(cube: Cube, checked: Checked) -> Iterator[Finding]:
    """Values against the year before, against peers, and returns that repeat others."""
    rules = checked.built_in
    if not cube.entities:
        return
    size_code = rules.peers.size.get(cube.entities[0].entity_type, "")
    size = cube.values[cube.code_at[size_code]] if size_code in cube.code_at else None
    repeats = Repeats(cube, rules)
    for part in comparisons(cube, _variables(cube, checked), rules):
        yield from check_changes(part)
        if size is not None:
            yield from check_peers(part, size)
        repeats.add(part)
    yield from repeats.findings()
    yield from too_few_to_compare(cube, rules)


def _check_ranges(cube: Cube, checked: Checked) -> Iterator[Finding]:
    """Values outside the usual range of the entity type."""
    if not checked.built_in.range_checked or not cube.entities:
        return
    entity_type = cube.entities[0].entity_type
    for v, variable in enumerate(_variables(cube, checked)):
        low = variable.low.get(entity_type, -np.inf)
        high = variable.high.get(entity_type, np.inf)
        if not np.isfinite([low, high]).any():
            continue
        present = (cube.state[v] == State.PRESENT) & cube.has_row[v]
        outside = present & ~(at_least(cube.values[v], low) & at_most(cube.values[v], high))
        usual: dict[str, Value] = {
            "low": float(low),
            "high": float(high),
            "unit": unit(variable.unit),
        }
        for e, y in np.argwhere(outside).tolist():
            value = float(cube.values[v, e, y])
            yield value_finding("usual_range", cube, (v, e, y), value=value, **usual)


def _check_required(cube: Cube, checked: Checked) -> Iterator[Finding]:
    """Required variables without a row, of entities that filed for the year."""
    filed = cube.has_row.any(axis=0)
    for v, variable in enumerate(_variables(cube, checked)):
        if not variable.required:
            continue
        absent = filed & ~cube.has_row[v] & (cube.state[v] == State.MISSING)
        for e, y in np.argwhere(absent).tolist():
            if cube.entities[e].is_valid_in(cube.years[y]):
                yield Finding(
                    "warning",
                    "required_absent",
                    entity_id=cube.entities[e].entity_id,
                    year=cube.years[y],
                    variable=variable.code,
                )


def _check_sums(sums: Sequence[SumCheck], tolerance: float) -> Iterator[Finding]:
    """A body's own figure against the sum of the bodies in it (W5): told, not forced."""
    for pair in sums:
        difference = pair.own - pair.total
        if meets(abs(difference), "<=", tolerance * max(abs(pair.own), abs(pair.total))):
            continue
        values: dict[str, Value] = {
            "own": pair.own,
            "total": pair.total,
            "difference": difference,
            "tolerance": tolerance,
            "parts": pair.parts,
        }
        if pair.total:
            values["share"] = difference / pair.total
        yield Finding(
            "warning",
            "sum_of_bodies",
            entity_id=pair.entity_id,
            year=pair.year,
            variable=pair.variable,
            values=tuple(values.items()),
            kind="sum_of_bodies" if pair.total else "sum_of_bodies_zero",
        )


def _variables(cube: Cube, checked: Checked) -> list[Variable]:
    return [checked.variables[code] for code in cube.codes]
