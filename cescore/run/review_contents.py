"""What index.html tells of a plan's evaluation: verdicts, every entity's path, documents, findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from cescore.disclosure import kinds
from cescore.publish.pages.index.page import DocumentLine, Line, Page, Verdict, index_page
from cescore.run.contents import Contents
from cescore.run.job import DOCUMENT_FILES, Outcome
from cescore.run.store import INDEX_PAGE, Store, write_atomically

if TYPE_CHECKING:
    from cescore.definitions.model import Framework
    from cescore.evaluation.periods import PlanEvaluation
    from cescore.intake.entities import Entity


def write_review_page(
    store: Store,
    found: PlanEvaluation,
    results: pd.DataFrame,
    outcomes: Mapping[str, Outcome],
    lang: str,
    tables: Sequence[str],
) -> None:
    """Write index.html of a plan's evaluation."""
    contents = PlanContents(store, found.yearly, results, outcomes, lang, found)
    write_atomically(store.folder / INDEX_PAGE, index_page(contents.page(tables)).encode())


OVERVIEW = kinds.OVERVIEW.name


@dataclass(frozen=True, eq=False)
class PlanContents(Contents):
    """The year's contents with what belongs to the plan: base year, measures, period's total."""

    found: PlanEvaluation

    def page(self, tables: Sequence[str]) -> Page:
        """The page; ``tables``: the run's own files beside it."""
        made = super().page(tables)
        return replace(made, stage=self.found.stage, plan=self.found.plan.name(self.lang),
                       verdicts=list(self._verdicts()))  # fmt: skip

    def _verdicts(self) -> Iterator[Verdict]:
        """The targets of the plan's own body; none where it has no such body, or several."""
        public = self.workspace.definitions.disclosure.public_types
        owned = {
            e.entity_id: [p for p in self.found.targets[e.entity_id] if p.end.role == "own"]
            for e in self.found.yearly.entities
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

    def _line(self, entity: Entity, framework: Framework) -> Line:
        line = super()._line(entity, framework)
        if line.is_blocked:
            return line
        checks = [c for m in self.found.measures_of(entity) for c in m.checks]
        done = self.found.completion(checks).at_end
        made = self.found.assessment_of(entity)
        return replace(
            line,
            before=self._base(entity),
            completion=None if done is None else 100 * done,
            grade=made.grade(self.lang),
            total=made.total,
            reason=made.reason,
            is_provisional=made.provisional,
        )

    def _base(self, entity: Entity) -> float | None:
        """The index in the base year, where enough of its weight was covered."""
        evaluation = self.found.yearly.evaluation_of(entity.entity_id)
        row = evaluation.panel.row(entity.entity_id)
        j = evaluation.panel.year_position(self.found.plan.base_year)
        value = float(evaluation.aggregation.index.values[row, j])
        return value if evaluation.is_sufficient[row, j] and value == value else None

    def _documents(self) -> Iterator[DocumentLine]:
        yield DocumentLine(
            name="",
            kind=OVERVIEW,
            folder=OVERVIEW,
            stem=DOCUMENT_FILES[OVERVIEW][0].removesuffix(".pdf"),
            is_built=OVERVIEW in self.store.entries,
            cause=self.outcomes[OVERVIEW].cause if OVERVIEW in self.outcomes else "",
        )
