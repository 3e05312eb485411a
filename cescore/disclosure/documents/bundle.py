"""All that one report may know: its own record, the resolved framework, and what the gate releases.

A bundle is one JSON file. The process that makes a report reads it and nothing else of the data,
so a template or a notebook cannot show what is not in it; its hash is what the page prints.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from cescore.definitions.bilingual import Bilingual, name_in
from cescore.definitions.frameworks.history import SeriesBreak
from cescore.definitions.model import Framework, Named, Plan, Run, TargetTerms, VariableName
from cescore.definitions.model.reference import Reference
from cescore.definitions.pictures import FlowPicture, PageBounds
from cescore.disclosure.documents.standing import OwnStanding, release_stage
from cescore.intake import wording
from cescore.intake.findings import NOBODY, Settlement
from cescore.method.column import Column, State
from cescore.method.disclosure.rules import PeerFigure, YearRank
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.grade_margin import GradeMargin
from cescore.method.grading.measures import MeasureLine
from cescore.method.grading.standards import GroupLine, RequirementLine
from cescore.method.grading.targets import TargetLine
from cescore.method.index.contributions import Contribution
from cescore.method.index.coverage import covers_enough
from cescore.method.index.fitting import Withheld
from cescore.method.uncertainty.firmness import AppliedAlternative, Band, GradeFirmness, SourceShare

FORMAT = 1


class Part(BaseModel):
    """A piece of a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Place(Part):
    """Another body named on the page."""

    entity_id: str
    entity_type: str
    name_zh: str
    name_en: str

    def name(self, lang: str) -> str:
        """The name in a language, the other's where it is missing, the id where both are."""
        return name_in(lang, self.name_zh, self.name_en) or self.entity_id


class EntityChange(Part):
    """Something that happened to the entity, in the first year in which it holds.

    ``kind``: renamed, moved, recoded, or of `intake.succession` (merged, split, split_off, continued,
    taken_over). ``before`` and ``after`` are names or codes; ``places`` the bodies or entities meant.
    ``has_history``: whether years before the change are those of its origins.
    """

    year: int | None
    kind: str
    before: Named = Named()
    after: Named = Named()
    places: tuple[Place, ...] = ()
    shares: tuple[float | None, ...] = ()  # of each place, 0-1, that went over
    has_history: bool = False


class Relative(Part):
    """A public body that shares figures with the entity: its ``whole``, a ``part`` of it, the ``same`` place."""

    kind: Literal["whole", "part", "same"]
    place: Place


class EntityCard(Place):
    """Whose report it is."""

    industry: str = ""
    counted_in: str = ""
    relatives: tuple[Relative, ...] = ()  # whose reports show the same figures in another light
    parents: tuple[Place, ...] = ()  # from the smallest containing body up
    is_synthetic: bool = False
    changes: tuple[EntityChange, ...] = ()  # the oldest first


class Record(Part):
    """The entity's own returned values: one list per variable, in the order of ``years``.

    ``state`` and ``flags`` are the numbers of `cescore.method.column`; ``source`` is the file,
    sheet and cell of each value ("" where there is none).
    """

    years: tuple[int, ...]
    values: Mapping[str, tuple[float | None, ...]]
    state: Mapping[str, tuple[int, ...]]
    flags: Mapping[str, tuple[int, ...]]
    source: Mapping[str, tuple[str, ...]] = {}
    codes: Mapping[str, tuple[str, ...]] = {}


class FittedConstants(Part):
    """What a method learnt from all entities and the gate releases.

    ``constants``: indicator -> year -> the numbers of its method (``low``/``high`` of min_max,
    ``mean``/``sd`` of z_score). ``nowhere``: year -> indicators that no entity reports.
    ``released_scores``: indicator -> year -> score, where the constants may not be released:
    recomputation starts above them, and the page says so. ``released_groups``: likewise of groups
    ("" for the index) whose method looks at everybody's scores.
    """

    constants: Mapping[str, Mapping[int, Mapping[str, float]]] = {}
    nowhere: Mapping[int, tuple[str, ...]] = {}
    released_scores: Mapping[str, Mapping[int, float | None]] = {}
    released_groups: Mapping[str, Mapping[int, float | None]] = {}


