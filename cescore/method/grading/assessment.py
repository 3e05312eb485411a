"""The assessment total and its grade: targets, index and measures, vetoes, and when not to grade.

References
----------
Grade bands: the re-evaluation of national eco-industrial parks (2018, 2019) and municipal
target-responsibility schemes (methodology 9.1). That an unmet binding target decides the grade:
一票否决 of energy targets (methodology 9.1, 9.2). Weights and the coverage asked are ours [P].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import AssessmentRules, GradeScale, Plan, Scale
from cescore.method.grading.bonus import BonusLine, bonus_points
from cescore.method.grading.doubts import Doubt, Reason, doubts_of, gravest
from cescore.method.grading.grades import GradeStep, from_the_best, grade_of_bands
from cescore.method.grading.measures import MeasureLine, measure_points
from cescore.method.grading.parts import given_weights, index_part, target_part, used_weights
from cescore.method.grading.targets import TargetLine
from cescore.method.grading.veto_signs import VetoSign
from cescore.method.grading.vetoes import (
    VetoLine,
    broken_targets,
    fails_by_veto,
    veto_lines,
    vetoed_grade,
)
from cescore.method.thresholds import meets

MOST = 100.0  # points
COMPARABLE = "comparable"  # in results: the total by the parts that several types have


@dataclass(frozen=True)
class Assessment:
    """Total and grade; only the total is graded.

    Attributes
    ----------
    total
        Points, 0-100, bonus included; None where it was not computed.
    grade_zh, grade_en
        "" without a grade.
    scale, scale_zh, scale_en, bands
        The scale that grades, by code and names, its bands the best first.
    parts
        targets, index, measures [0-100]; None for a part that the entity does not have.
    weights
        Those really used, together 1: a part without a value gives its weight to the others.
    provisional
        Graded, but vetoes were not checked or not confirmed, scores of a real body stand on
        reference values of the sample, or too few checks inspected.
    doubts
        All that is missing before a provisional grade is final.
    reason
        Why not graded (no_rules, not_filed, statistical_basis, insufficient_data,
        index_not_computable, midterm), why graded as it is (veto_standing), or why provisional
        (vetoes_proposed, vetoes_unchecked, references_of_sample, measures_not_inspected).
    index_converted
        The index entered the total as its place on its own scale, 0-100.
    comparable_weights
        The shares that make `comparable`; empty of a type that is not compared with another.
    from_sample
        How many scores of a real body stand on reference values of the sample; 0 where a standing
        veto leads to the lowest grade whatever they are.
    bonus, bonus_most, bonus_lines
        Extra points earned, in the total [points], their upper limit, and the items; None, 0 and
        empty where the type has none.
    """

    total: float | None = None
    grade_zh: str = ""
    grade_en: str = ""
    scale: str = ""
    parts: Mapping[str, float | None] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    vetoes: tuple[VetoLine, ...] = ()
    provisional: bool = False
    doubts: tuple[Doubt, ...] = ()
    graded: bool = False
    reason: Reason = ""
    index_converted: bool = False
    scale_zh: str = ""
    scale_en: str = ""
    bands: tuple[GradeStep, ...] = ()
    bonus: float | None = None
    bonus_most: float = 0.0
    bonus_lines: tuple[BonusLine, ...] = ()
    comparable_weights: Mapping[str, float] = field(default_factory=dict)
    from_sample: int = 0

    @property
    def comparable(self) -> float | None:
        """The total by the parts alone that all compared types have [points, 0-100]; never graded.

        Σ weight · part / Σ weight over ``comparable_weights``, which a plan states once for the
        types that it compares: a body that has targets of its own stands beside its parts, which
        have none. None of a type that is not compared, without a total, and where a part is missing.
        """
        parts = [self.parts.get(part) for part in self.comparable_weights]
        known = [value for value in parts if value is not None]
        if self.total is None or not known or len(known) < len(parts):
            return None
        weights = self.comparable_weights.values()
        return sum(w * v for w, v in zip(weights, known, strict=True)) / sum(weights)

    def grade(self, lang: str) -> str:
        """The grade's name in a language; "" without one."""
        return name_in(lang, self.grade_zh, self.grade_en)

    def scale_name(self, lang: str) -> str:
        """The name of the scale that grades, its code where it has none."""
        return name_in(lang, self.scale_zh, self.scale_en) or self.scale


@dataclass(frozen=True)
class Basis:
    """What decides whether an entity may be graded at all.

    Attributes
    ----------
    filed
        Whether anything but a gap is known of it for the year.
    is_for_statistics_alone
        What a single respondent returned in a statistical survey is never graded, for it is used for
        statistics only (统计法, methodology 11 and 15).
    coverage, least_coverage
        Share of the index's weight that has a value, and what the rules ask [0-1].
    from_sample
        How many scores of a real body stand on reference values of the sample; 0 of a made-up one.
    """

    filed: bool = True
    is_for_statistics_alone: bool = False
    coverage: float = 1.0
    least_coverage: float = 0.8
    from_sample: int = 0


