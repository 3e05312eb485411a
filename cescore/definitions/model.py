"""What params/ can say, as frozen objects that cannot exist in a wrong state.

These classes know nothing of files: `definitions.load` reads YAML into them, and a bundle carries
a resolved `Framework` as JSON and reads it back, without YAML and without a unit library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.formula import Expression, parse

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Tag = Literal["S", "V", "C", "M", "P"]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Rule = Literal["floor", "exclude", "propagate"]
Aggregation = Literal[
    "arithmetic_mean", "geometric_mean", "harmonic_mean", "generalised_mean", "copeland", "topsis"
]
Normalisation = Literal[
    "goalposts",
    "efficacy",
    "distance_to_target",
    "min_max",
    "z_score",
    "rank",
    "percentile_rank",
    "borda",
    "distance_to_maximum",
    "distance_to_reference",
    "fraction_of_maximum",
]
Share = Annotated[float, Field(ge=0, le=1)]
Year = Annotated[int, Field(ge=1800, le=2199)]


class Definition(BaseModel):
    """Frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Named(Bilingual, Definition):
    """Something with a Chinese and an English name; either stands in for the other."""

    zh: str = ""
    en: str = ""


class Estimate(Definition):
    """How a variable is estimated where it was not returned; such a value is flagged 测算."""

    formula: Text  # may look at other entities, as rules do
    # which of the others a sum takes: attribute of the register or code variable -> its texts
    only: Mapping[str, tuple[Text, ...]] = {}
    executable: str = ""
    factor: str = "1"
    source: Text
    tag: Tag

    @property
    def expression(self) -> Expression:
        """The formula as read, with its operands."""
        return parse(self.executable or self.formula, across=True)


class Variable(Named):
    """A reported quantity: what a department or an entity returns."""

    code: Code
    unit: str  # as written, for example "10k CNY"; see definitions.units
    kind: Literal["quantity", "count", "flag", "code"] = "quantity"
    entity_types: tuple[str, ...] = ()  # empty: any
    department: str = ""  # who returns it
    rules: str = ""  # the dictionary's words
    sign: Literal["non_negative", "any"] = "non_negative"  # hard rule H1
    additive: bool = True  # may a body's figure be the sum over the bodies in it
    allowed: tuple[str, ...] = ()  # of a code
    one_in_series: bool = False  # a code that an entity must not change over the years: a basis
    low: Mapping[str, Number] = {}  # usual range by entity type (soft), in `unit`
    high: Mapping[str, Number] = {}
    required: bool = False  # an entity of its types that leaves it out gets a finding
    source: str = ""
    tag: Tag = "P"
    estimate: Estimate | None = None


class Factor(Named):
    """A constant with a unit and a source that formulas may use: a conversion factor, a price index."""

    code: Code
    value: Number
    unit: str
    source: Text
    tag: Tag
    vintage: int | None = None  # year of the table or statistics it is taken from
    # of a conversion that others exist of (calorific 当量, equivalent 等价): one in a formula
    basis: str = ""


class Example(Definition):
    """A worked case, checked by hand by someone who knows the field; tests run it."""

    # code -> number, or a state in lower case; a list holds consecutive years, the evaluated one last
    given: Mapping[str, Number | str | tuple[Number | str, ...]]
    expect: (
        Number | str
    )  # in the declared unit, or a state: not_computable, missing, not_applicable


class Computed(Named):
    """A quantity made by a formula: an account or an indicator.

    ``formula`` is what the analyst wrote; ``executable`` is the same with each unit conversion
    written in; ``factor`` is the last of them, from the formula's own unit to ``unit``, as an
    exact fraction ("10000", "1/100"). Loading fills both.
    """

    code: Code
    unit: str
    formula: str = ""
    executable: str = ""
    factor: str = "1"
    collected: bool = True  # false: a variable it needs is collected by nobody; printed 未采集
    definition: str = ""  # the formula in words where it cannot be executed
    source: Text
    tag: Tag
    note: str = ""
    decimals: int | None = Field(default=None, ge=0, le=8)  # in print
    examples: tuple[Example, ...] = ()

    @property
    def expression(self) -> Expression | None:
        """The formula that is executed, with its operands; None where nobody collects them."""
        text = self.executable or self.formula
        return parse(text) if text else None


class Rung(Named):
    """One way to a quantity; the next is taken where it has no value, and that one is 测算."""

    rung: Code
    formula: Text


