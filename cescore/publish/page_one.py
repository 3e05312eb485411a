"""Page one: how good, compared with before and with the goal, and what to do, in ten seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cescore.method.column import Panel
from cescore.publish.cells import Number, View, at, weight_of
from cescore.publish.findings import Known, findings
from cescore.publish.fragment import Fragment, section
from cescore.publish.labels import has_label, label_or
from cescore.publish.numbers import (
    change_words,
    decimals_for,
    index_change_words,
    mark,
    number,
    quantity,
    unit_text,
)
from cescore.release.bundle import BonusLine, TargetLine

if TYPE_CHECKING:
    from cescore.desk import OpenBundle
    from cescore.method.aggregate import Aggregation
    from cescore.method.progress import ProgressResult

LIGHTS = {
    "met": "●", "on_schedule": "●", "nearly": "◐", "behind": "○", "not_met": "×",
    "not_computable": "—", "": "—",
}  # fmt: skip
SMALL_N = 10  # below it a rank is for reference only
LONG_NAME = 18  # Han characters; a longer name is set smaller


def page_one(
    bundle: OpenBundle, result: Aggregation, progress: ProgressResult | None, indicators: Panel
) -> Fragment:
    """Masthead, index, grade, headline rates, group scores, target lights and findings."""
    view = View(bundle)
    known = Known(view, result, progress, indicators)
    return section(
        "page_one",
        t=view.t,
        lang=view.lang,
        head=masthead(view),
        index=index_card(known),
        grade=grade_card(view),
        progress=progress_card(known),
        headlines=[card for card in headline_cards(known) if card],
        groups=group_rows(known),
        targets=target_lights(view),
        target_counts=target_counts(view),
        keys=[] if view.data.targets else key_figures(known),
        findings=findings(bundle, result, progress, indicators),
        scale=bundle.framework.scale,
    )


def masthead(view: View) -> dict[str, Any]:
    """Who, what, when, under which number and in which state."""
    data = view.data
    where = [view.place(place) for place in reversed(data.entity.parents)]
    issuer = data.run.issuer.name(view.lang)
    status = [view.t(f"status.{data.run.status}")]
    status += [view.t("status.variant")] if view.bundle.is_variant else []
    facts = [
        ("fact.type", view.entity_type),
        ("fact.district", view.t("path").join(where)),
        ("fact.code", data.entity.entity_id),
        ("fact.industry", data.entity.industry),
        ("fact.plan", (data.plan.zh or data.plan.en) if view.lang == "zh" else (data.plan.en or data.plan.zh)),
        ("fact.report_number", data.report_number),
    ]  # fmt: skip
    return {
        "name": view.entity,
        "is_long": len(view.entity) > LONG_NAME * (1 if view.lang == "zh" else 2),
        "title": view.t("title", year=view.bundle.year),
        "issuer": issuer,
        "issued": data.run.issued,
        "status": status,
        "status_kind": data.run.status,
        "vintage": view.t(f"vintage.{data.run.vintage}"),
        "facts": [(view.t(key), text) for key, text in facts if text],
        "is_sample": data.run.status == "sample",
        "restricted": data.peers is not None and data.peers.audience == "respondent",
    }


def index_card(known: Known) -> dict[str, Any]:
    """The index on its scale, with its change and rank, or why there is none."""
    view, scale = known.view, known.view.bundle.framework.scale
    now = at(known.result.index, view.now)
    last = view.index(known.result, view.bundle.year - 1)
    base = view.index(known.result, view.bundle.base_year)
    name = view.name(view.bundle.framework.index.code)
    card: dict[str, Any] = {"name": name, "code": view.bundle.framework.index.code}
    card |= {"rated": known.is_rated, "why": "", "computed": "", "changes": [], "rank": ""}
    card |= {"last_place": "", "median": "", "median_place": ""}
    if not known.is_rated:
        card["why"], card["computed"] = _why_not(known, now)
        return card
    value = now.value if now.value is not None else scale.floor  # rated: there is one
    card["value"] = number(value)
    card["place"] = _place(value, scale.floor, scale.top)
    if last.value is not None:
        words = index_change_words(value, last.value, view.lang)
        card["changes"].append(view.t("since", year=view.bundle.year - 1, change=words))
        card["last_place"] = _place(last.value, scale.floor, scale.top)
    if base.value is not None and view.base not in {view.now, view.last}:
        words = index_change_words(value, base.value, view.lang)
        card["changes"].append(view.t("since", year=view.bundle.base_year, change=words))
    return card | _released(view)


def _why_not(known: Known, now: Number) -> tuple[str, str]:
    """The words in place of the index; a value that coverage does not carry is named as such."""
    view = known.view
    if not view.data.filed:
        return view.t("index.not_filed"), ""
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
        found["median"] = view.t("peer.median_value", value=number(figure.median))
        found["median_place"] = _place(figure.median, scale.floor, scale.top)
    return found


def _place(value: float, floor: float, top: float) -> str:
    """Position on a scale in per cent of its length, kept within it."""
    share = (value - floor) / (top - floor) if top > floor else 0.0
    return f"{100 * min(max(share, 0.0), 1.0):.1f}"


def grade_card(view: View) -> dict[str, Any]:
    """Grade and total of the assessment, or the reason why there is no grade."""
    found = view.data.assessment
    grade = (
        (found.grade_zh or found.grade_en)
        if view.lang == "zh"
        else (found.grade_en or found.grade_zh)
    )
    reason = reason_words(view)
    parts = [
        (view.t(f"part.{key}") if has_label(f"part.{key}") else key, number(value), number(100 * found.weights.get(key, 0.0), 0))
        for key, value in found.parts.items()
        if value is not None
    ]  # fmt: skip
    names = (found.scale_zh, found.scale_en, found.scale)
    scale = next(filter(None, names if view.lang == "zh" else (names[1], names[0], names[2])), "")
    return {
        "graded": found.graded and bool(grade),
        "grade": grade[:1].upper() + grade[1:],
        "total": number(found.total) if found.total is not None else "",
        "provisional": found.provisional,
        "scale": view.t("grade.scale", name=scale) if scale else "",
        "reason": reason,
        "parts": parts,
        "bonus": [_bonus_line(view, line) for line in found.bonus_lines],
        "bonus_total": view.t(
            "grade.bonus", points=f"{found.bonus:g}", most=f"{found.bonus_most:g}"
        )
        if found.bonus is not None
        else "",
        "converted": view.t("grade.converted") if found.index_converted else "",
    }


def _bonus_line(view: View, line: BonusLine) -> tuple[str, str, str]:
    """An item of extra points: its name, what it earned, and why where it earned nothing."""
    name = (line.zh or line.en) if view.lang == "zh" else (line.en or line.zh)
    earned = f"+{line.points:g}" if line.status == "earned" else ""
    return name, earned, "" if earned else view.t(f"bonus.{line.status}")


def reason_words(view: View) -> str:
    """Why not graded, or why provisional, in words."""
    reason = view.data.assessment.reason
    if reason:
        return label_or(f"reason.{reason}", view.lang, reason)
    if view.data.legal_basis == "statistical":
        return view.t("reason.statistical_basis")
    return "" if view.data.assessment.graded else view.t("reason.none")


def progress_card(known: Known) -> dict[str, Any] | None:
    """The progress index, base year 100: another scale than the index, never compared with it."""
    view, progress = known.view, known.view.bundle.framework.progress
    if progress is None or known.progress is None or not view.data.filed:
        return None
    now = at(known.progress.index, view.now)
    last = at(known.progress.index, view.last)
    card: dict[str, Any] = {
        "name": progress.name(view.lang) or progress.code,
        "code": progress.code,
        "value": view.plain(now),
        "is_number": now.value is not None,
        "base": view.t("progress.base", year=view.bundle.base_year),
        "change": "",
    }
    if now.value is not None and last.value is not None:
        words = index_change_words(now.value, last.value, view.lang, kind="progress")
        card["change"] = view.t("since", year=view.bundle.year - 1, change=words)
    return card


def headline_cards(known: Known) -> list[dict[str, Any]]:
    """The two rates, large, with their changes and a small line; those beside them, small."""
    view, headline = known.view, known.view.bundle.framework.headline
    cards = []
    for role in ("resource_output_rate", "resource_recycling_rate"):
        code = getattr(headline, role)
        if code:
            cards.append({"role": view.t(f"headline.{role}"), **_headline(known, code)})
    return cards


def _headline(known: Known, code: str) -> dict[str, Any]:
    view, unit = known.view, known.view.unit(code)
    series = view.row(known.indicators, code, view.years)
    decimals = view.decimals(code, [n.value for n in series])
    now = series[view.now] if view.now is not None else Number(None)
    changes = [view.t("carried.from", year=now.taken)] if now.taken else []
    for year in dict.fromkeys((view.bundle.base_year, view.bundle.year - 1)):
        position = view.position(year)
        if position is None or year == view.bundle.year or (now.taken and year >= now.taken):
            continue
        then = series[position]
        if now.value is not None and then.value is not None:
            words = change_words(now.value, then.value, unit, view.lang)
            changes.append(view.t("since", year=year, change=words))
    return {
        "name": view.name(code),
        "code": code,
        "value": view.plain(now, decimals),
        "is_number": now.value is not None,
        "unit": unit_text(unit, view.lang) if now.value is not None else "",
        "changes": changes,
    }


def group_rows(known: Known) -> list[dict[str, Any]]:
    """Each group below the index with its score and place on the scale."""
    view, scale = known.view, known.view.bundle.framework.scale
    figures = {f.code: f for f in view.data.peers.figures} if view.data.peers else {}
    if not view.data.filed:  # the floor that the rules give is no score to show
        return []
    rows = []
    for group in view.groups:
        now, last = view.scores(
            known.result.groups, group.code, (view.bundle.year, view.bundle.year - 1), known.result
        )
        peer = figures.get(group.code)
        row: dict[str, Any] = {
            "name": group.name(view.lang) or group.code,
            "score": view.plain(now),
        }
        row["place"] = None if now.value is None else _place(now.value, scale.floor, scale.top)
        row["last_place"] = (
            None if last.value is None else _place(last.value, scale.floor, scale.top)
        )
        row["median_place"] = (
            _place(peer.median, scale.floor, scale.top)
            if peer and peer.median is not None
            else None
        )
        rows.append(row)
    return rows


def target_lights(view: View, most: int = 7) -> list[dict[str, str]]:
    """The entity's own targets with a light that differs in shape, not in colour alone."""
    lines = [line for line in view.data.targets if line.role != "check"]
    has_own = any(line.role == "own" for line in lines)
    return [_light(view, line, has_own) for line in lines[:most]]