class ReleasedSeries(Part):
    """An account or indicator over the record's years, in those in which it is released although
    something that it stands on is withheld; ``flags`` as in `Record`."""

    code: str
    values: tuple[float | None, ...]
    flags: tuple[int, ...]

    def column(self) -> Column:
        """A column of what is released; SUPPRESSED elsewhere."""
        values = np.array([[np.nan if v is None else v for v in self.values]], float)
        state = np.where(np.isnan(values), np.uint8(State.SUPPRESSED), np.uint8(State.PRESENT))
        return Column(values, state, np.array([self.flags], np.uint8))


class Released(Part):
    """What recomputation starts from where a body's own figures are withheld for confidentiality.

    ``scores``: indicator -> year -> the case its withheld score falls under ("": it has a value).
    ``groups`` ("" for the index), ``progress``: values released above withheld ones; ``progress``
    None: none of its members is withheld.
    """

    computed: tuple[ReleasedSeries, ...] = ()
    scores: Mapping[str, Mapping[int, str]] = {}
    groups: Mapping[str, Mapping[int, float]] = {}
    progress: Mapping[str, Mapping[int, float]] | None = None

    def withheld(self) -> Withheld:
        """The part that scoring and aggregation need to know."""
        return Withheld(self.scores, self.groups, self.progress)


class Series(Part):
    """A quantity over the record's years, as evaluated."""

    code: str
    values: tuple[float | None, ...]
    status: tuple[str, ...]  # see method.column.status_text


class Evaluated(Part):
    """What the evaluation found; the notebook's index must equal it."""

    index: Series
    coverage: tuple[float | None, ...]  # share of the weight that applies and has a value, 0-1
    groups: tuple[Series, ...] = ()
    scores: tuple[Series, ...] = ()
    indicators: tuple[Series, ...] = ()
    accounts: tuple[Series, ...] = ()
    # account with a ladder -> the rung of each year; see method.ladder
    rungs: Mapping[str, tuple[str, ...]] = {}
    weights: Mapping[str, float] = {}  # effective weight in the index, the year evaluated
    missing_rule: Mapping[str, str] = {}  # indicator without a value -> what was done, same year
    progress_index: Series | None = None
    progress_groups: tuple[Series, ...] = ()
    progress_members: tuple[Series, ...] = ()  # each member's ratio to the base year x 100
    contributions: tuple[Contribution, ...] = ()  # to the index, by scored indicator
    progress_contributions: tuple[Contribution, ...] = ()


class RemovedIndicator(Named):
    """What the ranking of a type would be without one indicator: `WithoutOne`, rounded, by name."""

    indicator: str
    mean_rank_shift: float  # places
    mean_index_shift: float  # points


class TypeRobustness(Part):
    """How firm the ranking of a whole type is: aggregates over all its entities, rounded."""

    entity_type: str
    entities: int
    draws: int
    sources: tuple[SourceShare, ...] = ()
    reason: str = ""  # why there are none: few_entities, nothing_varies
    alternatives: tuple[AppliedAlternative, ...] = ()
    removals: tuple[RemovedIndicator, ...] = ()  # the indicator that moves ranks most first


class PeerTable(Part):
    """Released figures of the entity's own type; ``ranks`` of a public body, year by year."""

    entity_type: str
    audience: str  # public or respondent
    figures: tuple[PeerFigure, ...] = ()
    ranks: tuple[YearRank, ...] = ()  # of the index, year by year; public bodies only
    note: str = ""


class PublicRow(Part):
    """One public body in a comparison: only bodies whose figures the gate has cleared have values."""

    place: Place
    index: float | None = None
    rank: int | None = None
    n: int | None = None
    headline: Mapping[str, float | None] = {}
    status: str = "reported"  # or suppressed, insufficient, not_filed
    part_of: str = ""  # the body of its type that holds its figures: shown beneath it, not ranked
    inside: str = ""  # the body of its type whose area it lies in, which is ranked as it is itself


