"""What a document beside the scorecards may know: the method book, a unit's supervision sheet.

A document is made from one JSON file, as a report is from its bundle. The method book holds
definitions only, no data and nothing of the gate's parameters; a supervision sheet names public
bodies, and counts respondents without naming one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cescore.definitions.model import (
    BuiltInChecks,
    Check,
    CheckRule,
    Framework,
    IndustryRange,
    Measure,
    Named,
    Plan,
    Run,
    Standard,
    Variable,
)
from cescore.disclosure.bundle import FORMAT, Part, Place
from cescore.errors import DataError
from cescore.method.measures import STATUSES

if TYPE_CHECKING:
    from cescore.definitions.load import Definitions
    from cescore.definitions.model import Disclosure
    from cescore.intake.entities import Entity
    from cescore.intake.inspections import MeasureRecord
    from cescore.intake.workspace import Workspace

BOOK, UNITS = "method-book", "units"  # folders of the output tree; no entity type bears a hyphen
START = b'{"kind":"'  # a document's file begins so; a bundle's never does


class Document(Part):
    """One document's whole world; ``kind`` stands first in its file."""

    kind: str
    document_id: str
    format: int = FORMAT
    run: Run
    report_number: str = ""

    def to_bytes(self) -> bytes:
        """UTF-8 JSON in the order of params: equal documents give equal bytes."""
        value = self.model_dump(mode="json")
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.to_bytes()).hexdigest()


class MethodBook(Document):
    """The whole method of a workspace for one year, as params say it."""

    kind: str = BOOK
    document_id: str = BOOK
    base_year: int
    frameworks: tuple[Framework, ...]
    hashes: Mapping[str, str] = {}  # entity type -> hash of its framework, as reports print it
    variables: tuple[Variable, ...]
    checks: tuple[CheckRule, ...] = ()
    ranges: tuple[IndustryRange, ...] = ()
    built_in: BuiltInChecks = BuiltInChecks()
    plan: Plan | None = None
    standards: tuple[Standard, ...] = ()
    public_types: tuple[str, ...] = ()  # bodies that may be named and ranked


class BodyCheck(Part):
    """One check at one public body, as inspected."""

    entity_id: str
    status: str
    is_unproven: bool = False  # recorded as done, without evidence: counts as partial
    value: str = ""
    evidence_ref: str = ""
    finding: str = ""
    inspector_unit: str = ""
    inspection_date: str = ""
    due_date: str = ""
    closed_date: str = ""


class SheetCheck(Named):
    """One check of a measure: public bodies one by one, respondents as counts.

    ``respondents``: status -> number, None where it may not be shown; empty where the check
    concerns none, or too few of them.
    """

    id: str
    type: str
    goal: float | None = None
    bodies: tuple[BodyCheck, ...] = ()
    respondents: Mapping[str, int | None] = {}
    respondents_concerned: bool = False


class SheetMeasure(Named):
    """One measure of a unit, with the other units that the plan names for it."""

    id: str
    system: str
    others: tuple[str, ...] = ()
    is_local: bool = True
    checks: tuple[SheetCheck, ...] = ()


class UnitSheet(Document):
    """The supervision sheet of one responsible unit for one year."""

    kind: str = UNITS
    unit: str
    plan: Named
    plan_status: str = ""
    systems: Mapping[str, Named] = {}
    bodies: tuple[Place, ...] = ()  # public bodies, in the order of the register
    measures: tuple[SheetMeasure, ...] = ()

    def counts(self) -> dict[str, int]:
        """The checks at public bodies by status, every status named."""
        found = Counter(b.status for m in self.measures for c in m.checks for b in c.bodies)
        return {status: found[status] for status in STATUSES}


DocumentT = TypeVar("DocumentT", bound=Document)
KINDS: Mapping[str, type[Document]] = {BOOK: MethodBook, UNITS: UnitSheet}


def is_document(path: Path) -> bool:
    """Whether a file that a report process is handed is a document's, not a bundle."""
    with path.open("rb") as file:
        return file.read(len(START)) == START


def read_document(path: Path) -> tuple[Document, str]:
    """A document and the SHA-256 of the file it was read from.

    The documents of a plan's evaluation build on this module: they are looked up when one is read.

    Raises
    ------
    DataError
        The file is of no kind that there is.
    """
    from cescore.disclosure.reviews import OVERVIEW, REVIEW, PlanOverview, Review

    raw = path.read_bytes()
    kind = json.loads(raw).get("kind")
    kinds: Mapping[str, type[Document]] = {**KINDS, REVIEW: Review, OVERVIEW: PlanOverview}
    if kind not in kinds:
        raise DataError(f"{path.name}: document of kind {kind!r}, expected {' or '.join(kinds)}")
    return kinds[kind].model_validate_json(raw), hashlib.sha256(raw).hexdigest()


# --- the method book --------------------------------------------------------------------------