class Account(Computed):
    """A derived variable: a balance, a total, a conversion.

    With a ``ladder`` the formula is first_available() over its rungs, which loading writes.
    """

    group: str = ""  # heading in the account tables
    entity_types: tuple[str, ...] = ()
    # where a body's own returns do not give it: the sum over the bodies that add up to it
    summed: bool = False
    ladder: tuple[Rung, ...] = ()


class Goalposts(Definition):
    """The ends of the scale from a year on: ``worst`` scores the floor, ``best`` the top."""

    worst: Number
    best: Number
    source: Text
    tag: Tag
    by_industry: Mapping[str, tuple[Number, Number]] = {}  # industry -> (worst, best)


class Imputation(Definition):
    """What a value that was not returned is replaced by before scores are made.

    The mean or median of the entities that have a value that year; with ``group_``, of those with
    the same text in ``by``. A group in which nobody has a value is left as it is. With ``row_``, of
    the entity's own other indicators, each as its place between the least and the greatest value.
    """

    method: Literal[
        "none", "mean", "median", "group_mean", "group_median", "row_mean", "row_median"
    ] = "none"
    # of the register, or the code of a variable of kind "code"; for row_: group or all (default)
    by: str = "industry"


class Treatment(Definition):
    """Outliers, indicator by indicator and year by year, before scores are made.

    skew_kurtosis: an indicator whose absolute skewness and whose kurtosis both reach their limits is
    winsorised, point after point; if that does not bring one of them below its limit, its
    untreated values are transformed by ``then``.
    """

    method: Literal["none", "skew_kurtosis"] = "none"
    winsorise_max: int = Field(default=5, ge=0)  # points at most; 0: transform at once
    skew_thresh: float = Field(default=2.0, gt=0)
    kurt_thresh: float = Field(default=3.5, gt=0)
    then: Literal["none", "log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "box_cox"] = "log_ct"
    power: Number = 0.0  # of box_cox; 0: a plain logarithm


class Indicator(Computed):
    """One measured quantity and how it counts in the index."""

    direction: Literal[1, -1]  # 1: more is better, -1: less is better
    group: str = ""  # empty: reported, not scored
    weight: Weight = 0.0  # share within its group, relative to the others there
    goalposts: Mapping[int, Goalposts] = {}  # a year key holds until the next
    normalisation: Normalisation | None = None  # None: the framework's
    reference: str = ""  # entity that distance_to_reference measures to; empty: the framework's
    latest_within: int = Field(default=0, ge=0, le=10)  # years back a value may be taken from
    imputation: Imputation | None = None  # None: the framework's
    treatment: Treatment | None = None  # None: the framework's
    role: Literal["scored", "reported", "reference"] = "reported"  # loading sets it from group

    def goalposts_in(self, year: int) -> Goalposts | None:
        """The goalposts that hold in a year, or None before the first."""
        keys = [key for key in self.goalposts if key <= year]
        return self.goalposts[max(keys)] if keys else None


class Weighting(Definition):
    """Where the weights of a group's members come from.

    given: as written. equal; budget: mean shares of the points that experts gave out; ahp: the
    principal eigenvector of pairwise judgements. These three are worked out when params are read.
    entropy, entropy_scaled (熵值法), critic, pca: learnt from the members' scores of the year.
    """

    method: Literal[
        "given", "equal", "budget", "ahp", "entropy", "entropy_scaled", "critic", "pca"
    ] = "given"
    points: Mapping[str, Mapping[str, Weight]] = {}  # expert -> member -> points
    judgements: Mapping[str, Mapping[str, Number]] = {}  # a -> b -> how many times more a counts
    fewest: int = Field(default=20, ge=3)  # entities to learn from; with fewer it is refused


class Group(Named):
    """Indicators, or groups, aggregated together."""

    code: Code
    weight: Weight
    aggregation: Aggregation = "arithmetic_mean"
    power: Number = 1.0  # of generalised_mean
    weighting: Weighting | None = None  # None: the framework's
    parent: str = ""  # empty: directly below the index
    min_available: Share | None = None  # None: the framework's missing.min_available
    tag: Tag = "P"
    note: str = ""


class IndexName(Named):
    """What the aggregate is called."""

    code: Code = "INDEX"
    tag: Tag = "P"
    note: str = ""


class Scale(Definition):
    """The ends of the score."""

    floor: Number = 0.0
    top: Number = 100.0


class MissingRules(Definition):
    """What happens to an indicator without a value, case by case (methodology 9.5).

    floor: keep the weight, score the floor of the scale. exclude: the weight goes to the other
    members of the group. propagate: the group, and so the index, cannot be computed.
    """

    not_reported: Rule = "floor"  # the entity failed to report
    nowhere_reported: Rule = "floor"  # no entity of the type has it that year
    not_applicable: Rule = "exclude"  # does not exist here, and somebody said so
    not_computable: Rule = "exclude"  # a zero denominator: nothing to rate
    not_collected: Rule = "exclude"  # no variable collects it
    min_weight_covered: float = Field(default=0.8, ge=0, le=1)  # below: 数据不足，不予评级
    # share of a group's members that must have a value, imputed ones too; below: no group score
    min_available: Share = 0.0
    # share of all scored indicators likewise; below: the entity teaches nothing and has no index
    screen_below: Share = 0.0
    # share of an entity's values that must not be zero, likewise
    screen_nonzero_below: Share = 0.0
    screen_before_imputation: bool = False  # true: only what was returned counts for screen_below


class Headline(Definition):
    """The two rates on page one, and what stands beside them."""

    resource_output_rate: str = ""
    resource_recycling_rate: str = ""
    beside: tuple[str, ...] = ()


class Progress(Named):
    """The progress index: each member against its own base year = 100."""

    code: Code = "CEDI"
    aggregation: Literal["arithmetic_mean", "geometric_mean", "harmonic_mean"] = "arithmetic_mean"
    groups: tuple[Group, ...] = ()
    members: Mapping[str, Mapping[str, Weight]] = {}  # group -> indicator -> weight
    base_floor: Mapping[str, Number] = {}  # indicator -> least base value of a positive member
    tag: Tag = "P"
    note: str = ""


class VariableName(Named):
    """What a page needs to know of a variable: names and unit."""

    unit: str
    department: str = ""


class Framework(Named):
    """Everything that makes the index of one entity type; complete in itself, so it can travel in a bundle."""

    entity_type: Code
    version: str
    source: Text
    index: IndexName
    scale: Scale = Scale()
    normalisation: Normalisation = "goalposts"
    # whose values min_max, z_score and rank compare with: each year's, or all years' together
    observed_over: Literal["year", "all_years"] = "year"
    reference: str = ""  # entity that distance_to_reference measures to
    aggregation: Aggregation = "arithmetic_mean"  # of the groups directly below the index
    power: Number = 1.0  # of generalised_mean
    weighting: Weighting = Weighting()
    imputation: Imputation = Imputation()
    treatment: Treatment = Treatment()
    missing: MissingRules = MissingRules()
    headline: Headline = Headline()
    groups: Mapping[str, Group]
    indicators: Mapping[str, Indicator]
    progress: Progress | None = None
    # resolved by loading, in the order in which they can be computed:
    accounts: Mapping[str, Account] = {}
    factors: Mapping[str, Factor] = {}
    variables: Mapping[str, VariableName] = {}  # those that accounts and indicators use
    order: tuple[str, ...] = ()  # codes of accounts and indicators, each after what it uses

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved framework: any change to it, and the index is another one."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json")).encode()).hexdigest()

    def scored(self) -> tuple[Indicator, ...]:
        return tuple(i for i in self.indicators.values() if i.group)

    def imputation_of(self, indicator: Indicator) -> Imputation:
        """What an indicator's missing values are replaced by: its own rule, or the general one."""
        return indicator.imputation or self.imputation

    def treatment_of(self, indicator: Indicator) -> Treatment:
        """How an indicator's outliers are treated: its own rule, or the general one."""
        return indicator.treatment or self.treatment

    def members(self, group: str) -> tuple[tuple[str, float], ...]:
        """Codes and weights directly below a group ("" for the index): groups, then indicators."""
        below = [(g.code, g.weight) for g in self.groups.values() if g.parent == group]
        if group:
            below += [(i.code, i.weight) for i in self.indicators.values() if i.group == group]
        return tuple(below)

    def mean_of(self, group: str) -> tuple[Aggregation, float]:
        """How the members of a group ("" for the index) are aggregated, and the power."""
        whole = self.groups[group] if group else self
        return whole.aggregation, whole.power

    def weighting_of(self, group: str) -> Weighting:
        """Where the weights of a group's members ("" for the index) come from."""
        return (self.groups[group].weighting if group else None) or self.weighting

    def groups_bottom_up(self) -> Iterator[Group]:
        """Each group after all groups below it."""
        done: list[str] = []

        def visit(parent: str) -> Iterator[Group]:
            for group in self.groups.values():
                if group.parent == parent:
                    yield from visit(group.code)
                    done.append(group.code)
                    yield group

        yield from visit("")

    def with_weights(self, **weights: float) -> Self:
        """A variant with other weights of indicators or groups; its hash differs."""
        unknown = sorted(set(weights) - set(self.groups) - set(self.indicators))
        if unknown:
            raise KeyError(f"neither a group nor an indicator of {self.entity_type}: {unknown}")
        changed: dict[str, Any] = {
            "groups": {
                c: _reweighted(g, weights[c]) if c in weights else g for c, g in self.groups.items()
            },
            "indicators": {
                c: _reweighted(i, weights[c]) if c in weights else i
                for c, i in self.indicators.items()
            },
        }
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **changed})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that computes its own hash."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("hash", None)
        return copied