class StandardCard(Bilingual, Part):
    """A published standard and how the entity stands under it: never a score, never a veto."""

    id: str
    zh: str
    en: str
    source: str
    tag: str
    verdict: str  # met, not_met, undetermined
    reasons: tuple[str, ...] = ()
    lines: tuple[RequirementLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()


class BesideGroup(Bilingual, Part):
    """A group of the framework with its weight in the index and its score."""

    code: str
    zh: str
    en: str
    weight: float  # share of the index, as defined
    value: float | None


class BesideCard(Bilingual, Part):
    """An entity's score of the year under a framework that does not grade it."""

    id: str
    zh: str
    en: str
    source: str
    version: str
    hash: str
    index_code: str
    floor: float
    top: float
    value: float | None  # None: no index, or too little of the weight covered
    status: str
    coverage: float  # share of the weight that applies and has a value, 0-1
    tag: str  # the weakest of its scored indicators and their ends
    groups: tuple[BesideGroup, ...] = ()


class FindingLine(Part):
    """One finding of the data checks about this entity, without another's value.

    ``values`` are those of `intake.findings.Finding` as plain JSON; the page makes the sentence.
    """

    severity: str  # error, warning, info
    code: str
    kind: str = ""  # entry of the catalogue of findings, where it is not the code
    where: str = ""
    variable: str = ""
    year: int | None = None
    values: dict[str, Any] = {}
    status: str = "open"  # open, confirmed, corrected
    note: str = ""  # why it is settled
    settled: Settlement = NOBODY  # on whose word

    def said(self, lang: str, naming: wording.Naming) -> wording.Said:
        """What was found and expected, in a language."""
        values = tuple((name, wording.from_json(v)) for name, v in self.values.items())
        return wording.said(self.kind or self.code, values, lang, naming)


class PlanCard(Bilingual, Part):
    """The plan as the page names it."""

    id: str = ""
    zh: str = ""
    en: str = ""
    status: str = ""
    base_year: int | None = None
    first_year: int | None = None
    last_year: int | None = None
    systems: Mapping[str, Named] = {}  # the parts of the plan that its measures belong to
    undecided: tuple[TargetTerms, ...] = ()  # targets of this type whose values are not set yet


class ProseCard(Part):
    """What the entity says itself, as received; `year` is the year it speaks of."""

    lang: str
    owner: str
    date: str
    year: int
    text: str


class Bundle(Part):
    """One report's whole world."""

    format: int = FORMAT
    entity: EntityCard
    run: Run
    plan: PlanCard = PlanCard()
    base_year: int
    report_number: str
    framework: Framework
    framework_hash: str  # of the official framework
    record: Record
    fitted: FittedConstants = FittedConstants()
    released: Released = Released()
    evaluated: Evaluated
    uncertainty: Band | None = None  # None: no index, or not enough data for one
    grade_firmness: GradeFirmness | None = None
    bands_left_out: bool = False  # its type has too many entities for bands; how many is not said
    robustness: tuple[TypeRobustness, ...] = ()  # own type, or all in the topmost public body
    peers: PeerTable | None = None
    siblings: tuple[PublicRow, ...] = ()  # public bodies of the same type
    children: tuple[PublicRow, ...] = ()  # public bodies inside it
    industries: tuple[Mapping[str, str | float | int | None], ...] = ()  # released aggregates
    targets: tuple[TargetLine, ...] = ()
    measures: tuple[MeasureLine, ...] = ()
    assessment: Assessment = Assessment()
    margin: GradeMargin | None = None  # of a total that is graded by its points
    standards: tuple[StandardCard, ...] = ()
    beside: tuple[BesideCard, ...] = ()  # the same return under further frameworks, ungraded
    findings: tuple[FindingLine, ...] = ()
    legal_basis: str = ""  # as stated, "": nobody stated one; statistical: a respondent's is for it alone, ungraded
    is_public: bool = False  # a body that may be named, and no single respondent of a survey
    filed: bool = True  # false: no return was received for the year
    # names and units of codes of other entity types that the page shows (headline rates of children)
    terms: Mapping[str, VariableName] = {}
    prose: tuple[ProseCard, ...] = ()
    names: Mapping[str, Named] = {}  # texts of register and plan on this page -> their names
    flows: Mapping[str, FlowPicture] = {}  # pictures of flows for this entity type
    references: tuple[Reference, ...] = ()  # published values of its indicators, never scored
    breaks: tuple[SeriesBreak, ...] = ()  # years from which the method is another
    pages: PageBounds = PageBounds()  # how many pages its report should have
    rules: Plan | None = None  # what the plan asks of its type; see `disclosure.plan_rules`
    standing: OwnStanding = None  # of its release; None: a draft, or a sample

    @property
    def release_stage(self) -> str:
        """How official the report is: see `release_stage` of `cescore.disclosure.documents.standing`."""
        return release_stage(self.run.status, self.standing)

    def is_rated_in(self, year: int) -> bool:
        """Whether the index of a year stands: a return was filed and covers enough of the weight."""
        if year not in self.record.years or (year == self.run.year and not self.filed):
            return False
        position = self.record.years.index(year)
        has_index = self.evaluated.index.values[position] is not None
        return has_index and covers_enough(
            self.evaluated.coverage[position], self.framework.missing
        )

    @property
    def is_rated(self) -> bool:
        """Whether the index of the year evaluated stands."""
        return self.is_rated_in(self.run.year)

    @property
    def has_change(self) -> bool:
        """Whether the index stands this year and last, so that it has a change."""
        return self.is_rated and self.is_rated_in(self.run.year - 1)

    def to_bytes(self) -> bytes:
        """UTF-8 JSON in the models' own order, which is that of params: equal bundles give equal
        bytes, and groups and indicators keep the order a page shows them in."""
        return (
            "{" + ",".join(f'"{name}":{text}' for name, text in self.texts().items()) + "}"
        ).encode()

    def texts(self) -> dict[str, str]:
        """The JSON of each field, in the order of the fields."""
        dumped = self.model_dump(mode="json", exclude=set(OF_ALL_ALIKE))
        texts = {name: written(value) for name, value in dumped.items()}
        texts |= {name: _text_of_all(getattr(self, name)) for name in OF_ALL_ALIKE}
        return {name: texts[name] for name in type(self).model_fields if name in texts}

    @property
    def is_for_statistics_alone(self) -> bool:
        """See `Disclosure.is_for_statistics_alone`."""
        return self.legal_basis == "statistical" and not self.is_public

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.to_bytes()).hexdigest()