@dataclass(frozen=True)
class Evidence:
    """What an entity is assessed on.

    Attributes
    ----------
    index, scale
        The index [points on ``scale``]; it enters the total as (index - floor) / (top - floor) ·
        100 [P], see `index_part`. None where it was not computed.
    targets, measures, bonus
        The lines of the year.
    signs, years
        What the figures say of vetoes, by veto, and the first and last year that vetoes are of.
    vetoes
        Veto id -> its record of the year: status, document, confirming_unit, date.
    is_last_year
        Of the plan: only then does a binding target that was not met act as a veto.
    """

    index: float | None
    scale: Scale
    targets: Sequence[TargetLine] = ()
    measures: Sequence[MeasureLine] = ()
    vetoes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    basis: Basis = Basis()
    signs: Mapping[str, VetoSign] = field(default_factory=dict)
    years: tuple[int, int] | None = None
    is_last_year: bool = False
    bonus: Sequence[BonusLine] = ()


def assess(plan: Plan, entity_type: str, evidence: Evidence) -> Assessment:
    """An entity's total of the year [points, 0-100] and its grade on the scale of its type.

    Total = Σ weight · part / Σ weight over the parts there are: a type without targets of its own,
    or without measures, gives their weight to the others, and measures of few checks weigh less
    (`given_weights`). Extra points come on top, as many as the
    plan allows, and lead no total beyond 100. An index that was not computed is not
    such a case: then nothing is totalled. What stands in the way, in this order:

    1. a type without weights or a scale has no assessment (``no_rules``);
    2. a respondent's report on statistical-survey values is not graded and shows neither vetoes nor inspection,
       which may not rest on them;
    3. a veto that stands decides the grade (never for the better), even without a total;
    4. an entity that did not file, one whose index covers too little of its weight, and one without
       an index are not graded;
    5. vetoes without a record, those that the figures show first, scores of a real body that stand
       on reference values of the sample [P], and less than 80 % of the checks inspected [P], leave a
       grade provisional.

    Examples
    --------
    >>> bands = [("优秀", "excellent", 90), ("合格", "pass", 60), ("不合格", "fail", 0)]
    >>> plan = Plan.model_validate(
    ...     {
    ...         "id": "p",
    ...         "base_year": 2020,
    ...         "first_year": 2021,
    ...         "last_year": 2025,
    ...         "source": "made up",
    ...         "assessment": {
    ...             "weights": {"park": {"targets": 0.5, "index": 0.3, "measures": 0.2}},
    ...             "scale_of": {"park": "A"},
    ...             "scales": {
    ...                 "A": {
    ...                     "code": "A",
    ...                     "source": "made up",
    ...                     "tag": "P",
    ...                     "bands": [{"zh": z, "en": e, "least": n} for z, e, n in bands],
    ...                 }
    ...             },
    ...         },
    ...     }
    ... )
    >>> done = MeasureLine("4.1", "", "", "4", (), {}, due=1, inspected=1, scored=1, credit=1.0)
    >>> result = assess(plan, "park", Evidence(index=80.0, scale=Scale(), measures=[done]))
    >>> (
    ...     round(result.total, 9),
    ...     result.grade("en"),
    ...     {p: round(w, 3) for p, w in result.weights.items()},
    ... )
    (88.0, 'pass', {'index': 0.6, 'measures': 0.4})
    """
    rules, basis = plan.assessment, evidence.basis
    index, scale, targets = evidence.index, evidence.scale, evidence.targets
    graded_on = rules.scales.get(rules.scale_of.get(entity_type, ""))
    if entity_type not in rules.weights or graded_on is None:
        return Assessment(reason="no_rules")
    blank = _on(graded_on)
    if basis.is_for_statistics_alone:
        return replace(blank, reason="statistical_basis")
    lines = veto_lines(
        plan, entity_type, evidence.vetoes, signs=evidence.signs, years=evidence.years
    )
    lines += broken_targets(targets) if evidence.is_last_year else ()
    parts = {
        "targets": target_part(targets),
        "index": index_part(index, scale),
        "measures": _times(measure_points(evidence.measures), 100),
    }
    scored_checks = sum(line.scored for line in evidence.measures)
    weights = used_weights(given_weights(rules, entity_type, scored_checks), parts)
    obstacle = _obstacle(basis, parts["index"], rules.weights[entity_type])
    extra = bonus_points(rules.bonus.get(entity_type), evidence.bonus)
    has_total = obstacle in {"", "insufficient_data"} and not _lacks_index(
        parts["index"], rules.weights[entity_type]
    )
    scored = replace(
        blank,
        total=_with_bonus(_total(parts, weights), extra) if has_total else None,
        bonus=extra,
        bonus_most=rules.bonus[entity_type].most if entity_type in rules.bonus else 0.0,
        bonus_lines=tuple(evidence.bonus),
        parts=parts,
        weights=weights,
        comparable_weights=_comparable(rules, entity_type),
        from_sample=0 if fails_by_veto(plan, lines, blank.bands) else basis.from_sample,
        vetoes=lines,
        reason=obstacle,
        index_converted=index is not None and (scale.floor, scale.top) != (0.0, 100.0),
    )
    return _graded(scored, plan, evidence.measures)


