"""What index.html tells of a run: every entity of the year, every document, every open finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from cescore.disclosure.documents.kinds import SCORECARD
from cescore.disclosure.making.sheets import unit_slugs
from cescore.disclosure.released.gate import Gate
from cescore.intake.wording import Said, name_of
from cescore.method.column import State
from cescore.method.grading.assessment import Assessment
from cescore.publish import words
from cescore.publish.naming import in_words, industries_in
from cescore.publish.numbers import mark
from cescore.publish.pages.index.listing import Body, DocumentLine, IndexPage, Line, Note, Section
from cescore.run.building.documents import annual_documents
from cescore.run.files import readable
from cescore.run.job import Outcome
from cescore.run.tree.store import FAILED_NAME, LOGS_NAME, Store

if TYPE_CHECKING:
    from cescore.definitions.model import Plan
    from cescore.disclosure.documents.bundle import PublicRow
    from cescore.disclosure.documents.kinds import Kind
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.findings import Finding
    from cescore.intake.register.entities import Entity
    from cescore.intake.wording import NamedTerm
    from cescore.intake.workspace import Workspace
    from cescore.run.order import Subject

KINDS = ("index", "progress_index")
NOTHING: tuple[float | None, str] = (None, "")


@dataclass(frozen=True, eq=False)
class Contents:
    """Gathers the page from a run as it stands: what was built before counts as built."""

    store: Store
    yearly: YearlyEvaluation
    results: pd.DataFrame
    outcomes: Mapping[str, Outcome]
    lang: str
    out_of_step: Collection[str] = field(default=(), kw_only=True)  # reports of another evaluation
    release_stage: str = field(default="draft", kw_only=True)  # how official the edition is
    # of the evaluation, if it is at hand
    shared_gate: Gate | None = field(default=None, kw_only=True)

    report: ClassVar[Kind] = SCORECARD

    @property
    def documents(self) -> Sequence[Subject]:
        return annual_documents(self.workspace.definitions.plan)

    @property
    def workspace(self) -> Workspace:
        return self.yearly.workspace

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings that the page tells of."""
        return self.workspace.findings

    def listed(self, entity_type: str) -> Sequence[Entity]:
        """The entities of a type that the page lists."""
        return self.workspace.entities(entity_type)

    def page(self, tables: Sequence[str]) -> IndexPage:
        """The page; ``tables``: the run's own files beside it."""
        run, findings = self.workspace.definitions.run, self.findings
        is_synthetic = any(entity.is_synthetic for entity in self.workspace.entities())
        own_types = self.workspace.definitions.page.entity_types
        return IndexPage(
            run.year,
            run.place.name(self.lang),
            self.lang,
            run.status == "sample" or is_synthetic,
            list(self._sections()),
            tables,
            list(self._documents()),
            grades=grades_in_order(self.workspace.definitions.plan, self.lang),
            bodies=self._bodies(),
            notes=[self._note(f) for f in findings if f.status == "open" and f.severity != "info"],
            settled=sum(f.status != "open" for f in findings),
            status=self.release_stage,
            issuer=run.issuer.name(self.lang),
            issued=run.issued,
            subject=words.subject(run, self.lang),
            type_names={code: named.name(self.lang) for code, named in own_types.items()},
        )

    def _sections(self) -> Iterator[Section]:
        frameworks = self.workspace.definitions.frameworks
        for entity_type in filter(frameworks.__contains__, self.workspace.register.types):
            framework = frameworks[entity_type]
            lines = [self._line(e) for e in self.listed(entity_type)]
            if lines:
                scale = framework.scale
                name = framework.index.name(self.lang)
                yield Section(entity_type, lines, name, scale.floor, scale.top)

    def _line(self, entity: Entity) -> Line:
        name = f"{entity.entity_type}/{entity.entity_id}"
        shown = self._shown(entity)
        outcome, entry = self.outcomes.get(name), self.store.entries.get(name)
        line = Line(
            entity_id=entity.entity_id,
            name=entity.name(self.lang),
            other_name=entity.name("en" if self.lang == "zh" else "zh"),
            folder=name,
            is_built=entry is not None,
            cause=outcome.cause if outcome else "",
            index_status=shown.status if shown.status != "suppressed" else "",
            is_withheld=shown.status == "suppressed",
            is_filed=self.workspace.filed(entity.entity_id),
            is_blocked=entity.entity_id in self.workspace.blocked,
            place=self._place(entity),
            part_of=self.workspace.register.whole_of(entity.entity_id),
            bodies=[entity.entity_id, *(e.entity_id for e in self._around(entity))],
            industry=industries_in(
                entity.industry, self.workspace.definitions.page.words, self.lang
            ),
            files=self._files(name, entry.outputs if entry else ()),
            log=self._log(name) if outcome and outcome.status == "failed" else "",
            is_out_of_step=name in self.out_of_step,
            warnings=tuple(entry.record.get("warnings", ())) if entry else (),
        )
        if line.is_blocked:
            return replace(line, index_status="blocked", is_withheld=False)
        if not line.is_filed:
            return replace(line, index_status="not_filed", is_withheld=False, reason="not_filed")
        return line if line.is_withheld else self._with_figures(line, entity, shown)

    def _shown(self, entity: Entity) -> PublicRow:
        """The figures of an entity that the page may show."""
        return self.gate.public_row(entity)

    def _with_figures(self, line: Line, entity: Entity, shown: PublicRow) -> Line:
        """The line with its figures, none of which a report to others withholds."""
        framework = self.workspace.definitions.frameworks[entity.entity_type]
        status = self._figures.get((entity.entity_id, framework.index.code), NOTHING)[1]
        progress = framework.progress.code if framework.progress else ""
        whole = self.yearly.assessments.get(entity.entity_id) or Assessment()
        found = self.gate.assessment(entity.entity_id, whole, self.yearly.year)
        grade = found.grade(self.lang)
        return replace(
            line,
            index=shown.index,
            index_status=status or shown.status,
            progress=self._figures.get((entity.entity_id, progress), NOTHING)[0]
            if self.gate.shows_progress(entity.entity_id, self.yearly.year)
            else None,
            grade=grade,
            total=found.total if grade else None,
            comparable=found.comparable if grade else None,
            is_total_withheld=bool(grade) and found.total is None and whole.total is not None,
            reason=found.reason,
            is_provisional=found.provisional,
        )

    @cached_property
    def gate(self) -> Gate:
        """What decides whose figures the page may show: the same as for every report."""
        return self.shared_gate or Gate(self.yearly)

    @cached_property
    def _figures(self) -> dict[tuple[str, str], tuple[float | None, str]]:
        """Value and status of the year's indices, by entity and code."""
        rows = self.results
        rows = rows[(rows["year"] == self.yearly.year) & rows["kind"].isin(KINDS)]
        return {
            (e, c): (None if pd.isna(v) else float(v), str(s))
            for e, c, v, s in zip(
                rows["entity_id"], rows["code"], rows["value"], rows["status"], strict=True
            )
        }

    def _around(self, entity: Entity) -> tuple[Entity, ...]:
        return self.workspace.register.ancestors(entity.entity_id)

    def _place(self, entity: Entity) -> str:
        around = self._around(entity)
        return around[0].name(self.lang) if around else ""

    def _bodies(self) -> list[Body]:
        """What entities of the year lie in, but for what contains everything."""
        entities = self.workspace.entities()
        within = {body.entity_id for entity in entities for body in self._around(entity)}
        chosen = [e for e in self.workspace.register if e.entity_id in within and self._around(e)]
        return [Body(e.entity_id, e.name(self.lang), e.entity_type) for e in chosen]

    def _files(self, name: str, outputs: Iterable[str]) -> list[str]:
        """What stands in a report's folder, in the order in which it is read; of a failed one what
        says why, and the notebook as far as it came."""
        kept = outputs or [
            name_
            for name_ in (FAILED_NAME, self.report.executed)
            if (self.store.folder / name / name_).is_file()
        ]
        order = {file: i for i, file in enumerate((FAILED_NAME, *self.report.files))}
        return sorted(kept, key=lambda file: (order.get(file, len(order)), file))

    def _log(self, name: str) -> str:
        log = f"{LOGS_NAME}/{name}.log"
        return log if (self.store.folder / log).is_file() else ""

    def _documents(self) -> Iterator[DocumentLine]:
        """The documents as they stand in the tree; a unit's sheet bears the unit's name."""
        units = unit_slugs(self.workspace.definitions.plan)
        for document in self.documents:
            name = document.name
            yield DocumentLine(
                name=units.get(document.id, ""),
                kind=document.folder,
                folder=name,
                stem=document.kind.stem,
                is_built=name in self.store.entries,
                is_out_of_step=name in self.out_of_step,
                cause=self.outcomes[name].cause if name in self.outcomes else "",
            )

    def _note(self, finding: Finding) -> Note:
        register = self.workspace.register
        known = finding.entity_id in register
        rule = self._rules.get(finding.code) or name_of(finding.kind or finding.code, self.lang)
        said = self._released(finding)
        return Note(
            finding.severity,
            finding.code,
            rule or finding.code,
            finding.entity_id,
            register[finding.entity_id].name(self.lang) if known else "",
            finding.year,
            self._names.get(finding.variable, finding.variable),
            readable(said.found),
            readable(said.expected),
            readable(finding.where(self.lang)),
        )

    def _naming(self, named: NamedTerm, lang: str) -> str:
        return in_words(named, lang, lambda code: self._names.get(code, code))

    @cached_property
    def _rules(self) -> dict[str, str]:
        """What the workspace's own checks are called, by id."""
        return {rule.id: rule.name(self.lang) for rule in self.workspace.definitions.checks}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Variables and accounts by code, in words."""
        definitions = self.workspace.definitions
        named = {**definitions.accounts, **definitions.variables}
        return {code: one.name(self.lang) or code for code, one in named.items()}

    def _released(self, finding: Finding) -> Said:
        """What a check found and expected, or the mark of what reports to others withhold: the
        entity's own report and findings.csv have it, and the note says where to look."""
        register = self.workspace.register
        if finding.entity_id in register and self.gate.is_withheld(register[finding.entity_id]):
            return Said(mark(State.SUPPRESSED, self.lang), "")
        return finding.said(self.lang, self._naming)


def grades_in_order(plan: Plan | None, lang: str) -> list[str]:
    """The grades of all scales, the best first: each stands where the longest scale has it, else
    right after the one that is above it on its own."""
    scales = plan.assessment.scales.values() if plan is not None and plan.assessment else ()
    order: list[str] = []
    for scale in sorted(scales, key=lambda s: -len(s.bands)):
        place = 0
        for band in scale.bands:
            name = band.name(lang)
            if name not in order:
                order.insert(place, name)
            place = order.index(name) + 1
    return order
