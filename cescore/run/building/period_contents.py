"""What index.html tells of a plan's evaluation: verdicts, every entity's path, documents, findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from cescore.disclosure.documents.kinds import REVIEW
from cescore.publish.pages.index.listing import IndexPage, Line, Verdict
from cescore.run.building.contents import Contents
from cescore.run.building.documents import PERIOD_DOCUMENTS

if TYPE_CHECKING:
    from cescore.disclosure.documents.bundle import PublicRow
    from cescore.disclosure.documents.kinds import Kind
    from cescore.evaluation.periods import PlanEvaluation
    from cescore.intake.register.entities import Entity
    from cescore.run.order import Subject


@dataclass(frozen=True, eq=False)
class PeriodContents(Contents):
    """The year's contents with what belongs to the plan: base year, measures, period's total."""

    evaluated: PlanEvaluation = field(kw_only=True)

    report: ClassVar[Kind] = REVIEW

    @property
    def documents(self) -> Sequence[Subject]:
        return PERIOD_DOCUMENTS

    def page(self, tables: Sequence[str]) -> IndexPage:
        """The page; ``tables``: the run's own files beside it."""
        made = super().page(tables)
        return replace(made, stage=self.evaluated.stage, plan=self.evaluated.plan.name(self.lang),
                       verdicts=list(self._verdicts()))  # fmt: skip

    def _verdicts(self) -> Iterator[Verdict]:
        """The targets of the plan's own body; none where it has no such body, or several."""
        public = self.workspace.definitions.disclosure.public_types
        owned = {
            e.entity_id: [p for p in self.evaluated.targets[e.entity_id] if p.end.role == "own"]
            for e in self.evaluated.yearly.entities
            if e.entity_type in public
        }
        owners = [paths for paths in owned.values() if paths]
        for path in owners[0] if len(owners) == 1 else ():
            line = path.end
            yield Verdict(
                name=line.name(self.lang),
                op=line.op,
                goal=line.value,
                actual=line.actual,
                unit=line.unit,
                verdict=path.verdict,
            )

    def _line(self, entity: Entity) -> Line:
        """Measures at public bodies are shown as the overview of the plan shows them: always."""
        line = super()._line(entity)
        if not self.gate.is_public(entity):
            return line
        checks = [c for m in self.evaluated.measures_of(entity) for c in m.checks]
        done = self.evaluated.completion(checks).at_end
        return replace(line, completion=None if done is None else 100 * done)

    def _with_figures(self, line: Line, entity: Entity, shown: PublicRow) -> Line:
        line = super()._with_figures(line, entity, shown)
        whole = self.evaluated.assessment_of(entity)
        made = self.gate.assessment(entity.entity_id, whole, self.evaluated.year)
        return replace(
            line,
            before=self._base(entity),
            grade=made.grade(self.lang),
            total=made.total,
            is_total_withheld=made.total is None and whole.total is not None,
            reason=made.reason,
            is_provisional=made.provisional,
        )

    def _base(self, entity: Entity) -> float | None:
        """The index in the base year, where enough of its weight was covered."""
        evaluation = self.evaluated.yearly.evaluation_of(entity.entity_id)
        row = evaluation.panel.row(entity.entity_id)
        j = evaluation.panel.year_position(self.evaluated.plan.base_year)
        value = float(evaluation.aggregation.index.values[row, j])
        return value if evaluation.is_sufficient[row, j] and value == value else None
