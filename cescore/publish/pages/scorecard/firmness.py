"""What a reader should know before leaning on the index: its band, and a published standard's view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.formulas.unit_names import unit_text
from cescore.disclosure.documents.bundle import StandardCard, TypeRobustness
from cescore.method.column import State
from cescore.method.grading.standards import GroupLine, RequirementLine
from cescore.method.uncertainty.firmness import AppliedAlternative, Band
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import DASH, decimals_for, mark, number
from cescore.publish.pages.scorecard.beside import beside_table
from cescore.publish.pages.scorecard.lights import SIGNS
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View, of_series
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

JUDGED = {"met", "not_met"}
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
        ),
        view.t("band.geometric") if _leans_down(view, band) else "",
    ]
    if band.rank_low is not None and band.rank_high is not None and band.ranked is not None:
        key = "band.rank_fixed" if band.rank_low == band.rank_high else "band.rank"
        words = {"low": band.rank_low, "high": band.rank_high, "n": band.ranked}
        said.append(view.t(key, **words, alternatives=_alternatives(view, band.rank_alternatives)))
    return paragraph(view.sentences(filter(None, said)))


def _leans_down(view: View, band: Band) -> bool:
    """Whether geometric means were drawn of a framework that asks for arithmetic ones alone."""
    framework = view.bundle.framework
    own = {framework.mean_of(code)[0] for code in ("", *framework.groups)}
    return own == {"arithmetic_mean"} and any(a.name == "geometric_mean" for a in band.alternatives)


def _left_out(view: View) -> Fragment:
    """That there is no band: it is withheld, or the entity's type is too large for bands."""
    data = view.data
    if is_band_withheld(view):
        words = {"index": view.name(view.bundle.framework.index.code)}
        return paragraph(view.t("band.withheld", mark=mark(State.SUPPRESSED, view.lang), **words))
    if not data.bands_left_out or not data.filed:
        return NONE
    index = view.name(view.bundle.framework.index.code)
    return paragraph(view.t("band.left_out", index=index, most=data.run.large_above))


def is_band_withheld(view: View) -> bool:
    """Whether an index that is shown has no band because scores beneath it are withheld, which a band
    would help to solve for."""
    data, place = view.data, view.now
    if data.uncertainty is not None or data.bands_left_out or place is None:
        return False
    withheld = any(cases.get(view.bundle.year) == "" for cases in data.released.scores.values())
    return withheld and of_series(data.evaluated.index, place).value is not None


def robustness_table(bundle: OpenBundle) -> Fragment:
    """What rankings of whole types depend on: Sobol indices by source, and one indicator left out."""
    view, found = View(bundle), bundle.data.robustness
    if not found:
        return NONE
    shares = [one for one in found if one.sources]
    parts = [_sobol(view, shares)] if shares else []
    rows = [Row(cells) for one in found for cells in _removals(view, one)]
    columns = [
        TableColumn(view.t("head.entity_type"), 22, "text"),
        TableColumn(view.t("head.left_out"), 44, "text"),
        TableColumn(view.t("head.rank_shift"), 17),
        TableColumn(view.t("head.index_shift"), 17),
    ]
    few = [view.type_name(one.entity_type) for one in found if one.reason == "few_entities"]
    notes = [view.t("robust.few", types=view.join(few))] if few else []
    if any(len(one.removals) > MOST_REMOVALS for one in found):
        notes.append(view.t("robust.largest", n=MOST_REMOVALS))
    if rows:
        parts.append(Table(columns, rows, view.t("caption.removals"), notes).fragment())
    return Fragment.join(parts)


