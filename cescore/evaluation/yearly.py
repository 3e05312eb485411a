"""One year evaluated whole: every type's index, and every entity's targets, measures and grade."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Plan, Standard
from cescore.evaluation.inspected import InspectedMeasures
from cescore.evaluation.per_entity import PerEntity
from cescore.intake.findings import Finding
from cescore.intake.notation import number
from cescore.intake.records.inspections import as_texts
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import Workspace
from cescore.method.column import Panel
from cescore.method.grading.assessment import COMPARABLE, Assessment, Basis, Evidence, assess
from cescore.method.grading.bonus import BonusLine, bonus_lines
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.standards import Compliance, standard_compliance
from cescore.method.grading.targets import TargetLine, assess_targets
from cescore.method.grading.veto_signs import veto_signs
from cescore.method.grading.yardsticks import INSPECTED
from cescore.method.index.evaluation import TypeEvaluation, computed_beside, evaluate
from cescore.method.index.from_sample import scores_from_sample
from cescore.method.index.result_rows import ResultPart, ResultRecords, Row, as_frame

if TYPE_CHECKING:
    import pandas as pd

    from cescore.method.uncertainty.firmness import Band
    from cescore.method.uncertainty.robustness import Robustness
    from cescore.method.uncertainty.sequences import Pieces

ROWS_AT_ONCE = 200_000  # of results made entity by entity
MOST_ALIKE = 256  # measures of which rows are kept, to be asked for again by another entity


@dataclass(frozen=True, eq=False)
class YearlyEvaluation:
    """The evaluation of a workspace's year; its entities are those that get a report.

    ``evaluations`` hold, by entity type, the entities of the year that are not blocked, with their
    history; ``targets``, ``measures``, ``assessments`` hold the year evaluated, by entity; where
    there is no plan they are empty. ``vetoes`` maps an entity to its veto records of the year.
    ``pieces``: where draws are kept from command to command, for those that name no other place.
    """

    workspace: Workspace
    evaluations: Mapping[str, TypeEvaluation]
    targets: Mapping[str, tuple[TargetLine, ...]]
    measures: Mapping[str, tuple[MeasureLine, ...]]
    assessments: Mapping[str, Assessment]
    vetoes: Mapping[str, Mapping[str, Mapping[str, str]]]
    pieces: Pieces | None = None

    @property
    def year(self) -> int:
        return self.workspace.year

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities that get a report: of the year, and not blocked."""
        return tuple(
            e for e in self.workspace.entities() if e.entity_id not in self.workspace.blocked
        )

    def evaluation_of(self, entity_id: str) -> TypeEvaluation:
        """The evaluation that an entity is part of."""
        return self.evaluations[self.workspace.register[entity_id].entity_type]

    @cached_property
    def findings_about(self) -> Mapping[str, tuple[Finding, ...]]:
        """The findings of the data checks by the entity that they are about; "" of nobody."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.workspace.findings:
            found[finding.entity_id].append(finding)
        return {entity_id: tuple(every) for entity_id, every in found.items()}

    @cached_property
    def compliance(self) -> Mapping[str, tuple[tuple[Standard, Compliance], ...]]:
        """The published standards each entity is judged by, with what was found, this year."""
        found: dict[str, list[tuple[Standard, Compliance]]] = defaultdict(list)
        for standard in self.workspace.definitions.standards.values():
            evaluation = self.evaluations.get(standard.entity_type)
            if evaluation is not None:
                judged = standard_compliance(
                    standard, evaluation.indicators, evaluation.framework, year=self.year
                )
                for entity_id, one in judged.items():
                    if one.is_judged:
                        found[entity_id].append((standard, one))
        return {entity_id: tuple(pairs) for entity_id, pairs in found.items()}

    @cached_property
    def beside(self) -> Mapping[str, tuple[TypeEvaluation, ...]]:
        """Each type under the further frameworks that the run names: never graded, nobody ranked."""
        found: dict[str, list[TypeEvaluation]] = defaultdict(list)
        for framework in self.workspace.definitions.beside:
            graded = self.evaluations.get(framework.entity_type)
            if graded is not None:
                evaluation = evaluate(
                    graded.panel,
                    framework,
                    base_year=graded.base_year,
                    run_year=graded.run_year,
                    computed=computed_beside(graded, framework),
                )
                found[framework.entity_type].append(evaluation)
        return {entity_type: tuple(every) for entity_type, every in found.items()}

    def is_large(self, entity_type: str) -> bool:
        """Whether a type has more entities than ``large_above`` of the run: no bands are worked out."""
        evaluation, most = self.evaluations.get(entity_type), self.workspace.definitions.run
        return evaluation is not None and len(evaluation.panel.entities) > most.large_above

    def bands(
        self, entity_type: str, ranked: Collection[str], pieces: Pieces | None = None
    ) -> Mapping[str, Band]:
        """How firm each index of a type is; see `cescore.method.uncertainty.bands`. SciPy is loaded where draws are made.

        None of a large type. ``pieces``: where draws are kept from run to run.
        """
        from cescore.method.uncertainty.bands import score_bands, with_ranks

        if self.is_large(entity_type):
            return {}
        evaluation, pieces = self.evaluations[entity_type], pieces or self.pieces
        if entity_type not in self._score_bands:
            self._score_bands[entity_type] = score_bands(evaluation, pieces)
        return with_ranks(evaluation, self._score_bands[entity_type], ranked, pieces)

    @cached_property
    def _score_bands(self) -> dict[str, Mapping[str, Band]]:
        """By entity type, of those that were asked for: 512 draws of each serve table and reports."""
        return {}

    def rank_bands(
        self, entity_type: str, among: Collection[str], year: int
    ) -> Mapping[str, tuple[int, int]]:
        """How firm the ranks of some entities are in a year; none of a large type."""
        from cescore.method.uncertainty.bands import rank_bands

        if self.is_large(entity_type):
            return {}
        return rank_bands(self.evaluations[entity_type], among, year, self.pieces)

    @cached_property
    def unranked(self) -> frozenset[str]:
        """Bodies that are part of another of their type, this year: shown beside it, never ranked."""
        register = self.workspace.register
        return frozenset(e.entity_id for e in register if register.whole_of(e.entity_id))

    @property
    def robustness(self) -> Mapping[str, Robustness]:
        """What each type's ranking depends on, of the types that have one."""
        found = {entity_type: self.robustness_of(entity_type) for entity_type in self.evaluations}
        return {t: one for t, one in found.items() if one is not None}

    def robustness_of(self, entity_type: str, pieces: Pieces | None = None) -> Robustness | None:
        """What a type's ranking depends on; SciPy and SALib are loaded where draws are made."""
        from cescore.method.uncertainty.robustness import robustness

        if entity_type not in self._robustness:
            evaluation, pieces = self.evaluations[entity_type], pieces or self.pieces
            self._robustness[entity_type] = robustness(evaluation, self.unranked, pieces)
        return self._robustness[entity_type]

    @cached_property
    def _robustness(self) -> dict[str, Robustness | None]:
        """By entity type, of those that were asked for."""
        return {}

    def uncertainty(self, pieces: Pieces | None = None) -> pd.DataFrame:
        """The rows of uncertainty.csv: bands of every entity, robustness of every type.

        A large type has a row instead that says that its bands are left out. ``pieces``: where draws
        are kept from run to run.
        """
        from cescore.method.uncertainty.robustness import ranked_in_bands, uncertainty_table

        banded = {
            t: self.bands(t, ranked_in_bands(self.evaluations[t], self.unranked), pieces)
            for t in self.evaluations
            if self.robustness_of(t, pieces) is not None and not self.is_large(t)
        }
        return uncertainty_table(self.evaluations, self.robustness, banded)

    def results(self) -> pd.DataFrame:
        """The rows of results.csv: every entity of the year, full precision.

        Years in which an entity did not exist have no rows. An entity that filed nothing has its
        index with status not_filed; a blocked one has that row alone, with status blocked.
        """
        return as_frame(list(self.results_in_parts()))

    def results_in_parts(self) -> Iterator[ResultPart]:
        """The same rows in the same order, some at a time: half a million entities have 500 million."""
        definitions = self.workspace.definitions
        quantities = (definitions.accounts, definitions.variables)  # accounts summed over bodies
        units = {code: q.unit for every in quantities for code, q in every.items()}
        for evaluation in self.evaluations.values():
            exists = self._exists(evaluation.panel)
            silent = [not self.workspace.filed(e) for e in evaluation.panel.entities]
            yield from evaluation.results_in_parts(
                units=units, where=exists, silent=np.array(silent, bool)
            )
        rows = chain(
            self._target_rows(),
            self._measure_rows(),
            self._assessment_rows(),
            self._standard_rows(),
        )
        yield from _in_records(rows)
        for evaluation in chain.from_iterable(self.beside.values()):
            yield from evaluation.beside_in_parts()
        yield from _in_records(self._blocked())

    def _exists(self, panel: Panel) -> NDArray[np.bool_]:
        """Where an entity belongs to the register, by year."""
        entities = [self.workspace.register[e] for e in panel.entities]
        first = np.array([e.valid_from or 0 for e in entities], np.int64)[:, None]
        last = np.array([e.valid_to or 9999 for e in entities], np.int64)[:, None]
        years = np.array(panel.years, np.int64)
        exists = (years >= first) & (years <= last)
        for row in (row for row, entity in enumerate(entities) if entity.absent):
            exists[row] &= [entities[row].is_valid_in(year) for year in panel.years]
        return exists

    def _whose(self, entity_id: str) -> Whose:
        """What all rows of an entity begin with."""
        return self.workspace.register[entity_id].entity_type, entity_id, self.year

    def _target_rows(self) -> Iterator[Row]:
        for entity_id, lines in self.targets.items():
            whose = self._whose(entity_id)
            for line in lines:
                status = line.light or "not_computable"
                yield whose + _what("target", line.id, line.actual, line.unit, status)

    def _measure_rows(self) -> Iterator[Row]:
        """Rows of each check, see `_of_checks`; those that nobody inspected are worked out once."""
        known: dict[int, tuple[tuple[MeasureLine, ...], list[What]]] = {}
        for entity_id, lines in self.measures.items():
            if id(lines) not in known or known[id(lines)][0] is not lines:
                if len(known) == MOST_ALIKE:
                    known.clear()
                known[id(lines)] = lines, list(_of_checks(lines))
            whose = self._whose(entity_id)
            yield from (whose + what for what in known[id(lines)][1])

    def _assessment_rows(self) -> Iterator[Row]:
        """The total with its grade, or with the reason why there is none, and its parts."""
        for entity_id, found in self.assessments.items():
            whose = self._whose(entity_id)
            grade = found.grade("zh")
            status = (
                grade + ("+provisional" if found.provisional else "") if grade else found.reason
            )
            yield whose + _what("assessment", "total", found.total, "0-100", status)
            if found.comparable_weights:
                value, state = found.comparable, "reported"
                state = state if value is not None else "not_computable"
                yield whose + _what("assessment", COMPARABLE, value, "0-100", state)
            for part, value in found.parts.items():
                state = "reported" if value is not None else "not_computable"
                yield whose + _what("assessment", part, value, "0-100", state)
            if found.bonus is not None:
                yield whose + _what("assessment", "bonus", found.bonus, "points", "reported")
            for line in found.bonus_lines:
                kind, unit, most = "bonus", "points", line.points
                if found.bonus is None:
                    kind, unit, most = "distinction", "bool", 1.0
                value = {"earned": most, "not_earned": 0.0}.get(line.status)
                code = f"{kind}.{line.id}"
                yield whose + _what("assessment", code, value, unit, line.status)

    def _standard_rows(self) -> Iterator[Row]:
        """The verdict under each published standard, then each of its lines and groups to choose from.

        Codes: the standard, standard.line, standard.group; the value of a group is how many of its
        lines are met. A line that is met or not on a threshold that is not confirmed is marked
        ``+unconfirmed``: it does not decide.
        """
        for entity_id, pairs in self.compliance.items():
            whose = self._whose(entity_id)
            for standard, found in pairs:
                verdict = "+".join([found.verdict, *found.reasons])
                yield whose + _what("standard", standard.id, None, "", verdict)
                for line in found.lines:
                    open_ = "" if line.decides or line.value is None else "+unconfirmed"
                    code, status = f"{standard.id}.{line.id}", line.status + open_
                    yield whose + _what("standard", code, line.value, line.unit, status)
                for group in found.groups:
                    open_ = (
                        ""
                        if group.decides or group.status not in ("met", "not_met")
                        else "+unconfirmed"
                    )
                    code, status = f"{standard.id}.{group.code}", group.status + open_
                    yield whose + _what("standard", code, group.met, "count", status)

    def _blocked(self) -> Iterator[Row]:
        for entity in self.workspace.entities():
            if entity.entity_id in self.workspace.blocked:
                framework = self.workspace.definitions.frameworks[entity.entity_type]
                scale = f"{framework.scale.floor:g}-{framework.scale.top:g}"
                code = framework.index.code
                whose = self._whose(entity.entity_id)
                yield whose + _what("index", code, None, scale, "blocked")


