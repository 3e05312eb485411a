"""A plan period: its targets, measures and promises, and how they are assessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import Field, ValidationInfo, model_validator

from cescore.definitions.industry_mix import names_of
from cescore.definitions.model.base import FROM_FILE, Definition, FileValues, Named
from cescore.definitions.model.written import (
    Code,
    LadderRung,
    Number,
    Real,
    Tag,
    Text,
    Truth,
    Weight,
    Whole,
    Words,
    Year,
)

LadderForm = Literal["steps", "continuous"]
LADDER_FORMS: tuple[LadderForm, ...] = get_args(LadderForm)
Yardstick = Literal["goal", "improves", "done", "none"]
YARDSTICKS: tuple[Yardstick, ...] = get_args(Yardstick)
CheckQuantity = Literal["stock", "flow", ""]
CheckType = Literal["rate", "count", "amount", "bool", "doc", "milestone"]
NUMERIC: tuple[CheckType, ...] = ("rate", "count", "amount")  # a number is recorded
EvidenceKind = Literal["document", "record", "statement", "none"]
EVIDENCE_KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
ALWAYS = 1800  # the year from which a goal without a year holds
UNDECIDED = ("待定", "to be decided")  # the value of a target that nobody has set yet


class TargetTerms(Named):
    """What a goal of the plan is about; its value may still be undecided."""

    id: Code
    indicator: str  # whose value is followed
    type: Literal["cumulative_reduction", "cumulative_increase", "level"]
    unit: str
    op: Literal[">=", "<="]
    scored: Truth = True
    binding: Truth = False
    has_schedule: Truth = True  # false: a level that goes by equal steps from its base value
    # entity types whose own target it is; with neither, loading writes those that have the indicator
    applies_to: Words = ()
    reference_for: Words = ()  # entity types shown against it, labelled as such
    consistent_with: str = ""  # another form of the same target
    source: Text
    tag: Tag
    note: str = ""


class Target(TargetTerms):
    """A goal of the plan, and how its progress is counted (methodology 9.2, 9.3)."""

    value: Number  # %, or the level in `unit`


class AskedBody(NamedTuple):
    """Who a check may be asked of: the id of an entity, and its industry as the register writes it."""

    entity_id: str = ""
    industry: str = ""  # "" is of none


class Check(Named):
    """What an inspector can verify each year of one measure."""

    id: Text
    levels: Words  # entity types
    industries: Words = ()  # of bodies that have an industry, only those of one of these
    entities: Words = ()  # only these bodies, by their ids: a project that stands in one place
    type: CheckType
    better: Literal["more", "less", ""] = ""
    # what its number is worked out from; a check of what is scored elsewhere is not scored again
    formula: str = ""
    # a count or amount: what there is at the end of a year, or what happened in it
    quantity: CheckQuantity = ""
    # what it is scored by: the goal of the year, better than before, done or not; none: recorded only
    yardstick: Yardstick = "none"
    goal: Mapping[Year, Number] = {}  # a year's holds until the next one
    tag: Tag = "P"  # of the yardstick
    source: str = ""  # where the yardstick is from, or why it is this one

    @model_validator(mode="before")
    @classmethod
    def _with_yardstick(cls, given: Any) -> Any:
        """One goal is that of every year; without a word a goal, or what is done or not, is the yardstick."""
        if not isinstance(given, dict):
            return given
        goal, kind = given.get("goal"), given.get("type")
        if goal is not None and not isinstance(goal, Mapping):
            given = {**given, "goal": {ALWAYS: goal}}
        if not given.get("yardstick"):
            by_type: Yardstick = "none" if kind in NUMERIC else "done"
            given = {**given, "yardstick": "goal" if given.get("goal") else by_type}
        return given

    def asks(self, body: AskedBody) -> bool:
        """Whether a body is asked: one of those named, where some are, and of a named industry."""
        if self.entities and body.entity_id not in self.entities:
            return False
        named = names_of(body.industry) if body.industry else ()
        return not self.industries or not named or any(n in self.industries for n in named)

    @property
    def is_on_a_way(self) -> bool:
        """Whether its goals lead somewhere over the years; the same every year is a yearly duty."""
        return len(set(self.goal.values())) > 1

    def goal_in(self, year: int) -> float | None:
        """The goal that holds in a year; None before the first one, and where there is none."""
        from_ = max((y for y in self.goal if y <= year), default=None)
        return None if from_ is None else self.goal[from_]


class Measure(Named):
    """A policy measure of the plan with the units that answer for it, as the plan names them."""

    id: Text
    system: Text
    levels: Words
    units: Words
    local: Truth = True  # the districts, counties and the high-tech zone share it
    checks: tuple[Check, ...]


class GradeBand(Named):
    """A grade and the least unrounded total that earns it; named in one language at least."""

    least: Number

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """One name stands for the other, as vetoes and totals refer to grades by name."""
        if not isinstance(given, dict):
            return given
        zh, en = given.get("zh") or given.get("en"), given.get("en") or given.get("zh")
        if not zh:
            raise ValueError("a name, zh or en")
        return {**given, "zh": zh, "en": en}


class GradeScale(Named):
    """A named scale: bands from the best down."""

    code: Code
    bands: tuple[GradeBand, ...]
    source: Text
    tag: Tag


class BonusItem(Named):
    """Something that earns extra points, or is a distinction: a rule that holds, or a state reached."""

    filled: ClassVar[tuple[str, ...]] = ("executable",)

    id: Code
    points: Weight = 0.0  # none of a distinction
    rule: str = ""  # in the language of checks, over what the entity returns
    executable: str = ""
    variable: str = ""  # a code, instead of a rule
    one_of: Words = ()  # its states that earn the points
    note: str = ""


class Bonus(Definition):
    """Extra points of an entity type, added to the total: so many at most, the total at most 100.

    With none at most its items are distinctions: printed beside the grade, and no part of it.
    """

    most: Weight = 0.0
    items: Mapping[str, BonusItem] = {}
    source: Text
    tag: Tag
    note: str = ""


class Improvement(Definition):
    """How far from the number of an earlier year all of a check's credit is earned, or nothing.

    Between the two credit lies on a straight line, half of it where nothing changed.
    """

    rate: Real = Field(default=1.0, gt=0)  # percentage points
    # percentage points from where a rate can be no better: the nearer, the more holding it earns
    near: Real = Field(default=1.0, gt=0)
    amount: Real = Field(default=5.0, gt=0)  # of a count or amount: per cent of that number
    years: Whole = Field(
        default=3, ge=1, le=10
    )  # a flow is held against the mean of so many before
    few: Whole = Field(default=0, ge=0)  # cases: fewer, now and before, are recorded and not scored

    @property
    def flow(self) -> float:
        """How far a flow must be from the mean of the years before [per cent of that mean].

        amount · (years + 1) / 2: that mean lies so many years back, and what an even change would
        make of a stock in one year it makes of a flow against it in all of them.

        Examples
        --------
        >>> Improvement(amount=5, years=3).flow, Improvement(amount=5, years=1).flow
        (10.0, 5.0)
        """
        return self.amount * (self.years + 1) / 2


class Comparable(Definition):
    """A second total over parts that several types all have, so that a body compares with its parts.

    Printed beside the total of these types; never graded.
    """

    types: Words = ()
    parts: Mapping[str, Weight] = {}


class AssessmentRules(Definition):
    """How targets, index and measures make the total, and which scale grades it."""

    weights: Mapping[str, Mapping[str, Weight]] = {}  # entity type -> {targets, index, measures}
    # scored checks from which measures have all their weight; of n fewer ones n / enough of it
    enough_checks: Whole = Field(default=1, ge=1)
    scale_of: Mapping[str, str] = {}  # entity type -> grade scale; the only scale serves all types
    scales: Mapping[str, GradeScale] = {}
    # (least completion %, share of the points); without it the share completed
    ladder: tuple[LadderRung, ...] = ()
    ladder_form: LadderForm = "steps"  # continuous: straight lines between the rungs
    bonus_step: Weight = 0.0  # share of the points per 10 % over, by steps per full 10 %
    bonus_most: Weight = 0.0
    improves: Improvement = Improvement()
    bonus: Mapping[str, Bonus] = {}  # entity type -> extra points on the total
    comparable: Comparable = Comparable()
    # share of a check's credit by what proves it; a plan names all kinds or none
    evidence: Mapping[EvidenceKind, Weight] = {
        "document": 1.0, "record": 1.0, "statement": 1.0, "none": 0.5,
    }  # fmt: skip
    tag: Tag = "P"
    note: str = ""


class Veto(Named):
    """An event that decides the grade whatever the score."""

    id: Code
    entity_types: Words
    grade: Text  # the band it leads to, by either of its names; loading writes the zh one
    # what of the figures shows it: an indicator held against last year's, the base year's, a threshold
    indicator: str = ""
    op: Literal[">=", "<=", ">", "<", ""] = ""
    than: Literal["last_year", "base_year", ""] = ""
    threshold: Number | None = None
    # within so many per cent of that the figures, being returns, show nothing
    tolerance: Number = Field(default=0.0, ge=0, lt=100)
    source: Text
    tag: Tag


class Commitment(Named):
    """A countable promise of the plan outside its targets: shown, not scored."""

    id: Code
    where: str
    value: Number
    unit: str
    tag: Tag = "S"
    note: str = ""


class Overlap(Named):
    """Two things that are scored and ask in part for the same, though by no equal formulas.

    ``of`` is a check, a target or an indicator, ``beside`` the code of the other by entity type.
    ``counts``: once, then ``of``, which is a check, is recorded with its verdict and not scored; or
    both. ``zh`` and ``en`` say why.
    """

    id: Code
    of: Text
    beside: Mapping[str, str]
    counts: Literal["once", "both"]


class Plan(Named):
    """A plan period: base year, targets, measures, how they are assessed.

    A target whose value is `UNDECIDED` stands in ``undecided``: it is printed as not yet set, and
    nothing is held against it.
    """

    filled: ClassVar[tuple[str, ...]] = ("undecided",)

    id: str
    base_year: Year
    first_year: Year
    last_year: Year
    midterm_year: Year | None = None  # of the midterm evaluation; None: the middle of the period
    status: str = ""  # for example: 征求意见稿
    history: Mapping[str, Named] = {}  # version of the assessment -> what changed with it
    source: Text
    tag: Tag = "S"
    targets: Mapping[str, Target] = {}
    undecided: Mapping[str, TargetTerms] = {}
    systems: Mapping[str, Named] = {}
    measures: Mapping[str, Measure] = {}
    units_of: str = ""  # the entity type whose own units those of the measures are
    inspectors: Words = ()  # units that check others
    overlaps: Mapping[str, Overlap] = {}
    commitments: Mapping[str, Commitment] = {}
    assessment: AssessmentRules = AssessmentRules()
    vetoes: Mapping[str, Veto] = {}

    @classmethod
    def _laid_out(cls, value: Any, info: ValidationInfo) -> Any:
        """Targets without a value yet are set apart from those with one."""
        laid_out = super()._laid_out(value, info)
        targets = laid_out.get("targets") if isinstance(laid_out, dict) else None
        if info.context != FROM_FILE or not isinstance(targets, dict):
            return laid_out
        open_ = {code: entry for code, entry in targets.items() if _is_undecided(entry)}
        if not open_:
            return laid_out
        decided = {code: entry for code, entry in targets.items() if code not in open_}
        terms = {
            code: FileValues({k: v for k, v in entry.items() if k != "value"})
            for code, entry in open_.items()
        }
        return {**laid_out, "targets": decided, "undecided": terms}


def _is_undecided(entry: Any) -> bool:
    value = entry.get("value") if isinstance(entry, dict) else None
    return isinstance(value, str) and value.casefold() in UNDECIDED
