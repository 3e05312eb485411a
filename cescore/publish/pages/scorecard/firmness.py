"""What a reader should know before leaning on the index: its band, and a published standard's view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.disclosure.bundle import StandardCard, TypeRobustness
from cescore.method.firmness import AppliedAlternative
from cescore.method.standards import RequirementLine
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import DASH, decimals_for, number, unit_text
from cescore.publish.pages.scorecard.lights import LIGHTS
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.table import Column, Row, Table
from cescore.publish.view import View
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenBundle

MOST_REMOVALS = 3  # of a type; all stand in result.json and uncertainty.csv


def uncertainty_note(bundle: OpenBundle) -> Fragment:
    """The band of index and rank in a sentence, with every alternative that was really applied."""
    view, band = View(bundle), bundle.data.uncertainty
    if band is None:
        return _left_out(view)
    said = [
        view.t(
            "band.score",
            index=view.name(bundle.framework.index.code),
            low=number(band.score_low, 1),
            high=number(band.score_high, 1),
            draws=band.draws,
            alternatives=_alternatives(view, band.alternatives),
        )
    ]
    if band.rank_low is not None and band.rank_high is not None and band.ranked is not None:
        key = "band.rank_fixed" if band.rank_low == band.rank_high else "band.rank"
        words = {"low": band.rank_low, "high": band.rank_high, "n": band.ranked}
        said.append(view.t(key, **words, alternatives=_alternatives(view, band.rank_alternatives)))
    return paragraph(view.sentences(said))


def _left_out(view: View) -> Fragment:
    """That there is no band, where the entity's type is too large for bands."""
    data = view.data
    if not data.bands_left_out or not data.filed:
        return NONE
    index = view.name(view.bundle.framework.index.code)
    return paragraph(view.t("band.left_out", index=index, most=data.run.large_above))


def robustness_table(bundle: OpenBundle) -> Fragment:
    """What rankings of whole types depend on: Sobol indices by source, and one indicator left out."""
    view, found = View(bundle), bundle.data.robustness
    if not found:
        return NONE
    shares = [one for one in found if one.sources]
    parts = [_sobol(view, shares)] if shares else []
    rows = [Row(cells) for one in found for cells in _removals(view, one)]
    columns = [
        Column(view.t("head.entity_type"), 22, "text"),
        Column(view.t("head.left_out"), 44, "text"),
        Column(view.t("head.rank_shift"), 17),
        Column(view.t("head.index_shift"), 17),
    ]
    few = [type_name(one.entity_type, view.lang) for one in found if one.reason == "few_entities"]
    notes = [view.t("robust.few", types=view.join(few))] if few else []
    if rows:
        parts.append(Table(columns, rows, view.t("caption.removals"), notes).fragment())
    return Fragment.join(parts)


def type_name(entity_type: str, lang: str) -> str:
    """An entity type in words, as far as the labels know it."""
    return label_or(f"type.{entity_type}", lang, entity_type)


def _sobol(view: View, shares: Sequence[TypeRobustness]) -> Fragment:
    """One line for each source of uncertainty, two columns for each type."""
    sources = list(dict.fromkeys(s.source for one in shares for s in one.sources))
    held = {(one.entity_type, s.source): s for one in shares for s in one.sources}
    columns = [Column(view.t("head.source_of_doubt"), 30, "text")]
    for one in shares:
        name = view.t("robust.type", type=type_name(one.entity_type, view.lang), n=one.entities)
        columns += [
            Column(two_lines(name, view.t(f"head.sobol_{kind}")), 70 / (2 * len(shares)))
            for kind in ("first", "total")
        ]
    rows = []
    for source in sources:
        cells: list[object] = [label_or(f"band.source.{source}", view.lang, source)]
        for one in shares:
            share = held.get((one.entity_type, source))
            cells += (
                [DASH, DASH] if share is None else [number(share.first, 2), number(share.total, 2)]
            )
        rows.append(Row(cells))
    notes = [view.t("robust.note", draws=max(one.draws for one in shares))]
    return Table(columns, rows, view.t("caption.sobol"), notes).fragment()