Whose = tuple[str, str, int]  # entity type, entity, year: what a row of results begins with
What = tuple[str, str, float, str, str]  # kind, code, value, unit, status: what it ends with


def _in_records(rows: Iterable[Row]) -> Iterator[ResultRecords]:
    """Rows that follow each other, by type, as many at once as are made together."""
    for entity_type, of_type in groupby(rows, lambda row: str(row[0])):
        while some := list(islice(of_type, ROWS_AT_ONCE)):
            yield ResultRecords(entity_type, some)


def _what(kind: str, code: str, value: float | None, unit: str, status: str) -> What:
    return kind, code, math.nan if value is None else value, unit, status


def _of_checks(lines: Iterable[MeasureLine]) -> Iterator[What]:
    """Of each check its amount where it is a number, with its status, and its credit.

    An inspected check that is not scored has no credit, and the reason for it as its status.
    """
    for found in (found for line in lines for found in line.checks):
        amount = number(found["value"]).number
        yield _what("measure", found["id"], amount, "", found["status"])
        if found["status"] in INSPECTED:
            status = found["unscored"] or found["evidence"]
            yield _what("measure_credit", found["id"], found["credit"], "ratio", status)


def evaluate_workspace(
    workspace: Workspace,
    taught_by: Mapping[str, TypeEvaluation] | None = None,
    inspected: Mapping[str, tuple[MeasureLine, ...]] | None = None,
    pieces: Pieces | None = None,
) -> YearlyEvaluation:
    """Evaluate every entity of a workspace's year that is not blocked.

    An entity that did not file is evaluated like any other: nothing is known, so there is no index.
    ``taught_by``: evaluations by entity type whose constants and weights are taken, not learnt anew.
    ``inspected``: the measures of entities that are known already. ``pieces``: see `YearlyEvaluation`.
    """
    teachers, known = taught_by or {}, inspected or {}
    evaluations = {
        entity_type: evaluation
        for entity_type, framework in workspace.definitions.frameworks.items()
        if (evaluation := _evaluate_type(workspace, framework, teachers.get(entity_type)))
        is not None
    }
    plan = workspace.definitions.plan
    vetoes: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for record in workspace.vetoes:
        if record.year == workspace.year:
            vetoes[record.entity_id][record.veto_id] = as_texts(record)
    targets: Mapping[str, tuple[TargetLine, ...]] = {}
    measures: Mapping[str, tuple[MeasureLine, ...]] = {}
    assessments: Mapping[str, Assessment] = {}
    if plan is not None:
        whose = {e: found for found in evaluations.values() for e in found.panel.entities}
        targets = PerEntity(whose, lambda entity: entity_targets(plan, whose[entity], entity))
        inspected_measures, register = InspectedMeasures(plan, workspace), workspace.register
        measures = PerEntity(
            whose,
            lambda entity: (
                known.get(entity) or inspected_measures.in_year(register[entity], workspace.year)
            ),
        )
        bonus = {
            e: b for ev in evaluations.values() for e, b in _bonus(workspace, plan, ev).items()
        }
        assessments = PerEntity(
            whose,
            lambda entity: _assess(
                workspace,
                plan,
                whose[entity],
                entity,
                targets[entity],
                measures[entity],
                vetoes.get(entity, {}),
                bonus[entity],
            ),
        )
    return YearlyEvaluation(workspace, evaluations, targets, measures, assessments, vetoes, pieces)