Member = TypeVar("Member", Group, Indicator)


def _reweighted(member: Member, weight: float) -> Member:
    """The member with another weight, checked as the first one was."""
    fields = {name: getattr(member, name) for name in type(member).model_fields}
    return type(member).model_validate({**fields, "weight": weight})


class Target(Named):
    """A goal of the plan, and how its progress is counted (methodology 9.2, 9.3)."""

    id: Code
    indicator: str  # whose value is followed
    type: Literal["cumulative_reduction", "cumulative_increase", "level"]
    value: Number  # %, or the level in `unit`
    unit: str
    op: Literal[">=", "<="]
    scored: bool = True
    binding: bool = False
    has_schedule: bool = True  # false: met or not met
    # entity types whose own target it is; with neither, loading writes those that have the indicator
    applies_to: tuple[str, ...] = ()
    reference_for: tuple[str, ...] = ()  # entity types shown against it, labelled as such
    consistent_with: str = ""  # another form of the same target
    source: Text
    tag: Tag
    note: str = ""


class Check(Named):
    """What an inspector can verify each year of one measure."""

    id: Text
    levels: tuple[str, ...]  # entity types
    type: Literal["rate", "count", "amount", "bool", "doc", "milestone"]
    better: Literal["more", "less", ""] = ""
    formula: str = ""  # a hint from the dictionary, not executed
    goal: Number | None = None