def make_method_book(definitions: Definitions, base_year: int) -> MethodBook:
    """The book of all frameworks of a workspace, without worked examples."""
    book = MethodBook(
        run=definitions.run,
        base_year=base_year,
        frameworks=tuple(_lean(framework) for framework in definitions.frameworks.values()),
        hashes={t: framework.hash for t, framework in definitions.frameworks.items()},
        variables=tuple(definitions.variables.values()),
        checks=definitions.checks,
        ranges=definitions.ranges,
        built_in=definitions.built_in,
        plan=definitions.plan,
        standards=tuple(definitions.standards.values()),
        public_types=definitions.disclosure.public_types,
    )
    return _numbered(book)


def _lean(framework: Framework) -> Framework:
    """The framework without the worked examples, which tests run and no page prints."""
    changed: dict[str, Any] = {
        name: {
            code: one.model_copy(update={"examples": ()})
            for code, one in getattr(framework, name).items()
        }
        for name in ("indicators", "accounts")
    }
    return framework.model_copy(update=changed)


def _numbered(document: DocumentT) -> DocumentT:
    """The document with its number: the same content gives the same one."""
    name = "METHOD" if document.kind == BOOK else document.document_id
    number = f"CE-{document.run.year}-{name}-{document.hash[:6].upper()}"
    return document.model_copy(update={"report_number": number})


# --- supervision sheets -----------------------------------------------------------------------


def unit_slugs(plan: Plan | None) -> dict[str, str]:
    """Responsible units of a plan by slug, U01 the first that the plan names."""
    measures = plan.measures.values() if plan else ()
    named = dict.fromkeys(unit for measure in measures for unit in measure.units)
    return {f"U{number:02d}": unit for number, unit in enumerate(named, 1)}


@dataclass(frozen=True, eq=False)
class Sheets:
    """Makes the supervision sheets of a workspace's year.

    Every entity of the year counts, one whose returns cannot be evaluated too: what inspectors
    recorded about it stands. A check without a record is not inspected; done without evidence
    counts as partial, as in the assessment.
    """

    workspace: Workspace

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
            raise DataError(f"no responsible unit {slug!r}, expected one of {known}")
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
        return _numbered(sheet)

    @cached_property
    def _public(self) -> tuple[Entity, ...]:
        public = self.workspace.definitions.disclosure.public_types
        return tuple(e for e in self.workspace.entities() if e.entity_type in public)

    @cached_property
    def _respondents(self) -> tuple[Entity, ...]:
        public = self.workspace.definitions.disclosure.public_types
        return tuple(e for e in self.workspace.entities() if e.entity_type not in public)

    @cached_property
    def _records(self) -> Mapping[tuple[str, str], MeasureRecord]:
        year = self.workspace.year
        return {(r.check_id, r.entity_id): r for r in self.workspace.measures if r.year == year}

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
        statuses = [(e, self._inspected(check.id, e).status) for e in firms]
        return SheetCheck(
            id=check.id,
            zh=check.zh,
            en=check.en,
            type=check.type,
            goal=check.goal,
            bodies=tuple(self._inspected(check.id, e) for e in bodies),
            respondents=released_counts(statuses, self.workspace.definitions.disclosure),
            respondents_concerned=bool(firms),
        )

    def _inspected(self, check_id: str, entity: Entity) -> BodyCheck:
        record = self._records.get((check_id, entity.entity_id))
        if record is None:
            return BodyCheck(entity_id=entity.entity_id, status="not_inspected")
        unproven = record.status == "done" and not record.evidence_ref.strip()
        fields = {
            name: getattr(record, name) for name in BodyCheck.model_fields if hasattr(record, name)
        }
        return BodyCheck(
            **{**fields, "status": "partial" if unproven else record.status},
            is_unproven=unproven,
        )


def released_counts(
    statuses: Sequence[tuple[Entity, str]], rules: Disclosure
) -> dict[str, int | None]:
    """How many respondents have each status; None where that may not be shown, {} for too few of them.

    A number above zero with fewer contributors than the gate's minimum is hidden, and with it the
    smallest ones shown until what is hidden has enough of them and is of more than one status:
    else it followed from the total. A holding is one contributor. Zero names nobody.
    """
    holders: dict[str, set[str]] = {status: set() for status in STATUSES}
    for entity, status in statuses:
        holders[status].add(entity.holding_id or entity.entity_id)
    counts = Counter(status for _, status in statuses)
    everybody = set().union(*holders.values())
    if len(everybody) < rules.min_contributors:
        return {}
    hidden = {s for s in STATUSES if 0 < len(holders[s]) < rules.min_contributors}
    shown = sorted((s for s in STATUSES if holders[s] and s not in hidden), key=counts.__getitem__)
    for status in shown:
        if not hidden or (
            len(hidden) > 1 and _contributors(holders, hidden) >= rules.min_contributors
        ):
            break
        hidden.add(status)
    return {s: None if s in hidden else counts[s] for s in STATUSES}


def _contributors(holders: Mapping[str, set[str]], statuses: Iterable[str]) -> int:
    return len(set().union(*(holders[status] for status in statuses)))


def _place(entity: Entity) -> Place:
    return Place(
        entity_id=entity.entity_id,
        entity_type=entity.entity_type,
        name_zh=entity.name_zh,
        name_en=entity.name_en,
    )