def key_figures(known: Known, most: int = 5) -> list[dict[str, object]]:
    """Where the plan sets no target: the scored indicators of most weight, with their change."""
    view, year = known.view, known.view.bundle.year
    weight = {i.code: weight_of(known.result, i.code, view.now) for i in view.scored}
    heaviest = sorted(weight, key=lambda code: -weight[code])[:most]
    rows: list[dict[str, object]] = []
    for indicator in (i for i in view.scored if i.code in heaviest):
        now, last = view.row(known.indicators, indicator.code, (year, year - 1))
        if now.value is None:
            continue
        decimals = view.decimals(indicator.code, [now.value, last.value])
        unit = unit_text(indicator.unit, view.lang)
        change = view.change(now, last, indicator.unit)
        value = view.cell(now, decimals)
        rows.append(
            {"name": view.name(indicator.code), "value": value, "unit": unit, "change": change}
        )
    return rows


def target_counts(view: View) -> str:
    """How many of the entity's own targets are on course; or that all shown are another's."""
    own = [line for line in view.data.targets if line.role == "own"]
    if view.data.targets and not own:
        return view.t("target.reference")
    good = sum(line.light in {"met", "on_schedule"} for line in own)
    return view.t("targets.count", good=good, n=len(own)) if own else ""


def _light(view: View, line: TargetLine, has_own: bool) -> dict[str, str]:
    decimals = decimals_for(line.unit, [line.actual, line.value])
    return {
        "sign": LIGHTS.get(line.light, "—"),
        "kind": line.light or "none",
        "name": (line.zh or line.en) if view.lang == "zh" else (line.en or line.zh),
        "actual": quantity(line.actual, line.unit, view.lang, decimals)
        if line.actual is not None
        else "—",
        "value": f"{'≥' if line.op == '>=' else '≤'}{quantity(line.value, line.unit, view.lang, decimals)}",
        "word": label_or(f"light.{line.light}", view.lang, line.light or "—"),
        "role": view.t("target.reference") if line.role == "reference" and has_own else "",
    }