class Measure(Named):
    """A policy measure of the plan with its responsible units, as the plan names them."""

    id: Text
    system: Text
    levels: tuple[str, ...]
    units: tuple[str, ...]
    local: bool = True  # the districts, counties and the high-tech zone share it
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
    """Something that earns extra points: a rule that holds, or a state that was reached."""

    id: Code
    points: Weight
    rule: str = ""  # in the language of checks, over what the entity returns
    executable: str = ""
    variable: str = ""  # a code, instead of a rule
    one_of: tuple[str, ...] = ()  # its states that earn the points
    note: str = ""


class Bonus(Definition):
    """Extra points of an entity type, added to the total: so many at most, the total at most 100."""

    most: Weight
    items: Mapping[str, BonusItem] = {}
    source: Text
    tag: Tag
    note: str = ""


class AssessmentRules(Definition):
    """How targets, index and measures make the total, and which scale grades it."""

    weights: Mapping[str, Mapping[str, Weight]] = {}  # entity type -> {targets, index, measures}
    scale_of: Mapping[str, str] = {}  # entity type -> grade scale; the only scale serves all types
    scales: Mapping[str, GradeScale] = {}
    # (least completion %, share of the points); without it the share completed
    ladder: tuple[tuple[Weight, Share], ...] = ()
    bonus_step: Weight = 0.0  # share of the points per full 10 % over
    bonus_most: Weight = 0.0
    bonus: Mapping[str, Bonus] = {}  # entity type -> extra points on the total
    tag: Tag = "P"
    note: str = ""


class Veto(Named):
    """An event that decides the grade whatever the score."""

    id: Code
    entity_types: tuple[str, ...]
    grade: Text  # the band it leads to, by either of its names; loading writes the zh one
    source: Text
    tag: Tag


class Requirement(Definition):
    """One line of a standard: a value that an indicator must reach.

    It is compulsory, or one of a group of which some must be met, or neither: then it is only shown.
    """

    id: Code
    indicator: Text  # of the standard's entity type
    op: Literal[">=", "<="]
    threshold: Number  # in the indicator's unit
    compulsory: bool = False
    choose: str = ""  # the group it belongs to
    sign_of: str = ""  # an indicator; where it is negative the comparison turns round
    tag: Tag  # of the threshold: only S, V and C can decide against an entity
    note: str = ""


