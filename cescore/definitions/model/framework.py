"""A framework: the index of one entity type, its indicators, groups and methods."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args

from pydantic import Field

from cescore.definitions.formulas.formula import Expression
from cescore.definitions.industry_mix import MixPart, pair_of, shares_of
from cescore.definitions.model.base import Definition, Named, canonical_json
from cescore.definitions.model.ends import ON_LOG
from cescore.definitions.model.quantities import Account, Computed, Factor, VariableName
from cescore.definitions.model.written import (
    Code,
    Direction,
    Number,
    Pair,
    Real,
    Share,
    Tag,
    Text,
    Truth,
    Weight,
    Whole,
    Words,
    YearKey,
)

Rule = Literal["floor", "exclude", "propagate"]
Mean = Literal["arithmetic_mean", "geometric_mean", "harmonic_mean"]
AmongAll = Literal["copeland", "topsis"]  # look at every entity's scores
Aggregation = Literal[Mean, "generalised_mean", AmongAll]
OnGoalposts = Literal["goalposts", "log_goalposts", "efficacy", "distance_to_target"]
OnObserved = Literal[
    "min_max",
    "z_score",
    "rank",
    "percentile_rank",
    "borda",
    "distance_to_maximum",
    "distance_to_reference",
    "fraction_of_maximum",
]
Normalisation = Literal[OnGoalposts, OnObserved]
Stated = Literal["equal", "budget", "ahp"]  # worked out when params are read
Learnt = Literal["entropy", "entropy_scaled", "critic", "pca"]  # from the scores of the year
WeightingMethod = Literal["given", Stated, Learnt]
ByGroup = Literal["group_mean", "group_median"]
AlongRow = Literal["row_mean", "row_median"]
ImputationMethod = Literal["none", "mean", "median", ByGroup, AlongRow]
CatalogueLimit = Literal["at_floor", "at_top", "spread", "rank_stability", "redundancy"]
BelowBaseFloor = Literal["exclude", "measure_from_floor"]
Transformation = Literal["none", "log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "box_cox"]

AMONG_ALL: tuple[str, ...] = get_args(AmongAll)
ON_GOALPOSTS: tuple[str, ...] = get_args(OnGoalposts)
STATED: tuple[str, ...] = get_args(Stated)
LEARNT: tuple[str, ...] = get_args(Learnt)
BY_GROUP: tuple[str, ...] = get_args(ByGroup)
ALONG_ROW: tuple[str, ...] = get_args(AlongRow)


class PerOutput(Definition):
    """How much of a ratio's denominator each product has per output, by a table of norms.yml."""

    table: Code
    values: Mapping[str, Number]  # product -> amount per output [unit of the table]
    otherwise_in: Mapping[str, Number] = {}  # industry -> that of its products without a line
    otherwise: Number
    from_sample: Truth = Field(default=False, exclude=True)  # typical of the synthetic sample

    def of(self, part: MixPart) -> float:
        """The amount per output of one part of a mix [unit of the table]."""
        others = self.otherwise_in.get(part.industry, self.otherwise)
        return self.values.get(part.product, others)


class Goalposts(Definition):
    """The ends of the scale from a year on: ``worst`` scores the floor, ``best`` the top.

    ``of``: the quantity of goalposts.yml whose ends they are; ``reason``: why they are none of its.
    """

    worst: Number
    best: Number
    source: Text
    tag: Tag
    by_industry: Mapping[str, Pair] = {}  # industry -> (worst, best)
    of: str = ""
    mixed_by: PerOutput | None = None  # None: by shares of output
    reason: str = ""
    # go by what the synthetic sample holds; decides how firm a grade is, never the index or its hash
    from_sample: Truth = Field(default=False, exclude=True)

    def has_own(self, industry: str) -> bool:
        """Whether an industry, or one of several with their shares, has ends of its own."""
        return any(name in self.by_industry for name, _ in shares_of(industry))


class Imputation(Definition):
    """What a value that was not returned is replaced by before scores are made.

    The mean or median of the entities that have a value that year; with ``group_``, of those with
    the same text in ``by``. A group in which nobody has a value is left as it is. With ``row_``, of
    the entity's own other indicators, each as its place between the least and the greatest value.
    """

    method: ImputationMethod = "none"
    # of the register, or the code of a variable of kind "code"; for row_: group or all (default)
    by: str = "industry"


class Treatment(Definition):
    """Outliers, indicator by indicator and year by year, before scores are made.

    skew_kurtosis: an indicator whose absolute skewness and whose kurtosis both reach their limits is
    winsorised, point after point; if that does not bring one of them below its limit, its
    untreated values are transformed by ``then``.
    """

    method: Literal["none", "skew_kurtosis"] = "none"
    winsorise_max: Whole = Field(default=5, ge=0)  # points at most; 0: transform at once
    skew_thresh: Real = Field(default=2.0, gt=0)
    kurt_thresh: Real = Field(default=3.5, gt=0)
    then: Transformation = "log_ct"
    power: Number = 0.0  # of box_cox; 0: a plain logarithm


