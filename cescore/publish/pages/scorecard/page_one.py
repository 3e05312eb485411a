"""Page one: how good, compared with before and with the goal, and what to do, in ten seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cescore.definitions.formulas.unit_names import unit_text
from cescore.method.column import Panel
from cescore.method.grading.schedules import ON_COURSE
from cescore.method.grading.targets import TargetLine
from cescore.publish.comparable import peer_words
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import decimals_for, number, quantity, signed
from cescore.publish.pages.changes import former_names
from cescore.publish.pages.scorecard.advice import advice
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.findings import findings, lines_of
from cescore.publish.pages.scorecard.front_index import (
    grade_card,
    index_card,
    per_cent_on,
)
from cescore.publish.pages.scorecard.front_rates import headline_cards
from cescore.publish.pages.scorecard.lights import SIGNS, verdict_words
from cescore.publish.pages.standing import correction, signed_off
from cescore.publish.section import section
from cescore.publish.view import View, weight_of
from cescore.publish.words import subject

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.progress import ProgressResult

LONG_NAME = 18  # Han characters; a longer name is set smaller
LINES = 7  # of the card of group scores: what groups leave free names the ends of the indicators

SENTENCE_LINES = 10  # of findings and advice together that fit under the cards
ADVICE_LINES = 4
NOTE_LINE = 58  # widths of a small letter that fit a line of notes on a card of a rate
CHANGE_LINE = 46  # likewise of changes on a card of a rate or of the index
CONTENTS_LINES = 2  # that the contents take from them
FIRM = "enterprise"  # its report is short and prints none


def page_one(
    bundle: OpenBundle, result: Aggregation, progress: ProgressResult | None, indicators: Panel
) -> Fragment:
    """Masthead, index, grade, headline rates, group scores, target lights, findings, what to do."""
    view = View(bundle)
    known = PageEvidence(view, result, progress, indicators)
    sentences = _advice_that_fits(known)
    cards = [card for card in headline_cards(known) if card]
    index = index_card(known)
    return section(
        "page_one",
        t=view.t,
        median=peer_words(view, "key.median"),
        lang=view.lang,
        head=masthead(view),
        index=index,
        grade=grade_card(view),
        headlines=cards,
        groups=group_rows(known),
        ends=indicator_ends(known),
        targets=target_lights(view),
        target_counts=target_counts(view),
        target_note=target_note(view),
        keys=[] if view.data.targets else key_figures(known),
        findings=findings(known, lines=_lines_left(view, sentences, cards, index)),
        advice=sentences,
        scale=bundle.framework.scale,
    )


def _advice_that_fits(known: PageEvidence) -> tuple[str, ...]:
    """The first pieces of advice, as many as leave the findings their lines."""
    sentences = advice(known)
    while sum(map(lines_of, sentences)) > ADVICE_LINES:
        sentences = sentences[:-1]
    return sentences


def _lines_left(
    view: View,
    sentences: Sequence[str],
    cards: Sequence[Mapping[str, Any]],
    index: Mapping[str, Any],
) -> int:
    """Lines for findings beside the advice; a report that is no firm's prints its contents below, and
    changes and notes of more than a line make a card higher."""
    notes = (
        view.t("join.clause").join(filter(None, [card["role"], *card["notes"]])) for card in cards
    )
    lines = SENTENCE_LINES - (0 if view.data.entity.entity_type == FIRM else CONTENTS_LINES)
    lines -= lines_of(correction(view.data.standing, view.lang))
    lines -= max((lines_of(note, NOTE_LINE) for note in notes), default=1) - 1
    lines -= max((_more_lines(view, card) for card in cards), default=0) + _more_lines(view, index)
    return lines - sum(map(lines_of, sentences))


def _more_lines(view: View, card: Mapping[str, Any]) -> int:
    """Lines beyond one that the changes on a card take."""
    return max(lines_of(view.t("join.clause").join(card["changes"]), CHANGE_LINE) - 1, 0)


def relatives(view: View, kind: str) -> str:
    """The bodies that share figures with the entity in one way, each with its type and code; of another
    report on the same place also why the two differ."""
    found = [one.place for one in view.data.entity.relatives if one.kind == kind]
    names = view.join(
        view.t("relative", name=view.place(p), type=view.type_name(p.entity_type), id=p.entity_id)
        for p in found
    )
    return view.t("relative.same.short", names=names) if found and kind == "same" else names


def masthead(view: View) -> dict[str, Any]:
    """Who, what, when, under which number and in which state."""
    data = view.data
    where = [view.place(place) for place in reversed(data.entity.parents)]
    issuer = data.run.issuer.name(view.lang)
    status = [view.t(f"status.{data.release_stage}")]
    status += [view.t("status.flash")] if data.run.kind == "flash" else []
    status += [view.t("status.variant")] if view.bundle.is_variant else []
    facts = [
        ("fact.type", view.entity_type),
        ("fact.district", view.t("path").join(where)),
        *((f"fact.{kind}", relatives(view, kind)) for kind in ("whole", "part", "same")),
        ("fact.formerly", view.join(former_names(view))),
        ("fact.code", data.entity.entity_id),
        ("fact.industry", view.industry(data.entity.industry)),
        ("fact.plan", data.plan.name(view.lang)),
        ("fact.report_number", data.report_number),
    ]  # fmt: skip
    return {
        "name": view.entity,
        "is_long": len(view.entity) > LONG_NAME * (1 if view.lang == "zh" else 2),
        "title": view.t("title", year=view.bundle.year, subject=subject(data.run, view.lang)),
        "issuer": issuer,
        "issued": data.run.issued,
        "status": status,
        "status_kind": data.release_stage,
        "signed": signed_off(data.standing, view.lang),
        "correction": correction(data.standing, view.lang),
        "vintage": view.t(f"vintage.{data.run.vintage}"),
        "facts": [(view.t(key), text) for key, text in facts if text],
        "is_sample": data.run.status == "sample",
        "restricted": data.peers is not None and data.peers.audience == "respondent",
    }


def group_rows(known: PageEvidence) -> list[dict[str, Any]]:
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
            "change": "",
        }
        if now.value is not None and last.value is not None:
            row["change"] = signed(now.value - last.value, 1)
        row["place"] = None if now.value is None else per_cent_on(now.value, scale)
        row["last_place"] = None if last.value is None else per_cent_on(last.value, scale)
        row["median_place"] = (
            per_cent_on(peer.median, scale) if peer and peer.median is not None else None
        )
        rows.append(row)
    return rows


def indicator_ends(known: PageEvidence) -> dict[str, list[tuple[str, str]]]:
    """The indicators that score highest and lowest of those that have a value and a weight, as
    many as the groups leave room for."""
    view = known.view
    most = (LINES - len(view.groups)) // 2
    if most < 1 or not known.is_rated:
        return {}
    counted = [i.code for i in view.scored if weight_of(known.result, i.code, view.now) > 0]
    scores = [(known.score(code, view.bundle.year).value, code) for code in counted]
    known_scores = [(score, code) for score, code in scores if score is not None]
    ordered = sorted(known_scores, key=lambda line: -line[0])
    if len(ordered) < 2 * most:
        return {}

    def named(lines: list[tuple[float, str]]) -> list[tuple[str, str]]:
        return [(view.name(code), number(score)) for score, code in lines]

    return {"strong": named(ordered[:most]), "weak": named(ordered[-most:][::-1])}


def target_lights(view: View, most: int = 7) -> list[dict[str, str]]:
    """The entity's own targets with a light that differs in shape, not in colour alone."""
    lines = [line for line in view.data.targets if line.role != "check"]
    has_own = any(line.role == "own" for line in lines)
    return [_light(view, line, has_own) for line in lines[:most]]


