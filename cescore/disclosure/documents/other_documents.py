"""What a document beside the scorecards may know: the method book, a unit's supervision sheet.

A document is made from one JSON file, as a report is from its bundle. The method book holds
definitions, nothing of the gate's parameters, and of data what illustrates them: one public body's
released record and statistics over a type. A supervision sheet names public bodies, and counts
respondents without naming one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Self

from cescore.definitions.frameworks.history import SeriesBreak
from cescore.definitions.model import (
    BuiltInChecks,
    CheckRule,
    Framework,
    IndustryRange,
    Named,
    Plan,
    Run,
    Standard,
    Variable,
)
from cescore.definitions.model.ends import EndsTable
from cescore.definitions.model.reference import Reference
from cescore.disclosure.documents.bundle import FORMAT, Part, Place, written
from cescore.disclosure.documents.illustration import Illustration
from cescore.disclosure.documents.kinds import METHOD_BOOK, UNIT_SHEET
from cescore.disclosure.documents.standing import OwnStanding, release_stage
from cescore.method.grading.yardsticks import STATUSES, CheckNote


class Document(Part):
    """One document's whole world; ``kind`` stands first in its file."""

    kind: str
    document_id: str
    format: int = FORMAT
    run: Run
    report_number: str = ""
    standing: OwnStanding = None  # of its release; None: a draft, or a sample

    @property
    def release_stage(self) -> str:
        """How official the document is: see `release_stage` of `cescore.disclosure.documents.standing`."""
        return release_stage(self.run.status, self.standing)

    def texts(self) -> dict[str, str]:
        """The JSON of each field, in the order of the fields."""
        return {name: written(value) for name, value in self.model_dump(mode="json").items()}

    def to_bytes(self) -> bytes:
        """UTF-8 JSON in the order of params: equal documents give equal bytes."""
        return written(self.model_dump(mode="json")).encode()

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def number_start(self) -> str:
        """How its number begins: the year and whose document it is."""
        return f"CE-{self.run.year}-{self.document_id}-"

    def number(self) -> str:
        """The number that its content has: the same content has the same one."""
        blank = self.model_copy(update={"report_number": ""})
        return f"{self.number_start}{blank.hash[:6].upper()}"

    def numbered(self) -> Self:
        """The document with its number."""
        return self.model_copy(update={"report_number": self.number()})


class MethodBook(Document):
    """The whole method of a workspace for one year, as params say it."""

    kind: str = METHOD_BOOK.name
    document_id: str = METHOD_BOOK.name
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
    breaks: Mapping[str, tuple[SeriesBreak, ...]] = {}  # by entity type, where there are any
    references: tuple[Reference, ...] = ()
    ends: EndsTable = EndsTable()  # by which rules ends of scales are found
    illustration: Illustration = Illustration()

    @property
    def number_start(self) -> str:
        return f"CE-{self.run.year}-METHOD-"


RECORDED = "recorded"  # inspected and held against nothing: no verdict of done or not done
SHEET_STATUSES: tuple[str, ...] = (*STATUSES, RECORDED)


class BodyCheck(Part):
    """One check at one public body, as inspected."""

    entity_id: str
    status: str  # of `SHEET_STATUSES`
    recorded: str = ""  # the status that the inspector gave, where another one counts
    notes: tuple[CheckNote, ...] = ()
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
    yardstick: str = ""
    goal: float | None = None  # of the year
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

    kind: str = UNIT_SHEET.name
    unit: str
    plan: Named
    plan_status: str = ""
    systems: Mapping[str, Named] = {}
    bodies: tuple[Place, ...] = ()  # public bodies, in the order of the register
    measures: tuple[SheetMeasure, ...] = ()

    def counts(self) -> dict[str, int]:
        """The checks at public bodies by status, every one of `SHEET_STATUSES` named."""
        found = Counter(b.status for m in self.measures for c in m.checks for b in c.bodies)
        return {status: found[status] for status in SHEET_STATUSES}
