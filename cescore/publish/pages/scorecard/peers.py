"""The entity beside others, as far as the gate releases them: peers, public bodies, industries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import Scale
from cescore.disclosure.documents.bundle import PublicRow
from cescore.disclosure.ledger.headline import DIGITS
from cescore.method.column import Flag, State
from cescore.method.disclosure.rules import PeerFigure, YearRank
from cescore.publish.charts.bullets import quartile_strip
from cescore.publish.comparable import comparable_figures, peer_words
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import (
    DASH,
    PrintedNumber,
    decimals_for,
    decimals_within,
    mark,
    number,
)
from cescore.publish.pages.scorecard.front_index import SMALL_N
from cescore.publish.pages.scorecard.rating import bar
from cescore.publish.pages.scorecard.sections import NONE, nothing, signs
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import STATES, Number, View, by_code, of_series
from cescore.publish.words import has_label

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

Released = Mapping[str, str | float | int | None]  # a line of the bundle's industries


def peers_table(bundle: OpenBundle) -> Fragment:
    """Own figures beside what the gate releases of the entity's own type."""
    view, peers = View(bundle), bundle.data.peers
    if not bundle.data.filed:
        return nothing(view, "peers_not_filed", "peers")
    if peers is None or not peers.figures:
        data = bundle.data
        is_alone = not (data.siblings or data.children or data.industries)
        return nothing(view, "peers", "peers") if is_alone else NONE
    figures = [f for code, f in comparable_figures(view).items() if _is_compared(view, code)]
    released = any(f.median is not None or f.lower_quartile is not None for f in figures)
    quantiles = ("median", "lower_quartile", "upper_quartile") if released else ()
    rows = []
    for figure in figures:
        own, unit = _own(view, figure.code)
        others = [getattr(figure, name) for name in quantiles]
        decimals = view.decimals(figure.code, [own.value, *others])
        name = view.name(figure.code) if unit == "index" else view.with_unit(figure.code)
        n = view.t("peer.n_small") if figure.n is None else str(figure.n)
        where = _where_among(view, figure.rank, figure.n, figure.quartile_band)
        shown = [_or_mark(view, value, decimals) for value in others]
        strip = [quartile_strip(own.value, figure)] if released else []
        rows.append(Row([name, view.cell(own, decimals), *strip, *shown, where, n]))
    columns = [
        TableColumn(view.t("head.indicator"), 32 if released else 68, "text"),
        TableColumn(view.t("head.own"), 9 if released else 12),
        *([TableColumn(peer_words(view, "head.strip"), 19, "mid")] if released else []),
        *(TableColumn(view.t(f"head.{name}"), 7) for name in quantiles),
        TableColumn(view.t("head.standing"), 14 if released else 13, "mid"),
        TableColumn("n", 5 if released else 7),
    ]
    audience = f"note.audience.{peers.audience}"
    notes = [peer_words(view, "note.strip") + peer_words(view, "note.peers") if released else ""]
    notes += [view.t(audience) if has_label(audience) else "", peers.note]
    notes += [_who_is_counted(view, figures)]
    beside = Table(columns, rows, peer_words(view, "caption.peers_table"), notes).fragment()
    key = signs(view, [_own(view, figure.code)[0] for figure in figures])
    return Fragment.join([beside, key, _ranks_table(view, peers.ranks)])


def _who_is_counted(view: View, figures: Sequence[PeerFigure]) -> str:
    """Why n differs from line to line; "" where it does not."""
    counted = {figure.n for figure in figures}
    return view.t("note.peers.n") if len(counted) > 1 else ""


