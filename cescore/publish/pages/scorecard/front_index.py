"""Page one, how good: total and grade with how near the next one is, the index on its scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import Scale
from cescore.disclosure.released.covered_measures import credits_withheld
from cescore.method.column import State
from cescore.method.grading.bonus import BonusLine
from cescore.method.grading.doubts import DOUBT_KINDS
from cescore.method.grading.grades import grade_of_bands
from cescore.method.grading.parts import worth_of_index
from cescore.method.index.scale import place_on
from cescore.publish.charts.spark import spark
from cescore.publish.comparable import peer_words
from cescore.publish.numbers import index_change_words, mark, number, quantity
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.firmness import is_band_withheld
from cescore.publish.pages.scorecard.front_rates import parted_words
from cescore.publish.pages.scorecard.totals import comparable, converted, parts_of_total
from cescore.publish.view import Number, View, at, of_series
from cescore.publish.words import label_or

SMALL_N = 10  # below it a rank is for reference only


def index_card(known: PageEvidence) -> dict[str, Any]:
    """The index on its scale, with its change and rank, or why there is none."""
    view, scale = known.view, known.view.bundle.framework.scale
    now = at(known.result.index, view.now)
    last = view.index(known.result, view.bundle.year - 1)
    base = view.index(known.result, view.bundle.base_year)
    name = view.name(view.bundle.framework.index.code)
    card: dict[str, Any] = {"name": name, "code": view.bundle.framework.index.code}
    card |= {"rated": known.is_rated, "why": "", "computed": "", "changes": [], "rank": ""}
    card |= {
        "like_for_like": "",
        "last_place": "",
        "median": "",
        "median_place": "",
        "band": None,
        "no_band": "",
        "spark": "",
    }
    if not known.is_rated:
        card["why"], card["computed"] = _why_not(known, now)
        return card
    value = now.value if now.value is not None else scale.floor  # rated: there is one
    card["value"] = number(value)
    card["place"] = per_cent_on(value, scale)
    if last.value is not None:
        words = index_change_words(value, last.value, view.lang)
        card["changes"].append(view.t("since", year=view.bundle.year - 1, change=words))
        card["last_place"] = per_cent_on(last.value, scale)
        card["like_for_like"] = _like_for_like(known, value, last.value)
    if base.value is not None and view.base not in {view.now, view.last}:
        words = index_change_words(value, base.value, view.lang)
        card["changes"].append(view.t("since", year=view.bundle.base_year, change=words))
        if parted := known.parted_since("", view.bundle.base_year):
            card["changes"].append(parted_words(view, parted))
    series = [view.index(known.result, year) for year in view.years]
    card["spark"] = spark(view, name, series)
    return card | _released(view) | _band(view)


def _like_for_like(known: PageEvidence, now: float, last: float) -> str:
    """How much of the change comes from values that were returned in one of the two years only."""
    view, since = known.view, known.view.bundle.year - 1
    points = known.like_for_like(since)
    if points is None:
        return ""
    return view.t(
        "index.like_for_like",
        n=len(known.returned_once(since)),
        rest=index_change_words(now - points, last, view.lang),
        change=index_change_words(last + points, last, view.lang),
    )


def _band(view: View) -> dict[str, Any]:
    """The band of the index on its scale, where the evaluation found one."""
    band, scale = view.data.uncertainty, view.bundle.framework.scale
    if is_band_withheld(view):
        return {"no_band": view.t("index.band.withheld", mark=mark(State.SUPPRESSED, view.lang))}
    if band is None or view.bundle.is_variant:
        return {}
    low, high = (float(per_cent_on(v, scale)) for v in (band.score_low, band.score_high))
    said = view.t("index.band", low=number(band.score_low), high=number(band.score_high))
    return {"band": {"left": f"{low:.1f}", "width": f"{max(high - low, 0.4):.1f}", "said": said}}


def _why_not(known: PageEvidence, now: Number) -> tuple[str, str]:
    """The words in place of the index; a value that coverage does not carry is named as such."""
    view = known.view
    if not view.data.filed:
        return view.t("index.not_filed"), ""
    if now.state == State.SUPPRESSED:
        return view.t("index.withheld", mark=mark(now.state, view.lang)), ""
    if now.value is None:
        return view.t("index.none", mark=mark(now.state, view.lang)), ""
    share = quantity(100 * (known.coverage or 0.0), "%", view.lang, 0)
    return view.t("index.insufficient"), view.t(
        "index.computed", value=number(now.value), share=share
    )


def _released(view: View) -> dict[str, Any]:
    """Rank and median of the peers, where the gate released them."""
    peers, code = view.data.peers, view.bundle.framework.index.code
    figure = next((f for f in peers.figures if f.code in {code, "index"}), None) if peers else None
    found: dict[str, Any] = {}
    if _is_left_out_of_ranking(view):
        found["rank"] = view.t("rank.none_withheld")
    if figure is None:
        return found
    if figure.rank is not None and figure.n is not None:
        found["rank"] = view.t("rank.of", rank=figure.rank, n=figure.n)
        if figure.n < SMALL_N:
            found["rank"] += view.t("rank.reference")
    elif figure.quartile_band is not None:
        found["rank"] = view.t(f"quartile.{figure.quartile_band}")
    if figure.median is not None:
        scale = view.bundle.framework.scale
        found["median"] = peer_words(view, "peer.median_value", value=number(figure.median))
        found["median_place"] = per_cent_on(figure.median, scale)
    return found


def _is_left_out_of_ranking(view: View) -> bool:
    """Whether others of its type are ranked and this body, which has an index, is not, for what is
    withheld of it."""
    own_id, rows = view.data.entity.entity_id, view.data.siblings
    own = next((row for row in rows if row.place.entity_id == own_id), None)
    if own is None or own.index is None or own.rank is not None or own.part_of:
        return False
    return own.status == "reported" and any(row.rank is not None for row in rows)


def per_cent_on(value: float, scale: Scale) -> str:
    """Position on a scale in per cent of its length, kept within it: where a style sheet draws it."""
    return f"{100 * place_on(value, scale):.1f}"


def grade_card(view: View) -> dict[str, Any]:
    """Grade and total of the assessment, or the reason why there is no grade."""
    found = view.data.assessment
    grade = found.grade(view.lang)
    reason = reason_words(view)
    scale = found.scale_name(view.lang)
    return {
        "steps": _steps(view) if found.graded and grade else [],
        "graded": found.graded and bool(grade),
        "grade": grade[:1].upper() + grade[1:],
        "total": number(found.total) if found.total is not None else "",
        "comparable": comparable(view),
        "provisional": found.provisional,
        "scale": view.t("grade.scale", name=scale) if scale else "",
        "reason": reason,
        "withheld": view.t(
            "grade.total_withheld"
            if found.parts.get("measures") is None
            else "grade.only_total_withheld",
            mark=mark(State.SUPPRESSED, view.lang),
        )
        if found.graded and grade and found.total is None
        else "",
        "parts": parts_of_total(view),
        "margin": [*_margin(view), *_band_of_total(view), *_few_checks(view)],
        "missing": _missing(view),
        "bonus": [_bonus_line(view, line) for line in found.bonus_lines],
        "bonus_total": _bonus_total(view),
        "converted": converted(view, "grade.converted"),
        "converted_short": converted(view, "grade.converted.short"),
    }


def _margin(view: View) -> list[str]:
    """Points to the next grade and above the least of the own one."""
    margin = view.data.margin
    if margin is None:
        return []
    said = []
    if margin.missing is not None:
        grade = name_in(view.lang, margin.next_zh, margin.next_en)
        key = "margin.next.out_of_reach" if margin.is_out_of_reach else "margin.next"
        said.append(view.t(key, grade=grade, points=number(margin.missing)))
    if margin.in_hand is not None:
        said.append(view.t("margin.in_hand", points=number(margin.in_hand)))
    return said


def _band_of_total(view: View) -> list[str]:
    """The total at the ends of the band of the index, all else as it is, and whether the grade is
    firm: in all of it, in most draws, or borderline (`method.firmness.GradeFirmness`)."""
    band, found = view.data.uncertainty, view.data.assessment
    index = of_series(view.data.evaluated.index, view.now).value
    worth = worth_of_index(found.weights, view.bundle.framework.scale)
    if band is None or found.total is None or index is None or worth is None or not found.graded:
        return []
    if view.bundle.is_variant or found.reason == "veto_standing":
        return []
    ends = [found.total + worth * (end - index) for end in (band.score_low, band.score_high)]
    low, high = (grade_of_bands(end, found.bands).name(view.lang) for end in ends)
    words = {"low": number(ends[0]), "high": number(ends[1])}
    if low == high:
        return [view.t("margin.band", **words)]
    firm, others = view.data.grade_firmness, _other_grades(view)
    if firm is None or not others:
        return [view.t("margin.band.mostly", **words)]
    return [view.t(f"margin.band.borderline.{firm.step}", grades=others, **words)]


def _other_grades(view: View) -> str:
    """The grades that a quarter of the draws or more gives instead, in words; "" of a firm grade."""
    firm = view.data.grade_firmness
    if firm is None or not firm.step:
        return ""
    ends = {(firm.low_zh, firm.low_en): None, (firm.high_zh, firm.high_en): None}
    names = [name_in(view.lang, *end) for end in ends]
    return view.join(view.t("margin.grade", grade=name) for name in names)


def _missing(view: View) -> str:
    """What is missing before a provisional grade is final, counted by kind."""
    found = view.data.assessment
    doubts = () if found.reason == "veto_standing" else found.doubts
    counted = {kind: sum(doubt.n for doubt in doubts if doubt.kind == kind) for kind in DOUBT_KINDS}
    said = [view.t(f"doubt.short.{kind}", n=n) for kind, n in counted.items() if n]
    return view.t("grade.missing", list=view.join(said)) if said else ""


def _few_checks(view: View) -> Iterator[str]:
    """That measures weigh less because few checks are scored, where they do."""
    plan, found = view.data.rules, view.data.assessment
    measures = view.data.measures
    scored = sum(line.scored for line in measures) + credits_withheld(measures)
    if plan is None or found.parts.get("measures") is None:
        return
    if scored < plan.assessment.enough_checks:
        yield view.t("grade.few_checks", n=scored, enough=plan.assessment.enough_checks)


def _bonus_total(view: View) -> str:
    """The extra points, or the distinctions that stand beside the grade; "" without any."""
    found = view.data.assessment
    if found.bonus is not None:
        return view.t("grade.bonus", points=f"{found.bonus:g}", most=f"{found.bonus_most:g}")
    names = [line.name(view.lang) for line in found.bonus_lines if line.status == "earned"]
    return view.t("grade.distinctions", list=view.join(names)) if names else ""


def _bonus_line(view: View, line: BonusLine) -> tuple[str, str, str]:
    """An item of extra points, or a distinction: its name, what it earned, and how it stands."""
    name, kind = line.name(view.lang), "bonus" if line.points else "distinction"
    earned = f"+{line.points:g}" if line.status == "earned" and line.points else ""
    return name, earned, "" if earned else view.t(f"{kind}.{line.status}")


def reason_words(view: View) -> str:
    """Why not graded, or why provisional, in words."""
    reason = view.data.assessment.reason
    if reason:
        return label_or(f"reason.{reason}", view.lang, reason)
    if view.data.is_for_statistics_alone:
        return view.t("reason.statistical_basis")
    return "" if view.data.assessment.graded else view.t("reason.none")


def _steps(view: View) -> list[dict[str, Any]]:
    """The ladder of grades, best first, each with the least total it asks for."""
    found = view.data.assessment
    steps = []
    for position, step in enumerate(found.bands):
        name = step.name(view.lang)
        is_last = position == len(found.bands) - 1
        above = found.bands[position - 1].least if position else step.least
        asked = f"<{number(above, 0)}" if is_last and position else f"≥{number(step.least, 0)}"
        own = (step.zh, step.en) == (found.grade_zh, found.grade_en)
        steps.append({"name": name[:1].upper() + name[1:], "asked": asked, "own": own})
    return steps