def _graded(scored: Assessment, plan: Plan, measures: Sequence[MeasureLine]) -> Assessment:
    """The assessment with its grade, unless something stands in the way of one."""
    total, bands = scored.total, scored.bands
    earned = None if total is None or scored.reason else grade_of_bands(total, bands)
    vetoed = vetoed_grade(plan, scored.vetoes, bands, earned)
    grade = vetoed or earned
    if grade is None:
        return scored
    doubts = tuple(doubts_of(scored.vetoes, measures, scored.from_sample))
    return replace(
        scored,
        grade_zh=grade.zh,
        grade_en=grade.en,
        graded=True,
        provisional=bool(doubts),
        doubts=doubts,
        reason="veto_standing" if vetoed else gravest(doubts),
    )


def reassess(
    found: Assessment,
    *,
    index: float | None,
    scale: Scale,
    is_covered: bool,
    targets: Sequence[TargetLine],
    measures: Sequence[MeasureLine],
) -> Assessment:
    """An assessment with another index [points on ``scale``], all else being as it was.

    The same rules as `assess`, from what the assessment itself says: weights, bands, vetoes, bonus.
    What it does not say leaves no total: the weight of an index where there was none before, a part
    that counted and is withheld, and targets that have no figures any more. A veto's own grade is
    known where it decided; where the grade earned before was no better, or is withheld, there is no
    grade.
    """
    if found.reason in {"no_rules", "not_filed", "statistical_basis", "midterm"} or not found.bands:
        return found
    parts = {**found.parts, "index": index_part(index, scale)}
    blank = replace(
        found,
        parts=parts,
        total=None,
        grade_zh="",
        grade_en="",
        graded=False,
        provisional=False,
        doubts=(),
    )
    if "targets" in found.weights and target_part(targets) != found.parts.get("targets"):
        return replace(blank, parts={**parts, "targets": None}, reason="index_not_computable")
    if any(found.parts.get(part) is None for part in found.weights if part != "index"):
        return replace(blank, reason="")
    counts = "index" in found.weights
    if (counts and index is None) or (not counts and found.parts.get("index") is None):
        return replace(blank, reason="index_not_computable")
    total = _with_bonus(_total(parts, found.weights), found.bonus)
    if not is_covered or total is None:
        return replace(blank, total=total, reason="insufficient_data")
    earned = grade_of_bands(total, found.bands)
    doubts = tuple(doubts_of(found.vetoes, measures, found.from_sample))
    vetoed = any(line.status == "standing" for line in found.vetoes)
    if vetoed:
        led_to = _led_to(found)
        grade = None if led_to is None else max((led_to, earned), key=found.bands.index)
        reason: Reason = "veto_standing"
    else:
        grade, reason = earned, gravest(doubts)
    if grade is None:
        return replace(blank, total=total, reason=reason)
    return replace(
        blank,
        total=total,
        grade_zh=grade.zh,
        grade_en=grade.en,
        graded=True,
        provisional=bool(doubts),
        doubts=doubts,
        reason=reason,
    )


def _led_to(found: Assessment) -> GradeStep | None:
    """The grade that a standing veto led to; None where the total may have decided as well."""
    if found.total is None and any(found.parts.get(part) is None for part in found.weights):
        return None  # withheld
    given = next((step for step in found.bands if step.zh == found.grade_zh), None)
    if given is None or found.total is None:
        return given
    earned = grade_of_bands(found.total, found.bands)
    return given if found.bands.index(earned) < found.bands.index(given) else None


def _obstacle(basis: Basis, index: float | None, weights: Mapping[str, float]) -> Reason:
    if not basis.filed:
        return "not_filed"
    if not meets(basis.coverage, ">=", basis.least_coverage):
        return "insufficient_data"
    return "index_not_computable" if _lacks_index(index, weights) else ""


def _lacks_index(index: float | None, weights: Mapping[str, float]) -> bool:
    """Whether the total asks for an index that there is none of."""
    return index is None and bool(weights.get("index"))


def _total(parts: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    values = [(weight, parts[part]) for part, weight in weights.items()]
    known = [weight * value for weight, value in values if value is not None]
    return sum(known) if known else None


def _with_bonus(total: float | None, extra: float | None) -> float | None:
    return total if total is None or extra is None else min(total + extra, MOST)


def _comparable(rules: AssessmentRules, entity_type: str) -> Mapping[str, float]:
    """The parts, with their weights, by which a type is compared with others; none where it is not."""
    chosen = rules.comparable
    return {p: w for p, w in chosen.parts.items() if w} if entity_type in chosen.types else {}


def _on(scale: GradeScale) -> Assessment:
    """An assessment that only names its scale."""
    bands = from_the_best(scale)
    return Assessment(scale=scale.code, scale_zh=scale.zh, scale_en=scale.en, bands=bands)


def _times(share: float | None, points: float) -> float | None:
    return None if share is None else share * points
