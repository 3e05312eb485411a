"""The edition of a variant: reports under the framework of a file, for a preview and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cescore.definitions.frameworks.variant_file import applied, read_variant
from cescore.desk.whole_type import formula_terms
from cescore.disclosure.documents.kinds import SCORECARD
from cescore.disclosure.making.trials import Trials
from cescore.errors import RunError, Sentence
from cescore.intake.workspace import Workspace
from cescore.run.building.annual import AnnualEdition
from cescore.run.telling.phases import Phases, silent

if TYPE_CHECKING:
    from cescore.definitions.kept_definitions import Keeping
    from cescore.definitions.model import Framework
    from cescore.disclosure.documents.reading import Printable
    from cescore.run.asked import Asked
    from cescore.run.kept.kept_reading import KeptForYear
    from cescore.run.order import Subject


@dataclass(frozen=True, eq=False)
class TrialEdition(AnnualEdition):
    """A year's scorecards under the variant that `Asked.variant` holds; of one entity type alone."""

    @classmethod
    def open(
        cls,
        asked: Asked,
        told: Phases = silent,
        kept: KeptForYear | None = None,
        reading: Keeping | None = None,
    ) -> TrialEdition:
        """The year opened, its variant applied: a file that does not fit is told at once."""
        if kept is not None:
            reading = kept.reading
        edition = cls(asked, Workspace.load(asked.root, asked.year, told, reading), told)
        _ = edition.variant
        return edition

    @cached_property
    def variant(self) -> Framework:
        """The framework of the file.

        Raises
        ------
        ParamsError
            The file is no variant.
        VariantError
            It is of another framework than the one that the year is evaluated by.
        RunError
            The year has no entity of its type.
        """
        if self.asked.variant is None:
            raise RunError(Sentence("no variant file was named"))
        patch = read_variant(self.asked.variant)
        evaluation = self.yearly.evaluations.get(patch.entity_type)
        if evaluation is None:
            known = ", ".join(self.yearly.evaluations)
            raise RunError(
                Sentence(
                    "{name} is a variant of {entity_type!r}, and {year} has no entity of that type, expected one of {known}",
                    name=self.asked.variant.name,
                    entity_type=patch.entity_type,
                    year=self.workspace.year,
                    known=known,
                )
            )
        terms = formula_terms(self.workspace.definitions, patch.entity_type)
        return applied(evaluation.framework, patch, terms)

    @cached_property
    def _trials(self) -> Trials:
        return Trials(self._bundler)

    def _made(self, subject: Subject) -> Printable:
        if subject.kind != SCORECARD or subject.folder != self.variant.entity_type:
            raise RunError(
                Sentence(
                    "{name} is no report of {entity_type}, of which {variant} is a variant",
                    name=subject.name,
                    entity_type=self.variant.entity_type,
                    variant=self.asked.variant and self.asked.variant.name,
                )
            )
        return self._trials.bundle(subject.id, self.variant)
