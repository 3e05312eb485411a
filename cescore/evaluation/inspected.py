"""What inspectors found at each entity, as assessments and sheets count it: asked here alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from cescore.definitions.frameworks.scored_elsewhere import Elsewhere, scored_elsewhere
from cescore.definitions.model import AskedBody, Plan
from cescore.evaluation.per_entity import KEPT
from cescore.intake.records.inspections import MeasureRecord, as_texts
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import Workspace
from cescore.method.grading.measures import MeasureLine, measure_lines
from cescore.method.grading.period_measures import PeriodMeasure, period_measures


class InspectedMeasures:
    """The measures of a plan at each entity of a workspace, inspected or not.

    Entities that nobody inspected in a year are given one object for all who are asked alike: there
    may be half a million.
    """

    def __init__(self, plan: Plan, workspace: Workspace) -> None:
        self.plan = plan
        self._frameworks = workspace.definitions.frameworks
        self._records: dict[str, list[MeasureRecord]] = defaultdict(list)
        for record in workspace.measures:
            self._records[record.entity_id].append(record)
        self._blank: dict[tuple[str, int, AskedBody], tuple[MeasureLine, ...]] = {}
        self._elsewhere: dict[str, Mapping[str, Elsewhere]] = {}
        self._named = {e for m in plan.measures.values() for c in m.checks for e in c.entities}

    def in_year(self, entity: Entity, year: int) -> tuple[MeasureLine, ...]:
        """An entity's measures of one year; also of an entity whose returns cannot be evaluated."""
        records, body = self._by_year(entity.entity_id), entity.as_asked
        if year in records:
            return self._lines(entity.entity_type, records, year, body)
        if entity.entity_id not in self._named:
            body = body._replace(entity_id="")
        key = entity.entity_type, year, body
        if key not in self._blank:
            self._blank[key] = self._lines(entity.entity_type, {}, year, body)
        return self._blank[key]

    def over(self, entity: Entity, years: Sequence[int]) -> tuple[PeriodMeasure, ...]:
        """An entity's measures over some years, in rising order."""
        return period_measures(
            self.plan,
            entity.entity_type,
            self._by_year(entity.entity_id),
            years,
            body=entity.as_asked,
            elsewhere=self._scored_elsewhere(entity.entity_type),
        )

    @lru_cache(maxsize=KEPT)  # noqa: B019 - lives as long as its run; a period asks for each year
    def _by_year(self, entity_id: str) -> Mapping[int, Sequence[Mapping[str, str]]]:
        found: dict[int, list[Mapping[str, str]]] = defaultdict(list)
        for record in self._records.get(entity_id, ()):
            found[record.year].append(as_texts(record))
        return dict(found)

    def _lines(
        self,
        entity_type: str,
        records: Mapping[int, Iterable[Mapping[str, str]]],
        year: int,
        body: AskedBody,
    ) -> tuple[MeasureLine, ...]:
        elsewhere = self._scored_elsewhere(entity_type)
        return measure_lines(
            self.plan, entity_type, records, year=year, body=body, elsewhere=elsewhere
        )

    def _scored_elsewhere(self, entity_type: str) -> Mapping[str, Elsewhere]:
        if entity_type not in self._elsewhere:
            framework = self._frameworks.get(entity_type)
            found = {} if framework is None else scored_elsewhere(self.plan, framework)
            self._elsewhere[entity_type] = found
        return self._elsewhere[entity_type]