def _ranks_table(view: View, ranks: Sequence[YearRank]) -> Fragment:
    """The rank of the index in each year with its band; nothing with fewer than two ranks."""
    if sum(year.rank is not None for year in ranks) < 2:
        return NONE
    width = 70 / len(ranks)
    columns = [
        TableColumn(view.t("head.ranks"), 30, "text"),
        *(TableColumn(str(year.year), width) for year in ranks),
    ]
    lines = [
        Row([view.t("ranks.rank"), *(_rank_in(view, year) for year in ranks)]),
        Row([view.t("ranks.band"), *(_rank_band(view, year) for year in ranks)]),
    ]
    index = view.name(view.bundle.framework.index.code)
    most = max(year.n for year in ranks)
    withheld = mark(State.SUPPRESSED, view.lang)
    notes = [
        view.t("note.ranks.withheld", mark=withheld) if any(y.is_withheld for y in ranks) else "",
        view.t("note.ranks"),
        view.t("note.small_n") if most < SMALL_N else "",
    ]
    caption = view.t("caption.ranks", index=index)
    return Table(columns, lines, caption, [view.sentences(notes)]).fragment()


def _rank_in(view: View, year: YearRank) -> str:
    """The rank of a year, or the mark of one that is withheld."""
    if year.is_withheld:
        return mark(State.SUPPRESSED, view.lang)
    return _where_among(view, year.rank, year.n, None)


def _rank_band(view: View, year: YearRank) -> str:
    """The band of a rank, one number where all choices give the same."""
    if year.is_withheld:
        return mark(State.SUPPRESSED, view.lang)
    if year.rank is None or year.low is None or year.high is None:
        return DASH
    if year.low == year.high:
        return str(year.low)
    return view.t("ranks.range", low=year.low, high=year.high)


def _is_compared(view: View, code: str) -> bool:
    """Whether a figure stands in this table: index, groups and headline rates.

    Medians of the other indicators stand in the table of results.
    """
    headline = view.bundle.framework.headline
    rates = {headline.resource_output_rate, headline.resource_recycling_rate, *headline.beside}
    return code not in view.bundle.framework.indicators or code in rates


def _own(view: View, code: str) -> tuple[Number, str]:
    evaluated = view.data.evaluated
    is_index = code in {evaluated.index.code, "index"}
    if is_index:
        return of_series(evaluated.index, view.now), "index"
    for table in (evaluated.indicators, evaluated.groups, evaluated.accounts, evaluated.scores):
        found = by_code(table).get(code)
        if found is not None:
            own = of_series(found, view.now)
            taken = view.bundle.carried.get(code) if own.flags & Flag.CARRIED else None
            own = replace(own, taken=taken[view.now]) if taken and view.now is not None else own
            return own, view.unit(code)
    return of_series(None, None), view.unit(code)


def _or_mark(view: View, value: float | None, decimals: int) -> str:
    return mark(State.SUPPRESSED, view.lang) if value is None else number(value, decimals)


def _where_among(view: View, rank: int | None, n: int | None, band: int | None) -> str:
    if rank is not None:
        return view.t("rank.short", rank=rank, n=n if n is not None else view.t("peer.n_small"))
    return view.t(f"quartile.{band}") if band is not None else DASH


def siblings_table(bundle: OpenBundle) -> Fragment:
    """Public bodies of the same type, ranked; and why the report on the same place differs."""
    view = View(bundle)
    return Fragment.join([_bodies(view, bundle.data.siblings, "siblings"), *_why_they_differ(view)])


def _why_they_differ(view: View) -> Iterator[Fragment]:
    """A paragraph for each body that shares figures with the entity: framework, boundary, ranking."""
    for one in view.data.entity.relatives:
        kind = view.type_name(one.place.entity_type)
        values = {"name": view.place(one.place), "type": kind, "id": one.place.entity_id}
        yield paragraph(view.t(f"relative.{one.kind}", own=view.entity_type, **values), "note")


def children_table(bundle: OpenBundle) -> Fragment:
    """Public bodies inside the entity, by type; not again those that stand beneath it among its own."""
    view = View(bundle)
    beside = {row.place.entity_id for row in bundle.data.siblings}
    inside = (row for row in bundle.data.children if row.place.entity_id not in beside)
    rows = sorted(inside, key=lambda row: row.place.entity_type)
    kinds = groupby(rows, key=lambda row: row.place.entity_type)
    return Fragment.join([_bodies(view, list(found), "children", kind) for kind, found in kinds])


