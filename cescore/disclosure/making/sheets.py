"""Makes the supervision sheets of responsible units, and counts respondents without naming one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from cescore.definitions.model import Named
from cescore.disclosure.documents.bundle import Place
from cescore.disclosure.documents.other_documents import (
    RECORDED,
    BodyCheck,
    SheetCheck,
    SheetMeasure,
    UnitSheet,
)
from cescore.errors import DataError, Sentence
from cescore.evaluation.inspected import InspectedMeasures
from cescore.method.grading.measures import InspectedCheck, is_recorded_only
from cescore.method.grading.yardsticks import STATUSES

if TYPE_CHECKING:
    from cescore.definitions.model import Check, Disclosure, Measure, Plan
    from cescore.intake.register.entities import Entity
    from cescore.intake.workspace import Workspace
    from cescore.method.grading.measures import MeasureLine


def unit_slugs(plan: Plan | None) -> dict[str, str]:
    """Responsible units of a plan by slug, U01 the first that the plan names."""
    measures = plan.measures.values() if plan else ()
    named = dict.fromkeys(unit for measure in measures for unit in measure.units)
    return {f"U{number:02d}": unit for number, unit in enumerate(named, 1)}


@dataclass(frozen=True, eq=False)
class Sheets:
    """Makes the supervision sheets of a workspace's year.

    Every entity of the year counts, one whose returns cannot be evaluated too: what inspectors
    recorded about it stands, as the assessment counts it (`measures.measure_lines`).
    """

    workspace: Workspace
    inspected: Mapping[str, tuple[MeasureLine, ...]] | None = None  # the year's, as far as known

    def __iter__(self) -> Iterator[UnitSheet]:
        for slug in unit_slugs(self.workspace.definitions.plan):
            yield self.sheet(slug)

    def sheet(self, slug: str) -> UnitSheet:
        """The sheet of one unit.

        Raises
        ------
        DataError
            There is no plan, or it names no such unit.
        """
        definitions = self.workspace.definitions
        plan, units = definitions.plan, unit_slugs(definitions.plan)
        if plan is None or slug not in units:
            known = (
                f"{next(iter(units))} to {list(units)[-1]}" if units else "none: there is no plan"
            )
            raise DataError(
                Sentence(
                    "no responsible unit {slug!r}, expected one of {known}", slug=slug, known=known
                )
            )
        unit = units[slug]
        mine = [self._measure(m, unit) for m in plan.measures.values() if unit in m.units]
        shown = {body.entity_id for m in mine for c in m.checks for body in c.bodies}
        sheet = UnitSheet(
            document_id=slug,
            run=definitions.run,
            unit=unit,
            plan=Named(zh=plan.zh, en=plan.en),
            plan_status=plan.status,
            systems={m.system: plan.systems.get(m.system, Named(zh=m.system)) for m in mine},
            bodies=tuple(_place(e) for e in self._public if e.entity_id in shown),
            measures=tuple(mine),
        )
        return sheet.numbered()

    @cached_property
    def _public(self) -> tuple[Entity, ...]:
        public = self.workspace.definitions.disclosure.public_types
        return tuple(e for e in self.workspace.entities() if e.entity_type in public)

    @cached_property
    def _respondents(self) -> tuple[Entity, ...]:
        public = self.workspace.definitions.disclosure.public_types
        return tuple(e for e in self.workspace.entities() if e.entity_type not in public)

    @cached_property
    def _counted(self) -> Mapping[tuple[str, str], InspectedCheck]:
        """Each check of each entity of the year as the assessment counts it."""
        plan = self.workspace.definitions.plan
        if plan is None:
            return {}
        inspected, known = InspectedMeasures(plan, self.workspace), self.inspected or {}
        year = self.workspace.year
        return {
            (check["id"], entity.entity_id): check
            for entity in self.workspace.entities()
            for line in known.get(entity.entity_id) or inspected.in_year(entity, year)
            for check in line.checks
        }

    @cached_property
    def _closed(self) -> Mapping[tuple[str, str], str]:
        """The day on which what a check of the year found was put right, where it is recorded."""
        year = self.workspace.year
        found = (record for record in self.workspace.measures if record.year == year)
        return {(record.check_id, record.entity_id): record.closed_date for record in found}

    def _measure(self, measure: Measure, unit: str) -> SheetMeasure:
        return SheetMeasure(
            id=measure.id,
            zh=measure.zh,
            en=measure.en,
            system=measure.system,
            others=tuple(other for other in measure.units if other != unit),
            is_local=measure.local,
            checks=tuple(self._check(check) for check in measure.checks),
        )

    def _check(self, check: Check) -> SheetCheck:
        firms = [e for e in self._respondents if e.entity_type in check.levels]
        bodies = [e for e in self._public if e.entity_type in check.levels]
        statuses = [(e, self._counted[check.id, e.entity_id]["status"]) for e in firms]
        return SheetCheck(
            id=check.id,
            zh=check.zh,
            en=check.en,
            type=check.type,
            goal=check.goal_in(self.workspace.year),
            yardstick=check.yardstick,
            bodies=tuple(self._inspected(check.id, e) for e in bodies),
            respondents=released_counts(statuses, self.workspace.definitions.disclosure),
            respondents_concerned=bool(firms),
        )

    def _inspected(self, check_id: str, entity: Entity) -> BodyCheck:
        check = self._counted[check_id, entity.entity_id]
        return BodyCheck(
            entity_id=entity.entity_id,
            status=RECORDED if is_recorded_only(check) else check["status"],
            recorded=check.get("recorded", ""),
            notes=check["notes"],
            closed_date=self._closed.get((check_id, entity.entity_id), ""),
            **{name: check[name] for name in _SAME},
        )


# what a sheet prints of a check as the assessment has it
_SAME: tuple[Literal["value", "evidence_ref", "finding", "inspector_unit", "inspection_date", "due_date"], ...] = (
    "value", "evidence_ref", "finding", "inspector_unit", "inspection_date", "due_date",
)  # fmt: skip


def released_counts(
    statuses: Sequence[tuple[Entity, str]],
    rules: Disclosure,
    known: Sequence[str] = STATUSES,
    unasked: str = "",
) -> dict[str, int | None]:
    """How many respondents have each status of those known; None where that may not be shown, {} for too few of them.

    A number above zero with fewer contributors than the gate's minimum is hidden, and with it the
    smallest ones shown, ``unasked`` before them, until what is hidden has enough of them and is of more than one status:
    else it followed from the total. A holding is one contributor. Zero names nobody.
    """
    holders: dict[str, set[str]] = {status: set() for status in known}
    for entity, status in statuses:
        holders[status].add(entity.holding_id or entity.entity_id)
    counts = Counter(status for _, status in statuses)
    everybody = set().union(*holders.values())
    if len(everybody) < rules.min_contributors:
        return {}
    hidden = {s for s in known if 0 < len(holders[s]) < rules.min_contributors}
    shown = sorted(
        (s for s in known if holders[s] and s not in hidden),
        key=lambda s: (s != unasked, counts[s]),
    )
    for status in shown:
        if not hidden or (
            len(hidden) > 1 and _contributors(holders, hidden) >= rules.min_contributors
        ):
            break
        hidden.add(status)
    return {s: None if s in hidden else counts[s] for s in known}


def _contributors(holders: Mapping[str, set[str]], statuses: Iterable[str]) -> int:
    return len(set().union(*(holders[status] for status in statuses)))


def _place(entity: Entity) -> Place:
    return Place(
        entity_id=entity.entity_id,
        entity_type=entity.entity_type,
        name_zh=entity.name_zh,
        name_en=entity.name_en,
    )
