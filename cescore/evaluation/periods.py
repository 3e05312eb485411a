"""A plan period evaluated whole: the years from the base year to the one looked back from.

Beside `cescore.evaluation.yearly`, which evaluates one year. All years are computed anew from the data as they
stand now, on one framework, so that they can be compared; a year's own report may have known less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from cescore.definitions.load import load_plan
from cescore.definitions.model import Plan
from cescore.errors import DataError, Sentence
from cescore.evaluation.inspected import InspectedMeasures
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.notation import number
from cescore.intake.records.inspections import as_texts
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import Workspace
from cescore.method.grading.assessment import Assessment, Basis, Evidence, assess
from cescore.method.grading.bonus import BonusLine, bonus_lines
from cescore.method.grading.period_measures import (
    Completion,
    PeriodCheck,
    PeriodMeasure,
    at_end,
    completion,
)
from cescore.method.grading.plan_period import FINAL, assess_period, period_vetoes, stage_year
from cescore.method.grading.target_paths import TargetPath, target_paths
from cescore.method.grading.veto_signs import VetoSign, veto_signs
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.from_sample import scores_from_sample
from cescore.method.index.result_rows import RESULT_COLUMNS, ResultPart

Records = Mapping[int, Mapping[str, Mapping[str, str]]]  # year -> check or veto -> its record

ONE_YEAR = (
    "variable",
    "account",
    "target",
    "measure",
    "measure_credit",
    "assessment",
)  # a period has its own or none


@dataclass(frozen=True, eq=False)
class PlanEvaluation:
    """A plan's midterm or final evaluation; ``yearly`` is that of the year looked back from."""

    stage: str
    plan: Plan
    yearly: YearlyEvaluation

    @property
    def workspace(self) -> Workspace:
        return self.yearly.workspace

    @property
    def year(self) -> int:
        """The year looked back from."""
        return self.workspace.year

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the plan that are looked at."""
        return tuple(range(self.plan.first_year, self.year + 1))

    @cached_property
    def targets(self) -> Mapping[str, tuple[TargetPath, ...]]:
        """Each entity's targets over the years."""
        found: dict[str, tuple[TargetPath, ...]] = {}
        for evaluation in self.yearly.evaluations.values():
            found |= target_paths(
                self.plan, evaluation.indicators, evaluation.framework, years=self.years
            )
        return found

    @cached_property
    def _inspected(self) -> InspectedMeasures:
        return InspectedMeasures(self.plan, self.workspace)

    @cached_property
    def _vetoes(self) -> Mapping[str, Records]:
        found: dict[str, dict[int, dict[str, Mapping[str, str]]]] = defaultdict(
            lambda: {year: {} for year in self.years}
        )
        for record in self.workspace.vetoes:
            if record.year in self.years:
                found[record.entity_id][record.year][record.veto_id] = as_texts(record)
        return found

    @lru_cache(maxsize=4096)  # noqa: B019 - an evaluation lives as long as its run
    def measures_of(self, entity: Entity) -> tuple[PeriodMeasure, ...]:
        """An entity's measures over the years; also of one whose returns cannot be evaluated."""
        return self._inspected.over(entity, self.years)

    def completion(self, checks: Iterable[PeriodCheck], key: str = "") -> Completion:
        """What a set of checks, of one entity or of many, comes to over the years."""
        return completion(checks, self.years, key)

    def assessment_of(self, entity: Entity) -> Assessment:
        """The period's total, graded in the final evaluation only."""
        evaluation, row = self._place(entity)
        vetoes = self._vetoes.get(entity.entity_id, {})
        evidence = Evidence(
            index=self._index(evaluation, row, self.year),
            scale=evaluation.framework.scale,
            targets=[path.end for path in self.targets[entity.entity_id]],
            measures=at_end(self.measures_of(entity)),
            vetoes=period_vetoes([vetoes.get(year, {}) for year in self.years]),
            signs=self._signs(entity, evaluation, self.year),
            years=(self.years[0], self.year),
            basis=self._basis(entity, evaluation, row, self.year),
            bonus=self._bonus[self.year][entity.entity_id],
        )
        return assess_period(self.plan, entity.entity_type, self.stage, evidence)

    @cached_property
    def _bonus(self) -> Mapping[int, Mapping[str, tuple[BonusLine, ...]]]:
        """Each entity's bonus items by year."""
        factors = self.workspace.definitions.factor_values
        rules, found = self.plan.assessment.bonus, dict[int, dict[str, tuple[BonusLine, ...]]]()
        for year in self.years:
            found[year] = {}
            for entity_type, evaluation in self.yearly.evaluations.items():
                found[year] |= bonus_lines(
                    rules.get(entity_type),
                    evaluation.panel,
                    year=year,
                    base_year=evaluation.base_year,
                    factors=factors,
                )
        return found

    def yearly_assessments_of(self, entity: Entity) -> tuple[Assessment, ...]:
        """Each year's total and grade by the yearly rules, on the data as they stand now."""
        return tuple(self._in_year(entity, year) for year in self.years)

    # --- results --------------------------------------------------------------------------------

    def results(self) -> pd.DataFrame:
        """The rows of results.csv: indices and indicators of all years, each target's path (the
        last year's status is the verdict), every check of every year, totals by year and period."""
        parts = list(map(_kept, self.yearly.results_in_parts()))  # never all rows at once
        kept = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
        rows = [row for entity in self.yearly.entities for row in self._rows(entity)]
        return pd.concat(
            [kept, pd.DataFrame(rows, columns=list(RESULT_COLUMNS))], ignore_index=True
        )

    def _rows(self, entity: Entity) -> Iterator[tuple[object, ...]]:
        who = (entity.entity_type, entity.entity_id)
        for path in self.targets[entity.entity_id]:
            lights = [*(line.light for line in path.lines[:-1]), path.verdict]
            for year, line, light in zip(self.years, path.lines, lights, strict=True):
                yield *who, year, "target", line.id, line.actual, line.unit, light
        measures = self.measures_of(entity)
        checks = [check for measure in measures for check in measure.checks]
        for check in checks:
            for year, status, value in zip(self.years, check.statuses, check.values, strict=True):
                yield *who, year, "measure", check.id, number(value).number, "", status
        found = self.completion(checks)
        for code, part in (("at_end", found.at_end), ("over_years", found.over_years)):
            percent, state = (None, "missing") if part is None else (100 * part, "reported")
            yield *who, self.year, "measure", code, percent, "%", state
        totals = zip(self.years, self.yearly_assessments_of(entity), strict=True)
        for year, code, made in (
            *((year, "total", made) for year, made in totals),
            (self.year, "period_total", self.assessment_of(entity)),
        ):
            grade = made.grade("zh") or made.reason
            yield *who, year, "assessment", code, made.total, "0-100", grade

    def _in_year(self, entity: Entity, year: int) -> Assessment:
        evaluation, row = self._place(entity)
        i = self.years.index(year)
        return assess(
            self.plan,
            entity.entity_type,
            Evidence(
                index=self._index(evaluation, row, year),
                scale=evaluation.framework.scale,
                targets=[path.lines[i] for path in self.targets[entity.entity_id]],
                measures=self._inspected.in_year(entity, year),
                vetoes=self._vetoes.get(entity.entity_id, {}).get(year, {}),
                basis=self._basis(entity, evaluation, row, year),
                signs=self._signs(entity, evaluation, year),
                years=(year, year),
                is_last_year=year >= self.plan.last_year,
                bonus=self._bonus[year][entity.entity_id],
            ),
        )

    def _signs(
        self, entity: Entity, evaluation: TypeEvaluation, year: int
    ) -> Mapping[str, VetoSign]:
        found = evaluation.indicators, evaluation.framework
        return veto_signs(self.plan, *found, entity.entity_id, year=year)

    def _place(self, entity: Entity) -> tuple[TypeEvaluation, int]:
        evaluation = self.yearly.evaluations[entity.entity_type]
        return evaluation, evaluation.panel.row(entity.entity_id)

    def _index(self, evaluation: TypeEvaluation, row: int, year: int) -> float | None:
        j = evaluation.panel.year_position(year)
        value = float(evaluation.aggregation.index.values[row, j])
        return None if np.isnan(value) else value

    def _basis(self, entity: Entity, evaluation: TypeEvaluation, row: int, year: int) -> Basis:
        j = evaluation.panel.year_position(year)
        coverage = float(evaluation.aggregation.coverage[row, j])
        return Basis(
            filed=self.workspace.filed(entity.entity_id) if year == self.year else coverage > 0,
            is_for_statistics_alone=self.workspace.definitions.disclosure.is_for_statistics_alone(
                entity.entity_type, evaluation.panel.attributes["basis"][row]
            ),
            coverage=coverage,
            least_coverage=evaluation.framework.missing.min_weight_covered,
            from_sample=scores_from_sample(evaluation, entity.entity_id, year),
        )