def _evaluate_type(
    workspace: Workspace, framework: Framework, teacher: TypeEvaluation | None
) -> TypeEvaluation | None:
    """The evaluation of a type; None where the year has no entity of it that can be evaluated."""
    entity_type = framework.entity_type
    entities = [
        e.entity_id for e in workspace.entities(entity_type) if e.entity_id not in workspace.blocked
    ]
    if not entities:
        return None
    panel = workspace.panels[entity_type].only(entities)
    return evaluate(
        panel,
        framework if teacher is None else teacher.framework,
        base_year=workspace.base_year,
        run_year=workspace.year,
        fitted=None if teacher is None else teacher.fitted,
    )


def entity_targets(
    plan: Plan, evaluation: TypeEvaluation, entity_id: str
) -> tuple[TargetLine, ...]:
    """The target lines of one entity in the year evaluated."""
    return assess_targets(
        plan,
        evaluation.indicators,
        evaluation.framework,
        year=evaluation.run_year,
        base_year=plan.base_year,
        only=(entity_id,),
    )[entity_id]


def _bonus(
    workspace: Workspace, plan: Plan, evaluation: TypeEvaluation
) -> dict[str, tuple[BonusLine, ...]]:
    return bonus_lines(
        plan.assessment.bonus.get(evaluation.framework.entity_type),
        evaluation.panel,
        year=evaluation.run_year,
        base_year=evaluation.base_year,
        factors=workspace.definitions.factor_values,
    )


