"""Makes the documents of a plan's evaluation: each entity's review, and the overview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cescore.definitions.model import Plan
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.plan_documents import BodyRow, PlanOverview, Review
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.making.sheets import released_counts, unit_slugs
from cescore.disclosure.released.gate import INDEX_DECIMALS
from cescore.method.disclosure.rules import to_decimals
from cescore.method.grading.period_measures import Completion, PeriodCheck, PeriodMeasure
from cescore.method.grading.target_paths import TargetPath, target_paths

if TYPE_CHECKING:
    from cescore.evaluation.periods import PlanEvaluation
    from cescore.intake.register.entities import Entity


def lean(plan: Plan) -> Plan:
    """The plan without its measures, which a review holds as carried out."""
    return plan.model_copy(update={"measures": {}, "commitments": {}})


class _OwnBundles(Bundler):
    """Bundles without what a review does not show: bands and comparisons."""

    def bundle(self, entity_id: str) -> Bundle:
        made = super().bundle(entity_id)
        nothing: dict[str, Any] = {
            "peers": None, "siblings": (), "children": (), "industries": (), "standards": (),
            "measures": (), "targets": (), "terms": {},
        }  # fmt: skip
        return made.model_copy(update={**nothing, "report_number": ""})

    def _band(self, entity: Entity) -> None:
        return None


@dataclass(frozen=True, eq=False)
class Reviews:
    """Makes the documents of a plan's evaluation, one when it is asked for."""

    found: PlanEvaluation

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities of the year looked back from that get a review."""
        return self.found.yearly.entities

    def review(self, entity_id: str) -> Review:
        """One entity's review; raises `DataError` as `Bundler.bundle` does."""
        found, bundle = self.found, self._bundles.bundle(entity_id)
        entity = found.workspace.register[entity_id]
        measures = found.measures_of(entity)
        covered = self._bundles.covered
        assessment = covered(entity_id, found.assessment_of(entity), found.year)
        bundle = bundle.model_copy(update={"assessment": assessment})
        review = Review(
            document_id=entity_id,
            run=found.workspace.definitions.run,
            stage=found.stage,
            years=found.years,
            plan=lean(found.plan),
            bundle=bundle,
            targets=self._targets(entity),
            measures=measures,
            whole=found.completion(c for m in measures for c in m.checks),
            systems=tuple(self._by_key(measures, lambda m: (m.system,))),
            units=tuple(self._by_key(measures, lambda m: m.units)),
            yearly=tuple(
                covered(entity_id, made, year)
                for year, made in zip(found.years, found.yearly_assessments_of(entity), strict=True)
            ),
        )
        return review.numbered()

    def overview(self) -> PlanOverview:
        """The plan as a whole."""
        found = self.found
        public = [m for e in self._public for m in found.measures_of(e)]
        owner = self._owner
        gate = self._bundles.gate
        overview = PlanOverview(
            run=found.workspace.definitions.run,
            stage=found.stage,
            years=found.years,
            plan=lean(found.plan),
            owner=gate.place(owner) if owner else None,
            targets=self._targets(owner) if owner else (),
            bodies=tuple(self._row(e) for e in self._beneath_wholes()),
            whole=found.completion(c for m in public for c in m.checks),
            systems=tuple(self._by_key(public, lambda m: (m.system,))),
            units=self._units(public),
            respondents=self._respondents(),
            left=tuple(gate.place(e) for e in self._left()),
            commitments=found.plan.commitments,
        )
        return overview.numbered()

    def _targets(self, entity: Entity) -> tuple[TargetPath, ...]:
        """An entity's targets over the years, as far as what measures them is released."""
        found, entity_id = self.found, entity.entity_id
        view = self._bundles.view(entity)
        if view is None:
            return found.targets[entity_id]
        shown = view.evaluation
        return target_paths(found.plan, shown.indicators, shown.framework, years=found.years)[
            entity_id
        ]

    @cached_property
    def _bundles(self) -> Bundler:
        return _OwnBundles(self.found.yearly)

    @cached_property
    def _public(self) -> tuple[Entity, ...]:
        public = self.found.workspace.definitions.disclosure.public_types
        return tuple(e for e in self.found.workspace.entities() if e.entity_type in public)

    @property
    def _owner(self) -> Entity | None:
        """The public body whose own targets the plan states; None where several or none is it."""
        owners = [
            e
            for e in self._public
            if any(path.end.role == "own" for path in self.found.targets.get(e.entity_id, ()))
        ]
        return owners[0] if len(owners) == 1 else None

    def _left(self) -> Iterator[Entity]:
        """Public bodies of the period that are gone at its end."""
        workspace = self.found.workspace
        public = workspace.definitions.disclosure.public_types
        here = {e.entity_id for e in self._public}
        for entity in workspace.register:
            was_there = any(entity.is_valid_in(year) for year in self.found.years)
            if entity.entity_type in public and was_there and entity.entity_id not in here:
                yield entity

    def _by_key(
        self, measures: Iterable[PeriodMeasure], keys_of: Callable[[PeriodMeasure], tuple[str, ...]]
    ) -> Iterator[Completion]:
        by_key: dict[str, list[PeriodCheck]] = {}
        for measure in measures:
            for key in keys_of(measure):
                by_key.setdefault(key, []).extend(measure.checks)
        for key, checks in by_key.items():
            yield self.found.completion(checks, key)

    def _units(self, measures: Sequence[PeriodMeasure]) -> tuple[Completion, ...]:
        """Every responsible unit that the plan names, in its order, one without checks too."""
        found = {a.key: a for a in self._by_key(measures, lambda m: m.units)}
        named = unit_slugs(self.found.plan).values()
        return tuple(found.get(unit) or self.found.completion((), unit) for unit in named)

    def _respondents(self) -> dict[str, int | None]:
        """Checks at respondents by status at the end, as far as the gate releases the numbers."""
        public = self.found.workspace.definitions.disclosure.public_types
        firms = [e for e in self.found.workspace.entities() if e.entity_type not in public]
        statuses = [
            (firm, check.end)
            for firm in firms
            for measure in self.found.measures_of(firm)
            for check in measure.checks
        ]
        return released_counts(statuses, self.found.workspace.definitions.disclosure)

    def _beneath_wholes(self) -> list[Entity]:
        """The public bodies in their order, one that is part of another of its type beneath that."""
        order = {entity.entity_id: n for n, entity in enumerate(self._public)}
        whole_of = self.found.workspace.register.whole_of

        def place(entity: Entity) -> tuple[int, bool]:
            whole = whole_of(entity.entity_id)
            return order.get(whole, order[entity.entity_id]), whole in order

        return sorted(self._public, key=place)

    def _row(self, entity: Entity) -> BodyRow:
        found, gate = self.found, self._bundles.gate
        place = gate.place(entity)
        measures = found.completion(c for m in found.measures_of(entity) for c in m.checks)
        if entity.entity_id in found.workspace.blocked:
            return BodyRow(place=place, status="blocked", measures=measures.at_end)
        cleared = gate.public_row(entity)
        row = BodyRow(
            place=place,
            status=cleared.status,
            part_of=cleared.part_of,
            measures=measures.at_end,
            verdicts={p.end.id: p.verdict for p in self._targets(entity)},
        )
        if cleared.status in ("suppressed", "not_filed"):
            return row
        made = found.assessment_of(entity)
        index, progress = self._paths(entity)
        shown: dict[str, Any] = {
            "index": index,
            "progress": progress,
            "total": None if made.total is None else to_decimals(made.total, INDEX_DECIMALS),
        }
        named = ("grade_zh", "grade_en", "provisional", "reason")
        return row.model_copy(update=shown | {name: getattr(made, name) for name in named})

    def _paths(self, entity: Entity) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
        """Index and progress index, base year first, to the decimals in print."""
        evaluation = self.found.yearly.evaluation_of(entity.entity_id)
        row, years = (
            evaluation.panel.row(entity.entity_id),
            (self.found.plan.base_year, *self.found.years),
        )
        places = [evaluation.panel.year_position(year) for year in years]
        enough = evaluation.is_sufficient[row]
        view = self._bundles.view(entity)
        shown = view.evaluation if view else evaluation
        row = 0 if view else row
        index = shown.aggregation.index.values[row]
        progress = shown.progress.index
        return (
            tuple(_printed(index[j]) if enough[j] else None for j in places),
            tuple(
                _printed(progress.values[row, j]) if progress.is_present[row, j] else None
                for j in places
            ),
        )


def _printed(value: float) -> float | None:
    return None if value != value else to_decimals(float(value), INDEX_DECIMALS)
