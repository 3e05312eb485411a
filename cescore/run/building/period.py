"""The edition of a plan period at its middle or end: a review for each entity, the overview."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cescore.disclosure.documents.kinds import OVERVIEW, REVIEW
from cescore.disclosure.making.reviews import Reviews
from cescore.evaluation.periods import PlanEvaluation, evaluate_plan
from cescore.publish.words import label
from cescore.returns.review import FindingsReview
from cescore.run.building.documents import PERIOD_DOCUMENTS
from cescore.run.building.edition import Edition
from cescore.run.building.period_contents import PeriodContents
from cescore.run.results.tables import FINDINGS, RESULTS, write_findings_whole, write_table
from cescore.run.telling.phases import Phases, silent
from cescore.run.tree.store import MANIFEST_NAME

if TYPE_CHECKING:
    import pandas as pd

    from cescore.disclosure.documents.reading import Printable
    from cescore.intake.workspace import Workspace
    from cescore.publish.pages.index.listing import IndexPage
    from cescore.run.asked import Asked
    from cescore.run.job import Outcome
    from cescore.run.kept.kept_work import KeptWork
    from cescore.run.order import Subject
    from cescore.run.tree.store import Store


@dataclass(frozen=True, eq=False)
class PeriodEdition(Edition):
    """See `cescore.run.building.edition.Edition`."""

    asked: Asked
    evaluated: PlanEvaluation

    report = REVIEW

    @classmethod
    def open(cls, asked: Asked, told: Phases = silent) -> PeriodEdition:
        told("reading")
        return cls(asked, evaluate_plan(asked.root, asked.stage, asked.plan, asked.year))

    @property
    def workspace(self) -> Workspace:
        return self.evaluated.workspace

    @property
    def name(self) -> str:
        return f"{self.evaluated.plan.id}-{self.evaluated.stage}"

    @property
    def documents(self) -> tuple[Subject, ...]:
        return PERIOD_DOCUMENTS

    @cached_property
    def _reviews(self) -> Reviews:
        return Reviews(self.evaluated)

    def _made(self, subject: Subject) -> Printable:
        if subject.kind == OVERVIEW:
            return self._reviews.overview()
        return self._reviews.review(subject.id)

    def evaluate(self) -> None:
        """It was evaluated when it was opened."""

    def opening(self, lang: str) -> Iterator[str]:
        evaluated = self.evaluated
        yield label(
            "terminal.review",
            lang,
            plan=evaluated.plan.id,
            stage=label(f"terminal.stage.{evaluated.stage}", lang),
            first=f"{evaluated.years[0]}",
            last=f"{evaluated.years[-1]}",
            base=f"{evaluated.plan.base_year}",
            n=len(self.entities),
            blocked=len(self.workspace.blocked),
        )

    def about(self) -> Mapping[str, Any]:
        evaluated = self.evaluated
        years = list(evaluated.years)
        return {"kind": evaluated.stage, "plan": evaluated.plan.id, "years": years}

    def write_tables(self, folder: Path, kept: KeptWork | None = None) -> pd.DataFrame:
        results = self.evaluated.results()
        write_table(folder, RESULTS, results)
        write_findings_whole(folder, FindingsReview.of(self.workspace), self.asked.lang)
        return results

    def tables(self, folder: Path) -> tuple[str, ...]:
        return RESULTS, FINDINGS

    def contents(
        self,
        store: Store,
        results: pd.DataFrame,
        by_name: Mapping[str, Outcome],
        out_of_step: Collection[str],
    ) -> IndexPage:
        evaluated = self.evaluated
        made = PeriodContents(
            store,
            evaluated.yearly,
            results,
            by_name,
            self.asked.lang,
            out_of_step=out_of_step,
            release_stage=self.release_stage,
            evaluated=evaluated,
        )
        return made.page((*self.tables(store.folder), MANIFEST_NAME))
