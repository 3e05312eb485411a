"""From the evaluation of all entities to one bundle per report, through the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Any, Literal

from cescore.definitions.frameworks.history import SeriesBreak, breaks_of
from cescore.definitions.pictures import PageBounds
from cescore.definitions.spelling import with_nearest
from cescore.disclosure.documents.bundle import (
    BesideCard,
    Bundle,
    EntityCard,
    FindingLine,
    Place,
    PlanCard,
    ProseCard,
    Record,
    Relative,
    Released,
    StandardCard,
    report_number,
)
from cescore.disclosure.documents.own_results import evaluated, values_of
from cescore.disclosure.documents.wording import Wording
from cescore.disclosure.ledger.ledger import Years
from cescore.disclosure.making.beside import beside_card
from cescore.disclosure.making.plan_rules import rules_for
from cescore.disclosure.released.changes import changes_of
from cescore.disclosure.released.covering import Cover
from cescore.disclosure.released.gate import INDEX_DECIMALS, Gate
from cescore.disclosure.released.others import OtherRespondents
from cescore.disclosure.released.public_view import PublicView
from cescore.disclosure.released.told_findings import ToldFindings
from cescore.errors import DataError, Sentence
from cescore.evaluation.grade_margins import margin_of
from cescore.evaluation.yearly import entity_targets
from cescore.intake import wording
from cescore.intake.findings import FoundProblem, each_word_once
from cescore.method.column import Panel
from cescore.method.disclosure.rules import to_decimals
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.standards import standard_compliance
from cescore.method.index.evaluation import evaluate
from cescore.method.uncertainty.firmness import GradeFirmness, grade_firmness

if TYPE_CHECKING:
    from cescore.definitions.kept_definitions import Keeping
    from cescore.definitions.model import Plan, Standard
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.findings import Finding
    from cescore.intake.records.prose import Prose
    from cescore.intake.register.entities import Entity
    from cescore.method.grading.standards import Compliance
    from cescore.method.grading.targets import TargetLine
    from cescore.method.uncertainty.firmness import Band


Audience = Literal["public", "bureau"]


def make_bundle(yearly: YearlyEvaluation, entity_id: str) -> Bundle:
    """The bundle of one entity, of a body for the public.

    Raises
    ------
    DataError
        The entity is unknown to the year, or open errors in its data block its report.
    """
    return Bundler(yearly).bundle(entity_id)


def make_bundles(yearly: YearlyEvaluation) -> Iterator[Bundle]:
    """The bundles of all entities of the year that nothing blocks, in the register's order."""
    bundler = Bundler(yearly)
    workspace = yearly.workspace
    for entity in workspace.entities():
        if entity.entity_id not in workspace.blocked:
            yield bundler.bundle(entity.entity_id)