class ChooseGroup(Named):
    """Requirements of which so many must be met."""

    least: int = Field(default=1, ge=1)


class Standard(Named):
    """Thresholds that somebody published for an entity type: judged line by line, never scored."""

    id: str
    entity_type: str
    source: Text
    tag: Tag
    note: str = ""
    applies_to_entities: tuple[str, ...] = ()  # entity ids; empty: all of the type
    requirements: Mapping[str, Requirement]
    choose: Mapping[str, ChooseGroup] = {}


class Commitment(Named):
    """A countable promise of the plan outside its targets: shown, not scored."""

    id: Code
    where: str
    value: Number
    unit: str
    tag: Tag = "S"
    note: str = ""


class Plan(Named):
    """A plan period: base year, targets, measures, how they are assessed."""

    id: str
    base_year: Year
    first_year: Year
    last_year: Year
    midterm_year: Year | None = None  # of the midterm evaluation; None: the middle of the period
    status: str = ""  # for example: 征求意见稿
    source: Text
    tag: Tag = "S"
    targets: Mapping[str, Target] = {}
    systems: Mapping[str, Named] = {}
    measures: Mapping[str, Measure] = {}
    commitments: Mapping[str, Commitment] = {}
    assessment: AssessmentRules = AssessmentRules()
    vetoes: Mapping[str, Veto] = {}


class Run(Definition):
    """One yearly build: the year, the plan, what the pages say of their standing."""

    year: Year
    plan: str = ""  # id in params/plans; empty: none
    base_year: Year | None = None  # None: the plan's, else the first year of data
    first_year: Year | None = None  # of the panel; None: the base year
    status: Literal["sample", "draft", "final"] = "draft"
    vintage: Literal["preliminary", "final"] = "preliminary"
    # entity type -> the type whose bodies add up to it; None: read from the register
    tiled_by: Mapping[str, str] | None = None
    # entities of a type; a larger one gets no bands, and its results are Parquet beside results.csv
    large_above: int = Field(default=50_000, ge=0)
    # what is evaluated, as the reports' title says it (循环经济评价, circular-economy assessment);
    # None: that; a title without a name: none is printed
    title: Named | None = None
    issued: str = ""  # a date the bureau states; a page never reads the clock
    issuer: Named = Named()
    place: Named = Named()


class Disclosure(Definition):
    """The gate's parameters: the bureau's decision, recorded, never printed in a report."""

    public_types: tuple[str, ...] = ()  # bodies that may be named and ranked
    min_contributors: int = Field(default=4, ge=3)
    p_percent: float = Field(default=10.0, gt=0, le=100)
    median_least_n: int = Field(default=10, ge=10)
    quartile_least_n: int = Field(default=20, ge=20)
    least_beyond_quantile: int = Field(default=5, ge=1)
    significant_digits: int = Field(default=2, ge=1, le=4)
    n_shown_from: int = Field(default=10, ge=1)
    industry_totals: tuple[str, ...] = ()  # variables totalled by industry; empty: headline inputs
    decided_by: str = ""
    decided_on: str = ""


class CheckRule(Named):
    """A rule over one entity's variables, in the language of formulas plus comparisons."""

    id: Code
    rule: str
    executable: str = ""
    severity: Literal["hard", "soft"]
    entity_types: tuple[str, ...] = ()
    source: str = ""
    looks_at_others: bool = False  # loading sets it

    @property
    def expression(self) -> Expression:
        """The rule that is executed, with its operands."""
        return parse(self.executable or self.rule, conditions=True)


class IndustryRange(Computed):
    """The usual range of a formula, industry by industry; outside of it a warning (rule W4)."""

    entity_types: tuple[str, ...] = ()
    by_industry: Mapping[str, tuple[Number, Number]] = {}  # industry -> (low, high), in `unit`
    otherwise: tuple[Number, Number] | None = None  # of industries not named; None: not checked

    def of(self, industry: str) -> tuple[float, float] | None:
        return self.by_industry.get(industry, self.otherwise)


class BuiltInChecks(Definition):
    """Settings of the checks that no formula can say in a line (rules W1, W2, W5)."""

    year_on_year_low: float = -0.5
    year_on_year_high: float = 1.0
    unit_slip: tuple[tuple[float, float], ...] = (
        (8, 12),
        (80, 120),
        (800, 1200),
        (8000, 12000),
    )
    same_as_last_year: bool = True
    sum_tolerance: Weight = 0.02
    range_checked: bool = True


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no blanks: equal objects give equal text."""
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