def _assess(
    workspace: Workspace,
    plan: Plan,
    evaluation: TypeEvaluation,
    entity_id: str,
    targets: tuple[TargetLine, ...],
    measures: tuple[MeasureLine, ...],
    vetoes: Mapping[str, Mapping[str, str]],
    bonus: tuple[BonusLine, ...],
) -> Assessment:
    """The entity's total and grade of the year, on what was filed and on which legal basis."""
    panel, framework = evaluation.panel, evaluation.framework
    i, j = panel.row(entity_id), panel.year_position(evaluation.run_year)
    value = float(evaluation.aggregation.index.values[i, j])
    basis = Basis(
        filed=workspace.filed(entity_id),
        is_for_statistics_alone=workspace.definitions.disclosure.is_for_statistics_alone(
            framework.entity_type, panel.attributes["basis"][i]
        ),
        coverage=float(evaluation.aggregation.coverage[i, j]),
        least_coverage=framework.missing.min_weight_covered,
        from_sample=scores_from_sample(evaluation, entity_id, evaluation.run_year),
    )
    return assess(
        plan,
        framework.entity_type,
        Evidence(
            index=None if np.isnan(value) else value,
            scale=framework.scale,
            targets=targets,
            measures=measures,
            vetoes=vetoes,
            basis=basis,
            signs=veto_signs(
                plan, evaluation.indicators, framework, entity_id, year=evaluation.run_year
            ),
            years=(evaluation.run_year, evaluation.run_year),
            is_last_year=evaluation.run_year >= plan.last_year,
            bonus=bonus,
        ),
    )