@dataclass(frozen=True, eq=False)
class Bundler:
    """Makes bundles of one evaluation; what all have in common is computed once."""

    yearly: YearlyEvaluation
    audience: Audience = (
        "public"  # who reads bodies' reports; bureau: nothing of theirs is withheld
    )
    known: Keeping | None = None  # see `ledger.Ledger`

    def bundle(self, entity_id: str) -> Bundle:
        """See `make_bundle`."""
        workspace = self.yearly.workspace
        entity = self._entity(entity_id)
        evaluation = self.yearly.evaluations[entity.entity_type]
        row = self.row_of[entity_id]
        view = self.view(entity)
        hidden = view.hidden if view else {}
        own, place = (view.evaluation, 0) if view else (evaluation, row)
        cover = Cover(hidden, workspace.year)
        findings = tuple(map(_finding, self._told.of(self.findings_of(entity_id), hidden)))
        siblings, children = self.gate.siblings(entity), self.gate.children(entity)
        industries = self.gate.industries(entity)
        measures = (
            self.gate.measures(entity_id) if view else self.yearly.measures.get(entity_id, ())
        )
        targets = self._targets(entity_id, view)
        assessed = self.covered(
            entity_id, self.yearly.assessments.get(entity_id) or Assessment(), workspace.year
        )
        bundle = Bundle(
            entity=self._card(entity),
            run=workspace.definitions.run,
            plan=self._plan(entity.entity_type),
            base_year=evaluation.base_year,
            report_number="",
            framework=evaluation.framework,
            framework_hash=evaluation.framework.hash,
            record=self._record(own.panel, place, hidden),
            fitted=self.gate.fitted(entity),
            released=view.released if view else Released(),
            evaluated=evaluated(own, place, filed=workspace.filed(entity_id)),
            uncertainty=self.band(entity) if self._shows_band(entity_id) else None,
            bands_left_out=self.yearly.is_large(entity.entity_type),
            robustness=self.gate.robustness(entity),
            peers=cover.peers(self.gate.peer_table(entity)),
            siblings=siblings,
            children=children,
            industries=industries,
            targets=targets,
            measures=measures,
            assessment=assessed,
            grade_firmness=self._firmness(entity, assessed),
            margin=margin_of(
                self.yearly, entity_id, assessed, targets, with_indicators=view is None
            ),
            standards=tuple(starmap(_standard, self._compliance(entity_id, view))),
            beside=self._beside(entity, view),
            findings=findings,
            legal_basis=evaluation.panel.attribute("basis", row),
            is_public=self.gate.is_public(entity),
            filed=workspace.filed(entity_id),
            terms=self._wording.terms(
                evaluation.framework, (*siblings, *children), findings, measures
            ),
            prose=tuple(map(_prose_card, self.prose_of(entity_id))),
            names=self._wording.named(
                evaluation.framework, entity.industry, industries, measures, findings
            ),
            flows=self._wording.flows(entity.entity_type),
            pages=workspace.definitions.page.pages.get(entity.entity_type, PageBounds()),
            references=tuple(
                one
                for one in workspace.definitions.references
                if one.indicator in evaluation.framework.indicators
                and one.is_for(entity.entity_type)
            ),
            breaks=self._breaks(entity.entity_type),
            rules=self._rules(entity.entity_type),
        )
        return bundle.model_copy(update={"report_number": report_number(bundle)})

    def view(self, entity: Entity) -> PublicView | None:
        """A body's results as its readers may see them; None where nothing of them is withheld."""
        return None if self.audience == "bureau" else self.gate.view(entity.entity_id)

    def _beside(self, entity: Entity, view: PublicView | None) -> tuple[BesideCard, ...]:
        """The return under the run's further frameworks, of a body from what is released of it."""
        cards = []
        for found in self.yearly.beside.get(entity.entity_type, ()):
            if view is not None:
                found = evaluate(
                    view.evaluation.panel,
                    found.framework,
                    base_year=found.base_year,
                    run_year=found.run_year,
                    fitted=found.fitted,
                )
            cards.append(beside_card(found, entity.entity_id, self.yearly.year))
        return tuple(cards)

    def _compliance(
        self, entity_id: str, view: PublicView | None
    ) -> Iterator[tuple[Standard, Compliance]]:
        """The standards a body is judged by, from what is released of it: a verdict over all of them
        would tell on which side of its threshold the withheld one lies."""
        for standard, made in self.yearly.compliance.get(entity_id, ()):
            if view is not None:
                found = view.evaluation.indicators, view.evaluation.framework
                made = standard_compliance(standard, *found, year=self.yearly.year)[entity_id]
            yield standard, made

    def _shows_band(self, entity_id: str) -> bool:
        """Whether the body's readers see how firm its index is."""
        year = self.yearly.workspace.year
        return self.audience == "bureau" or self.gate.shows_band(entity_id, year)

    def covered(self, entity_id: str, found: Assessment, year: int) -> Assessment:
        """An assessment as the body's readers may see it."""
        is_whole = self.audience == "bureau"
        return found if is_whole else self.gate.assessment(entity_id, found, year)

    def _targets(self, entity_id: str, view: PublicView | None) -> tuple[TargetLine, ...]:
        """The year's targets, as far as what measures them is released."""
        plan = self.yearly.workspace.definitions.plan
        if view is None or plan is None or entity_id not in self.yearly.targets:
            return self.yearly.targets.get(entity_id, ())
        return entity_targets(plan, view.evaluation, entity_id)

    def band(self, entity: Entity) -> Band | None:
        """How firm the index is, to the decimals in print, so that a draw more changes no page."""
        found = self._bands(entity.entity_type).get(entity.entity_id)
        if found is None:
            return None
        return replace(
            found,
            score_low=to_decimals(found.score_low, INDEX_DECIMALS),
            score_high=to_decimals(found.score_high, INDEX_DECIMALS),
            percentiles=None,
        )

    def _firmness(self, entity: Entity, assessed: Assessment) -> GradeFirmness | None:
        """How firm the grade is, of a body whose readers see how firm its index is."""
        if not self._shows_band(entity.entity_id):
            return None
        evaluation = self.yearly.evaluations[entity.entity_type]
        at = self.row_of[entity.entity_id], evaluation.panel.year_position(self.yearly.year)
        index = float(evaluation.aggregation.index.values[at])
        band = self._bands(entity.entity_type).get(entity.entity_id)
        return grade_firmness(assessed, index, band, evaluation.framework.scale)

    @lru_cache(maxsize=64)  # noqa: B019 - a bundler lives as long as its run
    def _bands(self, entity_type: str) -> Mapping[str, Band]:
        return self.yearly.bands(entity_type, self.gate.ranked_in(self.yearly.year, entity_type))

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.yearly, self.known)

    @cached_property
    def _others(self) -> OtherRespondents:
        return OtherRespondents(self.gate)

    @cached_property
    def _told(self) -> ToldFindings:
        return ToldFindings(self._others, is_public=self.audience == "public")

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self.yearly.workspace.definitions)

    def _entity(self, entity_id: str) -> Entity:
        workspace = self.yearly.workspace
        if entity_id not in self._of_the_year:
            expected = with_nearest("a code of entities.csv", entity_id, sorted(self._of_the_year))
            raise DataError(
                Sentence(
                    "{entity_id!r} is no entity of {year} with a framework, expected {expected}",
                    entity_id=entity_id,
                    year=workspace.year,
                    expected=expected,
                )
            )
        if entity_id in workspace.blocked:
            raise DataError(
                Sentence("{entity_id}: its data cannot be evaluated", entity_id=entity_id),
                map(FoundProblem.of, each_word_once(workspace.blocked[entity_id]).values()),
            )
        return workspace.register[entity_id]

    @cached_property
    def _of_the_year(self) -> frozenset[str]:
        return frozenset(e.entity_id for e in self.yearly.workspace.entities())

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Each entity's row in the evaluation of its type."""
        evaluations = self.yearly.evaluations.values()
        return {e: row for ev in evaluations for row, e in enumerate(ev.panel.entities)}

    def _relatives(self, entity: Entity) -> Iterator[Relative]:
        """Public bodies of the year that share figures with an entity, by how they do."""
        own = entity.entity_id
        for other, place in self._bodies:
            if entity.counted_in == other.entity_id:
                yield Relative(kind="whole", place=place)
            if other.counted_in == own:
                yield Relative(kind="part", place=place)
            if own == other.same_as or entity.same_as == other.entity_id:
                yield Relative(kind="same", place=place)

    @cached_property
    def _bodies(self) -> tuple[tuple[Entity, Place], ...]:
        """The public bodies of the year."""
        valid = self.yearly.workspace.register.valid_in(self.yearly.year)
        return tuple((e, self.gate.place(e)) for e in valid if self.gate.is_public(e))

    def _card(self, entity: Entity) -> EntityCard:
        """Whose report it is; the bodies around it only where they may be named."""
        register = self.yearly.workspace.register
        around = [e for e in register.ancestors(entity.entity_id) if self.gate.is_public(e)]
        counted_in = entity.counted_in
        known = counted_in in register and self.gate.is_public(register[counted_in])
        return EntityCard(
            **self.gate.place(entity).model_dump(),
            industry=entity.industry,
            counted_in=counted_in if known else "",
            relatives=tuple(self._relatives(entity)),
            parents=tuple(self.gate.place(e) for e in around),
            is_synthetic=entity.is_synthetic,
            changes=tuple(changes_of(entity.entity_id, register, self.yearly.year, self.gate)),
        )

    @lru_cache(maxsize=64)  # noqa: B019
    def _plan(self, entity_type: str) -> PlanCard:
        plan = self.yearly.workspace.definitions.plan
        return PlanCard() if plan is None else _plan_card(plan, entity_type)

    @lru_cache(maxsize=64)  # noqa: B019
    def _rules(self, entity_type: str) -> Plan | None:
        definitions = self.yearly.workspace.definitions
        factors = definitions.factor_values
        plan = definitions.plan
        return None if plan is None else rules_for(plan, entity_type, factors)

    @lru_cache(maxsize=64)  # noqa: B019
    def _breaks(self, entity_type: str) -> tuple[SeriesBreak, ...]:
        definitions, base_year = self.yearly.workspace.definitions, self.yearly.workspace.base_year
        framework = definitions.frameworks[entity_type]  # without the weights that data taught it
        history, year = definitions.history, self.yearly.year
        return breaks_of(entity_type, framework, history, year, base_year)

    def _record(self, panel: Panel, row: int, hidden: Years) -> Record:
        entity_id, panel, row = panel.entities[row], panel.alone(row), 0
        columns = panel.columns
        places = self.yearly.workspace.sources.table(entity_id, columns, panel.years)
        return Record(
            years=panel.years,
            values={code: values_of(c, row) for code, c in columns.items()},
            state={code: tuple(c.state[row].tolist()) for code, c in columns.items()},
            flags={code: tuple(c.flags[row].tolist()) for code, c in columns.items()},
            source={
                code: tuple(
                    "" if year in hidden.get(code, ()) else self._others.place(text, entity_id)
                    for year, text in zip(panel.years, texts, strict=True)
                )
                for code, texts in places.items()
            },
            codes={code: tuple(map(str, texts[row])) for code, texts in panel.codes.items()},
        )

    def findings_of(self, entity_id: str) -> Sequence[Finding]:
        """The findings of the data checks about an entity."""
        return self.yearly.findings_about.get(entity_id, ())

    def prose_of(self, entity_id: str) -> Sequence[Prose]:
        """What an entity says itself."""
        return self._prose.get(entity_id, ())

    @cached_property
    def _prose(self) -> Mapping[str, list[Prose]]:
        by_entity: dict[str, list[Prose]] = defaultdict(list)
        for prose in self.yearly.workspace.prose:
            by_entity[prose.entity_id].append(prose)
        return by_entity