# Fields that hold the same object in all bundles of a type, and whose JSON is half of a bundle's.
OF_ALL_ALIKE = ("framework", "run", "plan", "rules", "pages")
MOST_KEPT = 256  # texts of such objects


def written(value: object) -> str:
    """Plain values as the JSON of a bundle: in the order they have, without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _text_of_all(value: BaseModel | None) -> str:
    """The JSON of a frozen object that many bundles hold, worked out once for all of them."""
    known = _KEPT.get(id(value))
    if known is None or known[0] is not value:  # another may have had the place in memory before
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        known = value, written(None if value is None else value.model_dump(mode="json"))
        _KEPT[id(value)] = known
    return known[1]


_KEPT: dict[int, tuple[BaseModel | None, str]] = {}
NUMBER = "CE-{year}-{entity_id}-{mark}"


def report_number(bundle: Bundle) -> str:
    """The number printed on the report: the same content gives the same number, other content
    another."""
    blank = bundle.model_copy(update={"report_number": ""})
    mark = blank.hash[:6].upper()
    return NUMBER.format(year=bundle.run.year, entity_id=bundle.entity.entity_id, mark=mark)


def is_altered(bundle: Bundle) -> bool:
    """Whether a bundle that the release has numbered no longer holds what it held then."""
    start = NUMBER.format(year=bundle.run.year, entity_id=bundle.entity.entity_id, mark="")
    is_numbered = bundle.report_number.startswith(start)
    return is_numbered and bundle.report_number != report_number(bundle)