def _sobol(view: View, shares: Sequence[TypeRobustness]) -> Fragment:
    """One line for each source of uncertainty, two columns for each type."""
    sources = list(dict.fromkeys(s.source for one in shares for s in one.sources))
    held = {(one.entity_type, s.source): s for one in shares for s in one.sources}
    columns = [TableColumn(view.t("head.source_of_doubt"), 30, "text")]
    for one in shares:
        name = view.t("robust.type", type=view.type_name(one.entity_type), n=one.entities)
        columns += [
            TableColumn(two_lines(name, view.t(f"head.sobol_{kind}")), 70 / (2 * len(shares)))
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
    name = view.type_name(one.entity_type)
    for removal in one.removals[:MOST_REMOVALS]:
        places = number(removal.mean_rank_shift, 1) if one.entities > 1 else DASH
        words = removal.name(view.lang) or removal.indicator
        yield [name, words, places, number(removal.mean_index_shift, 1)]


def _alternatives(view: View, applied: Sequence[AppliedAlternative]) -> str:
    """Sources in the order they were varied, each with its alternatives."""
    by_source: dict[str, list[str]] = {}
    for one in applied:
        own = one.name.removeprefix("as_defined: ")
        parts = dict.fromkeys(own.split(", "))
        if own != one.name and len(parts) > 1:  # each indicator by its own method
            parts = dict.fromkeys(["as_defined"])
        words = (label_or(f"band.name.{part}", view.lang, part) for part in parts)
        by_source.setdefault(one.source, []).extend(words)
    told = [
        view.t(
            "band.source",
            source=label_or(f"band.source.{source}", view.lang, source),
            names=view.t("band.join").join(dict.fromkeys(names)),
        )
        for source, names in by_source.items()
    ]
    return view.t("band.join_sources").join(told)


def standards_table(bundle: OpenBundle) -> Fragment:
    """Each published standard line by line, and the score under each further framework of the run.

    Nothing where no standard is held against the entity and no further framework scores it.
    """
    view = View(bundle)
    parts = [_standard(view, card) for card in bundle.data.standards]
    return Fragment.join([*parts, *([beside_table(view)] if bundle.data.beside else [])])


def _standard(view: View, card: StandardCard) -> Fragment:
    name = card.name(view.lang)
    columns = [
        TableColumn(view.t("head.indicator"), 33, "text"),
        TableColumn(view.t("head.value", year=view.bundle.year), 11),
        TableColumn(view.t("head.requirement"), 11),
        TableColumn(view.t("head.binding"), 23, "mid"),
        TableColumn(view.t("head.tag"), 5, "mid"),
        TableColumn(view.t("head.light"), 17, "text"),
    ]
    caption = view.t("caption.standard", standard=name, source=view.fitting(card.source))
    rows = list(_rows(view, card))
    table = Table(columns, rows, caption).fragment()
    return Fragment.join([paragraph(_verdict(view, card), "verdict-line"), table])


def _rows(view: View, card: StandardCard) -> Iterator[Row]:
    """The requirements with a value; those that nobody can check yet are counted in the verdict."""
    for line in card.lines:
        if line.value is not None:
            yield Row(_cells(view, card, line))


def _kind(view: View, card: StandardCard, line: RequirementLine) -> str:
    """Whether a line must be met, is one of a group of which some must, or is only shown."""
    if line.compulsory:
        return view.t("standard.compulsory")
    group = next((g for g in card.groups if g.code == line.choose), None)
    if group is None:
        return view.t("standard.shown")
    return view.t("standard.choose", name=group.name(view.lang) or group.code)


def _cells(view: View, card: StandardCard, line: RequirementLine) -> list[object]:
    name = line.name(view.lang)
    known = [n for n in (line.value, line.threshold) if n is not None]
    decimals = decimals_for(line.unit, known)
    sign = "≥" if line.op == ">=" else "≤"
    turned = view.t("standard.turned") if line.turned else ""
    below = view.t("list").join(filter(None, (unit_text(line.unit, view.lang), turned)))
    return [
        two_lines(name, below),
        DASH if line.value is None else number(line.value, decimals),
        DASH
        if line.threshold is None
        else f"{sign}{number(line.threshold, decimals_for(line.unit, [line.threshold]))}",
        _kind(view, card, line),
        line.tag,
        _status(view, line),
    ]


def _status(view: View, line: RequirementLine) -> Markup | str:
    """The outcome with its sign; on a threshold that nobody has confirmed without one, since that
    decides nothing."""
    status = label_or(f"standard.status.{line.status}", view.lang, line.status)
    if line.status not in JUDGED:
        return status
    if not line.decides:
        return view.t("standard.shown_only", status=status)
    return Markup('<b class="l-{}">{}</b> {}').format(line.status, SIGNS[line.status], status)


def _verdict(view: View, card: StandardCard) -> str:
    """The verdict in words, why it is open, and how many lines could not be checked."""
    without = sum(line.value is None for line in card.lines)
    reasons = [label_or(f"standard.reason.{r}", view.lang, r) for r in card.reasons]
    key = f"standard.verdict.{card.verdict}"
    said = [view.t(key, reasons=view.t("band.join").join(reasons))]
    valued = [line for line in card.lines if line.status in JUDGED]
    judged = [line.status for line in valued if line.decides]
    said.append(view.t("standard.counts", met=judged.count("met"), n=len(judged)))
    if len(valued) > len(judged):
        said.append(view.t("standard.unjudged", n=len(valued) - len(judged)))
    if card.groups:
        groups = view.t("join.clause").join(_group_words(view, card, g) for g in card.groups)
        said.append(view.t("standard.groups", list=groups))
    if without:
        said.append(view.t("standard.without_value", n=without, all=len(card.lines)))
    return view.sentences(said)


def _group_words(view: View, card: StandardCard, group: GroupLine) -> str:
    """How a group of requirements stands, of which some must be met; thresholds that decide
    nothing leave it open."""
    n = sum(line.choose == group.code for line in card.lines)
    status = group.status if group.decides or group.status == "not_applicable" else "open"
    return view.t(
        f"standard.group.{status}",
        name=group.name(view.lang) or group.code,
        least=group.least,
        n=n,
        met=group.met,
    )
