"""What a plan's midterm or final evaluation may show: one entity's review, and the plan's overview.

Both are documents. A review holds the entity's own bundle of the year looked back from, so that
its notebook computes every year anew; the overview names public bodies, and of respondents
it holds released counts only.
"""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import Commitment, Plan
from cescore.disclosure.documents.bundle import Bundle, Part, Place
from cescore.disclosure.documents.kinds import OVERVIEW, REVIEW
from cescore.disclosure.documents.other_documents import Document
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.period_measures import Completion, PeriodMeasure
from cescore.method.grading.target_paths import TargetPath


class PlanDocument(Document):
    """What reviews and overview have in common."""

    stage: str
    years: tuple[int, ...]  # of the plan that are looked at
    plan: Plan  # without measures

    @property
    def year(self) -> int:
        """The year looked back from."""
        return self.years[-1]

    @property
    def number_start(self) -> str:
        """How its number begins: plan, stage and whose it is."""
        whose = "ALL" if self.kind == OVERVIEW.name else self.document_id
        return f"CE-{self.plan.id}-{self.stage.upper()}-{whose}-"


class Review(PlanDocument):
    """One entity's midterm or final evaluation under a plan."""

    kind: str = REVIEW.name
    bundle: Bundle
    targets: tuple[TargetPath, ...] = ()
    measures: tuple[PeriodMeasure, ...] = ()
    whole: Completion
    systems: tuple[Completion, ...] = ()
    units: tuple[Completion, ...] = ()
    yearly: tuple[Assessment, ...] = ()  # one per year

    @property
    def assessment(self) -> Assessment:
        """The period's total: the bundle holds it in the place of the year's."""
        return self.bundle.assessment


class BodyRow(Part):
    """A public body in the overview; figures only where the gate has cleared it."""

    place: Place
    status: str = "reported"  # or suppressed, insufficient, not_filed, blocked
    index: tuple[float | None, ...] = ()  # base year, then each year
    progress: tuple[float | None, ...] = ()
    measures: float | None = None  # completion at the end, 0-1
    total: float | None = None
    grade_zh: str = ""
    grade_en: str = ""
    provisional: bool = False
    reason: str = ""
    verdicts: Mapping[str, str] = {}  # target -> verdict
    part_of: str = ""  # id of the body of its type in whose figures its own are

    def grade(self, lang: str) -> str:
        """The grade's name in a language; "" without one."""
        return name_in(lang, self.grade_zh, self.grade_en)


class PlanOverview(PlanDocument):
    """The plan as a whole: its targets, every public body, every system and responsible unit."""

    kind: str = OVERVIEW.name
    document_id: str = OVERVIEW.name
    owner: Place | None = None  # whose own targets stand first
    targets: tuple[TargetPath, ...] = ()
    bodies: tuple[BodyRow, ...] = ()
    whole: Completion
    systems: tuple[Completion, ...] = ()
    units: tuple[Completion, ...] = ()
    respondents: Mapping[str, int | None] = {}  # checks at respondents by status at the end
    left: tuple[Place, ...] = ()  # public bodies that were in the register and are not at the end
    commitments: Mapping[str, Commitment] = {}
