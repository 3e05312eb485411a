"""The edition of a year: a scorecard for each entity, the method book, the supervision sheets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.disclosure.documents.kinds import METHOD_BOOK, SCORECARD
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.making.illustrating import illustrate
from cescore.disclosure.making.method_books import make_method_book
from cescore.disclosure.making.origins import Origins
from cescore.disclosure.making.sheets import Sheets
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.run.building.contents import Contents
from cescore.run.building.documents import annual_documents
from cescore.run.building.edition import Edition
from cescore.run.results.tables import tables_in, write_tables
from cescore.run.telling.phases import Phases, silent
from cescore.run.tree.store import MANIFEST_NAME

if TYPE_CHECKING:
    import pandas as pd

    from cescore.definitions.kept_definitions import Keeping
    from cescore.disclosure.documents.reading import Printable
    from cescore.publish.pages.index.listing import IndexPage
    from cescore.run.asked import Asked
    from cescore.run.job import Outcome
    from cescore.run.kept.kept_reading import KeptForYear
    from cescore.run.kept.kept_work import KeptWork
    from cescore.run.order import Subject
    from cescore.run.tree.store import Store


@dataclass(frozen=True, eq=False)
class AnnualEdition(Edition):
    """See `cescore.run.building.edition.Edition`; the year is evaluated when the first of it is needed."""

    asked: Asked
    loaded: Workspace
    told: Phases = silent
    kept: KeptForYear | None = None  # what other commands read and chose; None: all anew

    report = SCORECARD

    @classmethod
    def open(
        cls,
        asked: Asked,
        told: Phases = silent,
        kept: KeptForYear | None = None,
        reading: Keeping | None = None,
    ) -> AnnualEdition:
        """``reading``: what other commands read of files that are as they were, and nothing they chose."""
        if kept is not None:
            reading = kept.reading
        return cls(asked, Workspace.load(asked.root, asked.year, told, reading), told, kept)

    @property
    def workspace(self) -> Workspace:
        return self.loaded

    @property
    def name(self) -> str:
        return f"{self.workspace.year}"

    @property
    def documents(self) -> tuple[Subject, ...]:
        return annual_documents(self.workspace.definitions.plan)

    def evaluate(self) -> None:
        _ = self.yearly

    @cached_property
    def yearly(self) -> YearlyEvaluation:
        return evaluate_workspace(
            self.workspace, pieces=None if self.kept is None else self.kept.draws
        )

    @cached_property
    def _bundler(self) -> Bundler:
        return Bundler(self.yearly, known=None if self.kept is None else self.kept.choices)

    @cached_property
    def _choosing(self) -> Bundler:
        """The bundler for what bodies' figures stand in: whoever waits for a choice of what is withheld
        is told of it."""
        if phase := self._bundler.gate.ledger.phase:
            self.told(phase)
        return self._bundler

    @cached_property
    def _sheets(self) -> Sheets:
        return Sheets(self.workspace, self.yearly.measures)

    def origin(self, subject: Subject, shared: str) -> str:
        asked = self.asked
        if asked.issue is not None or asked.variant is not None:
            return ""
        if subject.kind == METHOD_BOOK:
            return self._origins(shared).of_method_book()
        if subject.kind != SCORECARD:
            return ""
        return self._origins(shared).of(self.workspace.register[subject.id])

    @lru_cache(maxsize=1)  # noqa: B019 - an edition lives as long as its run
    def _origins(self, shared: str) -> Origins:
        return Origins(self._choosing, shared)

    def _made(self, subject: Subject) -> Printable:
        if subject.kind == SCORECARD:
            shows_bodies = self._bundler.gate.ledger.contains_others(subject.id)
            bundler = self._choosing if shows_bodies else self._bundler
            return bundler.bundle(subject.id)
        if subject.kind == METHOD_BOOK:
            return make_method_book(
                self.workspace.definitions, self.workspace.base_year, illustrate(self._choosing)
            )
        return self._sheets.sheet(subject.id)

    def write_tables(self, folder: Path, kept: KeptWork | None = None) -> pd.DataFrame:
        return write_tables(folder, self.yearly, self.asked.lang, self.release_stage, kept)

    def tables(self, folder: Path) -> tuple[str, ...]:
        return tables_in(folder)

    def contents(
        self,
        store: Store,
        results: pd.DataFrame,
        by_name: Mapping[str, Outcome],
        out_of_step: Collection[str],
    ) -> IndexPage:
        made = Contents(
            store,
            self.yearly,
            results,
            by_name,
            self.asked.lang,
            out_of_step=out_of_step,
            release_stage=self.release_stage,
            shared_gate=self._choosing.gate,
        )
        return made.page((*self.tables(store.folder), MANIFEST_NAME))