def _bodies(view: View, rows: Sequence[PublicRow], key: str, kind: str = "") -> Fragment:
    if not rows:
        return NONE
    held = {code for row in rows for code in row.headline if _is_named(view, code)}
    codes = sorted(held, key=lambda code: _headline_order(view, code))
    columns = [
        TableColumn(view.t("head.rank"), 6, "mid"),
        TableColumn(view.t("head.body"), 21 if codes else 69, "text"),
        TableColumn(view.t("head.index"), 13 if codes else 25),
        *(TableColumn(_rate_name(view, code), 60 / len(codes)) for code in codes),
    ]
    lines = list(_parts_beneath(rows))
    n = max((row.n for row in rows if row.n is not None), default=None)
    title = view.type_name(kind) if kind else view.entity_type
    notes = [view.t("note.rank", n=n) if n is not None else ""]
    notes += [view.t("note.small_n")] if n is not None and n < SMALL_N else []
    notes += [view.t("note.part_of")] if any(row.part_of for row in rows) else []
    notes += _inside_another(view, rows)
    notes += [view.t("note.withheld_bodies")] if any(map(_is_withheld, rows)) else []
    notes += [view.t("note.released_digits", n=DIGITS)] if codes else []
    notes += _scales_of_their_own(view, codes, rows)
    body = [_body(view, row, codes) for row in lines]
    return Table(columns, body, view.t(f"caption.{key}", type=title), notes).fragment()


def _inside_another(view: View, rows: Sequence[PublicRow]) -> Iterator[str]:
    """Which bodies lie in another one of the table and are ranked beside it all the same."""
    places = {row.place.entity_id: row.place for row in rows}
    for row in rows:
        if row.inside in places:
            words = {"name": view.place(row.place), "whole": view.place(places[row.inside])}
            yield view.t("note.inside", **words)


def _scales_of_their_own(
    view: View, codes: Sequence[str], rows: Sequence[PublicRow]
) -> Iterator[str]:
    """That some rates are scored by ends of each body's own industries, where such a rate is shown."""
    if any(row.place.entity_type != view.data.entity.entity_type for row in rows):
        return
    framework, year = view.bundle.framework, view.bundle.year
    found = [getattr(framework.headline, code, None) or code for code in codes]
    own = [
        code
        for code in found
        if code in framework.indicators
        and (posts := framework.indicators[code].goalposts_in(year)) is not None
        and posts.by_industry
    ]
    if own:
        yield view.t("note.by_industry", names=view.join(map(view.name, own)))


def _parts_beneath(rows: Sequence[PublicRow]) -> Iterator[PublicRow]:
    """Rows by rank, a part of another body beneath its whole; by itself where that is not shown."""
    shown = {row.place.entity_id for row in rows}
    ordered = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.place.entity_id))

    def with_parts(row: PublicRow) -> Iterator[PublicRow]:
        yield row
        for part in ordered:
            if part.part_of == row.place.entity_id:
                yield from with_parts(part)

    for row in ordered:
        if row.part_of not in shown:
            yield from with_parts(row)


def _headline_order(view: View, code: str) -> tuple[int, str]:
    """The two headline rates first, then those beside them."""
    headline = view.bundle.framework.headline
    first = ("resource_output_rate", headline.resource_output_rate)
    second = ("resource_recycling_rate", headline.resource_recycling_rate)
    order = [*first, *second, *headline.beside]
    return (order.index(code) if code in order else len(order)), code


def _is_named(view: View, code: str) -> bool:
    """Whether the page knows what to call a headline rate of another type."""
    return has_label(f"headline.{code}") or view.name(code) != code


def _rate_name(view: View, code: str) -> str:
    if has_label(f"headline.{code}"):
        return view.t(f"headline.{code}")
    word = unit_text(view.unit(code), view.lang)
    return view.t("with_unit", name=view.name(code), unit=word) if word else view.name(code)