def key_figures(known: PageEvidence, most: int = 5) -> list[dict[str, object]]:
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
        change = view.change(now, last, indicator.unit, decimals)
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
    good = sum(line.light in ON_COURSE for line in own)
    key = "targets.count.last" if own and own[0].elapsed == 1 else "targets.count"
    return view.t(key, good=good, n=len(own)) if own else ""


def target_note(view: View) -> str:
    """Where all targets shown are another's: that the grade holds no progress towards them."""
    found = view.data.assessment
    is_nobodys_own = bool(view.data.targets) and not any(t.role == "own" for t in view.data.targets)
    if not is_nobodys_own or not found.graded or "targets" in found.weights:
        return ""
    return view.t("targets.not_own", type=view.entity_type)


def _light(view: View, line: TargetLine, has_own: bool) -> dict[str, str]:
    decimals = decimals_for(line.unit, [line.actual, line.value])
    is_own = line.role != "reference"  # of another's target there is no verdict
    return {
        "sign": SIGNS[line.light] if is_own else SIGNS[""],
        "kind": (line.light or "none") if is_own else "none",
        "name": line.name(view.lang),
        "actual": quantity(line.actual, line.unit, view.lang, decimals)
        if line.actual is not None
        else "—",
        "value": f"{'≥' if line.op == '>=' else '≤'}{quantity(line.value, line.unit, view.lang, decimals)}",
        "word": verdict_words(view, line),
        "role": view.t("target.reference") if line.role == "reference" and has_own else "",
    }