def _kept(part: ResultPart) -> pd.DataFrame:
    """The rows of a year's results that hold for a period as well."""
    table = part.frame()
    return table[~table["kind"].isin(ONE_YEAR)]


def evaluate_plan(
    root: Path, stage: str, plan_id: str = "", year: int | None = None
) -> PlanEvaluation:
    """Evaluate a workspace's plan over its period, up to the year of a stage.

    Without ``plan_id`` it is the plan of the newest run; ``year`` moves the midterm evaluation.

    Raises
    ------
    ParamsError
        There is no such plan, or params contradict themselves.
    DataError
        The year is not one of the plan, the final evaluation is asked for another than its last
        year, or nothing was received for it.
    """
    plan = load_plan(root / "params", plan_id)
    looked_from = stage_year(plan, stage) if year is None else year
    if not plan.first_year <= looked_from <= plan.last_year:
        raise DataError(
            Sentence(
                "{looked_from} is no year of the plan {id}: {first_year} to {last_year}",
                looked_from=looked_from,
                id=plan.id,
                first_year=plan.first_year,
                last_year=plan.last_year,
            )
        )
    if stage == FINAL and looked_from != plan.last_year:
        raise DataError(
            Sentence(
                "the final evaluation of the plan {id} looks back from {last_year}, not from {looked_from}",
                id=plan.id,
                last_year=plan.last_year,
                looked_from=looked_from,
            )
        )
    workspace = Workspace.load(root, looked_from)
    used = workspace.definitions.plan
    if used is None or used.id != plan.id:
        raise DataError(
            Sentence(
                "params/runs: {looked_from} is evaluated under the plan {used}, expected {id}",
                looked_from=looked_from,
                used=used.id if used else "(none)",
                id=plan.id,
            )
        )
    if workspace.base_year != used.base_year or workspace.years[0] > used.base_year:
        raise DataError(
            Sentence(
                "params/runs: {looked_from} has the base year {base_year} and years from {years}; the plan {id} needs {base_year_2} for both",
                looked_from=looked_from,
                base_year=workspace.base_year,
                years=workspace.years[0],
                id=plan.id,
                base_year_2=used.base_year,
            )
        )
    return PlanEvaluation(stage, used, evaluate_workspace(workspace))