class Indicator(Computed):
    """One measured quantity and how it counts in the index."""

    direction: Direction  # 1: more is better, -1: less is better
    group: str = ""  # empty: reported, not scored
    weight: Weight = 0.0  # share within its group, relative to the others there
    goalposts: Mapping[YearKey, Goalposts] = {}  # a year key holds until the next
    normalisation: Normalisation | None = None  # None: the framework's
    reference: str = ""  # entity that distance_to_reference measures to; empty: the framework's
    latest_within: Whole = Field(default=0, ge=0, le=10)  # years back a value may be taken from
    imputation: Imputation | None = None  # None: the framework's
    treatment: Treatment | None = None  # None: the framework's
    # limits of the catalogue's statistics that it may pass, each with the reason
    accepted: Mapping[CatalogueLimit, Text] = {}
    role: Literal["scored", "reported", "reference"] = "reported"  # loading sets it from group

    def goalposts_in(self, year: Whole) -> Goalposts | None:
        """The goalposts that hold in a year, or None before the first."""
        keys = [key for key in self.goalposts if key <= year]
        return self.goalposts[max(keys)] if keys else None

    @property
    def is_productivity(self) -> bool:
        """Whether it is output per something on a scale of ratios, whose inverse adds up over parts."""
        return self.direction == 1 and self.normalisation == ON_LOG

    def ends_in(self, year: Whole, industry: str) -> Pair | None:
        """Worst and best goalpost in a year [its unit], those of the industry where there are such, of
        several by their shares (`industry_mix.pair_of`); None before the first."""
        posts = self.goalposts_in(year)
        if posts is None:
            return None
        return pair_of(
            industry,
            posts.by_industry,
            (posts.worst, posts.best),
            by_output=self.is_productivity,
            per_output=posts.mixed_by.of if posts.mixed_by is not None else None,
        )


class Weighting(Definition):
    """Where the weights of a group's members come from.

    given: as written. equal; budget: mean shares of the points that experts gave out; ahp: the
    principal eigenvector of pairwise judgements. These three are worked out when params are read.
    entropy, entropy_scaled (熵值法), critic, pca: learnt from the members' scores of the year.
    """

    method: WeightingMethod = "given"
    points: Mapping[str, Mapping[str, Weight]] = {}  # expert -> member -> points
    judgements: Mapping[str, Mapping[str, Number]] = {}  # a -> b -> how many times more a counts
    fewest: Whole = Field(default=20, ge=3)  # entities to learn from; with fewer it is refused


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
    min_weight_covered: Real = Field(default=0.8, ge=0, le=1)  # below: 数据不足，不予评级
    # share of a group's members that must have a value, imputed ones too; below: no group score
    min_available: Share = 0.0
    # share of all scored indicators likewise; below: the entity teaches nothing and has no index
    screen_below: Share = 0.0
    # share of an entity's values that must not be zero, likewise
    screen_nonzero_below: Share = 0.0
    screen_before_imputation: Truth = False  # true: only what was returned counts for screen_below


class Headline(Definition):
    """The two rates on page one, and what stands beside them.

    ``recycled_input_share``: the indicator of what share of its input is recycled, named beside the
    recycling rate, since the two are easily taken for each other.
    ``instead``: a rate -> another form of it, printed beside it under its own name; where the rate
    itself has no value, that form stands in its place and says so.
    """

    resource_output_rate: str = ""
    resource_recycling_rate: str = ""
    recycled_input_share: str = ""
    beside: Words = ()
    instead: Mapping[Code, Code] = {}


class Progress(Named):
    """The progress index: each member against its own base year = 100."""

    code: Code = "CEDI"
    aggregation: Mean = "arithmetic_mean"
    groups: tuple[Group, ...] = ()
    members: Mapping[str, Mapping[str, Weight]] = {}  # group -> indicator -> weight
    base_floor: Mapping[str, Number] = {}  # indicator -> least base value of a positive member
    # a smaller base: the member drops out, or its change is measured against the floor
    below_base_floor: BelowBaseFloor = "exclude"
    tag: Tag = "P"
    note: str = ""


class ResolvedFramework(Named):
    """Everything that makes the index of one entity type; complete in itself, so it can travel in a
    bundle. `Framework` adds how it is varied."""

    filled: ClassVar[tuple[str, ...]] = ("accounts", "factors", "variables", "order")

    entity_type: Code
    id: str = ""  # the file's name; of several of a type the run says which evaluates it
    version: str
    history: Mapping[str, Named] = {}  # version -> what changed with it, the newest first
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
    order: Words = ()  # codes of accounts and indicators, each after what it uses

    @property
    def factor_values(self) -> dict[str, float]:
        """Constants with a name, each in its own unit, as formulas take them."""
        return {code: factor.value for code, factor in self.factors.items()}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved framework: any change to it, and the index is another one."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json")).encode()).hexdigest()

    @cached_property
    def expressions(self) -> Mapping[str, Expression]:
        """The formulas of accounts and indicators that are executed, by code."""
        computed: Mapping[str, Computed] = {**self.accounts, **self.indicators}
        return {c: d.expression for c, d in computed.items() if d.expression is not None}

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

    def reweighted(self, weights: Mapping[str, float]) -> Self:
        """The framework with other weights of groups or indicators, each checked like the first."""
        changed = {
            "groups": {
                c: _reweighted(g, weights[c]) if c in weights else g for c, g in self.groups.items()
            },
            "indicators": {
                c: _reweighted(i, weights[c]) if c in weights else i
                for c, i in self.indicators.items()
            },
        }
        return self.changed(changed)

    def changed(self, fields: Mapping[str, Any]) -> Self:
        """The framework with other values of some fields, validated whole."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**own, **fields})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: Truth = False) -> Self:
        """A copy that computes its own hash and expressions."""
        copied = super().model_copy(update=update, deep=deep)
        for computed in ("hash", "expressions"):
            copied.__dict__.pop(computed, None)
        return copied


Member = TypeVar("Member", Group, Indicator)


def _reweighted(member: Member, weight: Real) -> Member:
    """The member with another weight, checked as the first one was."""
    fields = {name: getattr(member, name) for name in type(member).model_fields}
    return type(member).model_validate({**fields, "weight": weight})