def _body(view: View, row: PublicRow, codes: Sequence[str]) -> Row:
    is_own = row.place.entity_id == view.data.entity.entity_id
    index: object = _status(view, "suppressed" if _is_withheld(row) else row.status)
    if row.index is not None:
        own_type = row.place.entity_type == view.data.entity.entity_type
        scale = view.bundle.framework.scale if own_type else Scale()
        index = bar(Number(row.index), scale)
    headline = view.bundle.framework.headline
    rates = []
    for code in codes:
        value = row.headline.get(code)
        own = getattr(headline, code, code) if code in type(headline).model_fields else code
        rates.append(DASH if value is None else _rate(view, str(own), value))
    rank = str(row.rank) if row.rank is not None else DASH
    name = view.place(row.place)
    name = view.t("part_of.name", name=name) if row.part_of else name
    name = view.t("inside.name", name=name) if row.inside else name
    return Row([rank, name, index, *rates], "own" if is_own else "")


def _rate(view: View, code: str, value: float) -> PrintedNumber:
    """A headline rate beside others, with the digits that it is released with and no more."""
    return number(value, decimals_within(value, DIGITS, view.decimals(code, [value])))


def _is_withheld(row: PublicRow) -> bool:
    """Whether an index that exists is not shown: in a row of its own, or beside rates that are."""
    return row.status == "suppressed" or (row.status == "reported" and row.index is None)


def _status(view: View, status: str) -> str:
    if has_label(f"status_of.{status}"):
        return view.t(f"status_of.{status}")
    return mark(STATES.get(status, State.MISSING), view.lang)


def industries_table(bundle: OpenBundle) -> Fragment:
    """Released totals of the respondents by industry; what may not be shown is marked."""
    view = View(bundle)
    if not bundle.data.industries:
        return NONE
    rows = bundle.data.industries
    shown = list(dict.fromkeys(str(row.get("variable", "")) for row in rows))
    held = {(str(row.get("industry", "")), str(row.get("variable", ""))): row for row in rows}
    columns = [
        TableColumn(view.t("head.industry"), 26, "text"),
        TableColumn(view.t("head.respondents"), 14),
        *(TableColumn(_total_name(view, rows, code), 60 / len(shown)) for code in shown),
    ]
    decimals = {code: _total_decimals(rows, code) for code in shown}
    lines = []
    for industry in dict.fromkeys(name for name, _ in held):
        found = [held.get((industry, code)) for code in shown]
        cells = [_total(view, row, decimals[code]) for row, code in zip(found, shown, strict=True)]
        lines.append(Row([view.said(industry) or DASH, _respondents(view, found), *cells]))
    notes = [view.t("note.industries")]
    return Table(columns, lines, view.t("caption.industries"), notes).fragment()


def _total_name(view: View, rows: Iterable[Released], code: str) -> Markup:
    """A variable's name and unit, as its rows carry them."""
    row = next(row for row in rows if str(row.get("variable", "")) == code)
    name = str(row.get(view.lang) or row.get("zh") or row.get("en") or code)
    return two_lines(name, unit_text(str(row.get("unit") or ""), view.lang))


def _total_decimals(rows: Iterable[Released], code: str) -> int:
    mine = [row for row in rows if str(row.get("variable", "")) == code]
    values = [row.get("value") for row in mine]
    unit = str(mine[0].get("unit") or "")
    return decimals_for(unit, [float(value) for value in values if value is not None])


def _total(view: View, row: Released | None, decimals: int) -> str:
    """A released total; withheld and absent are different things."""
    if row is None:
        return DASH
    value = row.get("value")
    return mark(State.SUPPRESSED, view.lang) if value is None else number(float(value), decimals)


def _respondents(view: View, rows: Iterable[Released | None]) -> str:
    """How many firms stand behind a line, as a range where it differs by variable."""
    counts = [row.get("n") for row in rows if row is not None]
    shown = sorted(int(n) for n in counts if n is not None)
    if len(shown) < len(counts) or not shown:
        return view.t("peer.n_small")
    return str(shown[0]) if shown[0] == shown[-1] else f"{shown[0]}–{shown[-1]}"