def _removals(view: View, one: TypeRobustness) -> Iterator[list[object]]:
    """The indicators whose removal moves a type most."""
    name = type_name(one.entity_type, view.lang)
    for removal in one.removals[:MOST_REMOVALS]:
        places = number(removal.mean_rank_shift, 1) if one.entities > 1 else DASH
        words = removal.name(view.lang) or removal.indicator
        yield [name, words, places, number(removal.mean_index_shift, 1)]


def _alternatives(view: View, applied: Sequence[AppliedAlternative]) -> str:
    """Sources in the order they were varied, each with its alternatives."""
    by_source: dict[str, list[str]] = {}
    for one in applied:
        name = one.name.removeprefix("as_defined: ")
        by_source.setdefault(one.source, []).append(label_or(f"band.name.{name}", view.lang, name))
    parts = [
        view.t(
            "band.source",
            source=label_or(f"band.source.{source}", view.lang, source),
            names=view.t("band.join").join(names),
        )
        for source, names in by_source.items()
    ]
    return view.t("band.join_sources").join(parts)


def standards_table(bundle: OpenBundle) -> Fragment:
    """Each published standard line by line; nothing where none is held against the entity."""
    return Fragment.join([_standard(View(bundle), card) for card in bundle.data.standards])


def _standard(view: View, card: StandardCard) -> Fragment:
    name = card.name(view.lang)
    columns = [
        Column(view.t("head.indicator"), 38, "text"),
        Column(view.t("head.value", year=view.bundle.year), 12),
        Column(view.t("head.requirement"), 12),
        Column(view.t("head.binding"), 10, "mid"),
        Column(view.t("head.tag"), 5, "mid"),
        Column(view.t("head.light"), 23, "text"),
    ]
    caption = view.t("caption.standard", standard=name, source=view.fitting(card.source, card.id))
    rows = list(_rows(view, card))
    table = Table(columns, rows, caption).fragment()
    return Fragment.join([paragraph(_verdict(view, card), "verdict-line"), table])


def _rows(view: View, card: StandardCard) -> Iterator[Row]:
    """The requirements with a value; those that nobody can check yet are counted in the verdict."""
    for line in card.lines:
        if line.value is not None:
            yield Row(_cells(view, line))


def _cells(view: View, line: RequirementLine) -> list[object]:
    name = line.name(view.lang)
    decimals = decimals_for(line.unit, [line.value, line.threshold])
    kind = "compulsory" if line.compulsory else "choose" if line.choose else "shown"
    sign = "≥" if line.op == ">=" else "≤"
    return [
        two_lines(name, unit_text(line.unit, view.lang)),
        DASH if line.value is None else number(line.value, decimals),
        f"{sign}{number(line.threshold, decimals_for(line.unit, [line.threshold]))}",
        view.t(f"standard.{kind}"),
        line.tag,
        _status(view, line),
    ]


def _status(view: View, line: RequirementLine) -> Markup | str:
    """The outcome with its sign; on a threshold that nobody has confirmed it says so."""
    status = label_or(f"standard.status.{line.status}", view.lang, line.status)
    is_judged = line.status in {"met", "not_met"}
    words = (
        view.t("standard.unconfirmed", status=status) if is_judged and not line.decides else status
    )
    if not is_judged:
        return words
    return Markup('<b class="l-{}">{}</b> {}').format(line.status, LIGHTS[line.status], words)


def _verdict(view: View, card: StandardCard) -> str:
    """The verdict in words, why it is open, and how many lines could not be checked."""
    without = sum(line.value is None for line in card.lines)
    reasons = [label_or(f"standard.reason.{r}", view.lang, r) for r in card.reasons]
    key = f"standard.verdict.{card.verdict}"
    said = [view.t(key, reasons=view.t("band.join").join(reasons))]
    judged = [line.status for line in card.lines if line.status in {"met", "not_met"}]
    said.append(view.t("standard.counts", met=judged.count("met"), n=len(judged)))
    if without:
        said.append(view.t("standard.without_value", n=without, all=len(card.lines)))
    return view.sentences(said)