def _finding(finding: Finding) -> FindingLine:
    return FindingLine(
        severity=finding.severity,
        code=finding.code,
        kind=finding.kind,
        where=str(finding.at),
        variable=finding.variable,
        year=finding.year,
        values={name: wording.to_json(value) for name, value in finding.values},
        status=finding.status,
        **_settlement(finding),
    )


def _settlement(finding: Finding) -> dict[str, Any]:
    """Why and on whose word a finding is settled."""
    if finding.status == "open":
        return {}
    return {"note": finding.note, "settled": finding.settled}


def _plan_card(plan: Plan, entity_type: str) -> PlanCard:
    return PlanCard(
        undecided=tuple(
            target
            for target in plan.undecided.values()
            if entity_type in (*target.applies_to, *target.reference_for)
        ),
        id=plan.id,
        zh=plan.zh,
        en=plan.en,
        status=plan.status,
        base_year=plan.base_year,
        first_year=plan.first_year,
        last_year=plan.last_year,
        systems=plan.systems,
    )


def _prose_card(prose: Prose) -> ProseCard:
    return ProseCard(
        lang=prose.lang, owner=prose.owner, date=prose.date, year=prose.year, text=prose.text
    )


def _standard(standard: Standard, made: Compliance) -> StandardCard:
    return StandardCard(
        id=standard.id,
        zh=standard.zh,
        en=standard.en,
        source=standard.source,
        tag=standard.tag,
        verdict=made.verdict,
        reasons=made.reasons,
        lines=made.lines,
        groups=made.groups,
    )
