"""The tables of a report: each function takes the opened bundle and gives a piece of the page.

None fails on an empty part of a bundle: it says in a sentence that there is nothing to show, or
gives nothing at all where a section does not concern the entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Computed, Indicator
from cescore.method.column import Flag, Panel, State
from cescore.publish.cells import (
    STATES,
    Number,
    View,
    at,
    by_code,
    ends,
    of_series,
    recorded,
    row_of,
)
from cescore.publish.figures import STATUSES, system_name, weight_of
from cescore.publish.fragment import (
    Column,
    Fragment,
    Row,
    Table,
    paragraph,
    section,
    two_lines,
)
from cescore.publish.labels import has_label, label_or
from cescore.publish.numbers import (
    decimals_for,
    legend,
    mark,
    number,
    quantity,
    signed,
    unit_text,
)
from cescore.publish.page_one import LIGHTS, SMALL_N, grade_card, page_one
from cescore.release.bundle import PublicRow, TargetLine

if TYPE_CHECKING:
    from cescore.desk import OpenBundle
    from cescore.method.aggregate import Aggregation
    from cescore.method.missing import Scored
    from cescore.method.progress import ProgressResult

__all__ = [
    "SECTIONS",
    "accounts_table",
    "assessment_box",
    "children_table",
    "contents",
    "data_quality",
    "groups_table",
    "heading",
    "indicators_table",
    "industries_table",
    "measures_table",
    "method_notes",
    "page_one",
    "peers_table",
    "progress_table",
    "provenance",
    "scores_table",
    "siblings_table",
    "targets_table",
    "values_table",
    "weights_table",
]

SECTIONS = (
    "headline", "values", "indicators", "scores", "groups", "progress", "peers", "targets",
    "measures", "assessment", "quality", "method", "provenance",
)  # fmt: skip
NONE = Fragment("")
ROWS = 30  # of one table: several short ones are laid out faster than a long one
DASH = "—"
Released = Mapping[str, str | float | int | None]  # a line of the bundle's industries
LONG = 64  # characters of an account's formula


# --- frame ------------------------------------------------------------------------------------


def heading(bundle: OpenBundle, key: str) -> Fragment:
    """A section's heading and the sentence that says how to read it."""
    view = View(bundle)
    lead = view.t(f"lead.{key}", **_lead_values(view)) if has_label(f"lead.{key}") else ""
    return section("heading", key=key, text=view.t(f"heading.{key}"), lead=lead)


def _lead_values(view: View) -> dict[str, object]:
    framework = view.bundle.framework
    return {
        "floor": f"{framework.scale.floor:g}",
        "top": f"{framework.scale.top:g}",
        "index": view.name(framework.index.code),
        "year": view.bundle.year,
        "base": view.bundle.base_year,
        "least": number(100 * framework.missing.min_weight_covered, 0),
    }


def contents(bundle: OpenBundle, *keys: str) -> Fragment:
    """The list of sections with their pages; the keys are those whose heading is on the page."""
    view = View(bundle)
    entries = [(key, view.t(f"heading.{key}")) for key in keys or SECTIONS]
    return section("contents", title=view.t("contents"), entries=entries)


def _nothing(view: View, key: str) -> Fragment:
    return paragraph(view.t(f"nothing.{key}"), "nothing")


# --- values and accounts ----------------------------------------------------------------------


def values_table(bundle: OpenBundle) -> Fragment:
    """The returned values that the framework uses: base year, last year, this year, and the cell
    this year's was read from. What does not apply, or is zero throughout, is named in a line."""
    view = View(bundle)
    if not bundle.data.filed:
        return paragraph(view.t("finding.not_filed", year=bundle.year), "nothing")
    shown: dict[str, list[Number]] = {}
    absent: dict[str, list[str]] = {}
    for code in bundle.framework.variables:
        numbers = [recorded(bundle.data, code, view.position(year)) for year in view.shown_years]
        why = _why_left_out(numbers)
        if why:
            absent.setdefault(why, []).append(view.name(code))
        else:
            shown[code] = numbers
    if not shown and not absent:
        return _nothing(view, "values")
    rows = [Row([view.with_unit(code), *_cells(view, code, row)]) for code, row in shown.items()]
    columns = [Column(view.t("head.variable"), 46, "text"), *_years(view, 18)]
    tables = two_columns(list(_cut(columns, rows, view.t("caption.values"))))
    left_out = [
        paragraph(view.t(f"left_out.{why}", n=len(names), names=view.join(names)))
        for why, names in absent.items()
    ]
    sources = view.t("values.sources", year=bundle.year, places=view.join(_sources(view, shown)))
    numbers = [n for row in shown.values() for n in row]
    return Fragment.join([tables, paragraph(sources), *left_out, _legend(view, numbers)])


def _sources(view: View, codes: Iterable[str]) -> Iterator[str]:
    """The files this year's values were read from, with their first and last row."""
    rows: dict[str, list[int]] = {}
    for code in codes:
        cells = view.data.record.source.get(code, ())
        cell = cells[view.now] if view.now is not None and view.now < len(cells) else ""
        file, _, row = cell.rpartition(":")
        rows.setdefault(file or cell, []).extend([int(row)] if row.isdigit() else [])
    for file, numbers in sorted(rows.items()):
        if file and numbers:
            yield view.t("values.rows", file=file, first=min(numbers), last=max(numbers))
        elif file:
            yield file


def two_columns(tables: Sequence[Fragment]) -> Fragment:
    """Narrow tables in two columns of the page."""
    return Fragment(f'<div class="columns">{Fragment.join(list(tables)).html}</div>')


def _legend(view: View, numbers: Sequence[Number]) -> Fragment:
    """The signs that the table above really uses; nothing where it uses none."""
    flags = 0
    for found in numbers:
        flags |= found.flags
    used = legend({n.state for n in numbers if n.value is None}, flags, view.lang)
    return paragraph(used, "legend") if used else NONE


def _why_left_out(numbers: Sequence[Number]) -> str:
    states = {n.state for n in numbers}
    if states == {State.NOT_APPLICABLE}:
        return "not_applicable"
    if states == {State.NOT_COLLECTED}:
        return "not_collected"
    return "zero" if all(n.value == 0 for n in numbers) and numbers else ""


def _years(view: View, width: float) -> list[Column]:
    return [Column(str(year), width) for year in view.shown_years]


def _cells(view: View, code: str, numbers: Sequence[Number]) -> list[object]:
    decimals = view.decimals(code, [n.value for n in numbers])
    return [view.cell(n, decimals) for n in numbers]


def _cut(columns: Sequence[Column], rows: Sequence[Row], caption: str) -> Iterator[Fragment]:
    """The rows as tables of at most `ROWS` lines; only the first has the caption."""
    for start in range(0, len(rows), ROWS):
        kind = "more" if start else ""
        part = Table(columns, rows[start : start + ROWS], "" if start else caption, kind=kind)
        yield part.fragment()


def accounts_table(bundle: OpenBundle, accounts: Panel) -> Fragment:
    """The accounts by group, each with the formula that was executed."""
    view = View(bundle)
    found = [
        (a, row_of(accounts, a.code, view.shown_years)) for a in bundle.framework.accounts.values()
    ]
    kept = [(a, row) for a, row in found if any(n.value for n in row)]
    if not kept:
        return _nothing(view, "accounts")
    rows: list[Row] = []
    for group, members in groupby(sorted(kept, key=lambda k: k[0].group), key=lambda k: k[0].group):
        if group:
            name = label_or(f"account_group.{group}", view.lang, group)
            rows.append(Row([name, *[""] * len(view.shown_years)], "group"))
        rows += [Row([_account(view, a), *_cells(view, a.code, row)]) for a, row in members]
    columns = [Column(view.t("head.account"), 46, "text"), *_years(view, 18)]
    tables = two_columns(list(_cut(columns, rows, view.t("caption.accounts"))))
    numbers = [n for _, row in kept for n in row]
    return Fragment.join([tables, paragraph(view.t("note.accounts")), _legend(view, numbers)])


def _account(view: View, account: Computed) -> Markup:
    """Name, unit and formula; a long sum is cut, the note below says where it stands whole."""
    text = account.formula or _in_words(view, account)
    return two_lines(view.with_unit(account.code), text if len(text) <= LONG else text[:LONG] + "…")


def _defined(view: View, computed: Computed) -> Markup:
    """Name, unit and, below, the formula executed, or the definition in words."""
    return two_lines(view.with_unit(computed.code), computed.formula or _in_words(view, computed))


def _in_words(view: View, computed: Computed) -> str:
    """The definition, which params hold in one language only: left out of a page in another."""
    fits = view.lang == "zh" or computed.definition.isascii()
    return computed.definition if fits else ""


# --- indicators, scores, weights --------------------------------------------------------------


def indicators_table(bundle: OpenBundle, indicators: Panel) -> Fragment:
    """Every indicator with its formula, three years' values and the changes between them."""
    view = View(bundle)
    rows: list[Row] = []
    framework = bundle.framework
    blank = [""] * (len(view.shown_years) + 3)
    for group, members in groupby((*view.scored, *view.reported), key=lambda i: i.group):
        title = view.name(group) if group else view.t("indicators.reported")
        rows.append(Row([title, *blank], "group"))
        rows += [_indicator_row(view, indicators, indicator) for indicator in members]
    columns = [
        Column(view.t("head.indicator"), 45, "text"),
        *_years(view, 11),
        Column(view.t("head.since_last"), 11),
        Column(view.t("head.direction"), 5, "mid"),
        Column(view.t("head.tag"), 6, "mid"),
    ]
    notes = (view.t("note.direction"), view.t("note.tags"))
    table = Table(columns, rows, view.t("caption.indicators"), notes).fragment()
    held = [n for code in framework.indicators for n in row_of(indicators, code, view.shown_years)]
    return Fragment.join([table, _legend(view, held)])


def _indicator_row(view: View, indicators: Panel, indicator: Indicator) -> Row:
    numbers = row_of(indicators, indicator.code, view.shown_years)
    new, old = row_of(indicators, indicator.code, (view.bundle.year, view.bundle.year - 1))
    return Row(
        [
            _defined(view, indicator),
            *_cells(view, indicator.code, numbers),
            view.change(new, old, indicator.unit),
            "↑" if indicator.direction == 1 else "↓",
            indicator.tag,
        ]
    )


def scores_table(bundle: OpenBundle, indicators: Panel, scored: Scored) -> Fragment:
    """Each scored indicator between its goalposts: worst, best, value, score, place on the scale."""
    view = View(bundle)
    rows: list[Row] = []
    for group, members in groupby(view.scored, key=lambda i: i.group):
        rows.append(Row([view.name(group), "", "", "", "", "", ""], "group"))
        rows += [_score_row(view, indicators, scored, indicator) for indicator in members]
    firm = "firm." if bundle.data.entity.entity_type == "enterprise" else ""
    columns = [
        Column(view.t("head.indicator"), 34, "text"),
        Column(view.t(f"head.{firm}worst"), 11),
        Column(view.t(f"head.{firm}best"), 11),
        Column(view.t("head.value"), 12),
        Column(view.t("head.score"), 9),
        Column(view.t("head.place"), 13, "text"),
        Column(view.t("head.rule"), 10, "mid"),
    ]
    notes = [view.t("note.goalposts"), view.t("note.place")]
    return Table(columns, rows, view.t("caption.scores"), notes).fragment()


def _score_row(view: View, indicators: Panel, scored: Scored, indicator: Indicator) -> Row:
    code, year = indicator.code, view.bundle.year
    value = row_of(indicators, code, (year,))[0]
    score = row_of(scored.scores, code, (year,))[0]
    posts = ends(indicator, year, view.data.entity.industry)
    decimals = view.decimals(code, [value.value, *(posts or ())])
    shown = [number(post, decimals) for post in posts] if posts else [DASH, DASH]
    return Row(
        [
            view.with_unit(code),
            *shown,
            view.cell(value, decimals),
            view.cell(score, 1),
            _bar(view, score),
            _rule_words(view, scored, code),
        ]
    )


def _bar(view: View, score: Number) -> Markup:
    """A bar on the scale, for the eye; the number stands beside it."""
    if score.value is None:
        return Markup("")
    scale = view.bundle.framework.scale
    share = 100 * (score.value - scale.floor) / (scale.top - scale.floor)
    width = min(max(share, 0.0), 100.0)
    return Markup('<span class="track"><span class="fill" style="width:{}%"></span></span>').format(
        f"{width:.1f}"
    )


def _rule_words(view: View, scored: Scored, code: str) -> str:
    """What the missing-data rules did with an indicator this year."""
    found = scored.rule.get(code)
    if found is None or view.now is None:
        return ""
    rule = str(found[0, view.now] or "").rsplit(":", 1)[-1]
    return label_or(f"rule.{rule}", view.lang, rule) if rule else ""


def weights_table(bundle: OpenBundle, scored: Scored, result: Aggregation) -> Fragment:
    """The tree of groups and indicators: weight within the group, in the index, and what it adds."""
    view = View(bundle)
    rows = list(_weight_rows(view, scored, result, "", 0))
    index = at(result.index, view.now)
    total = _weight_below(view, result, "")
    name = view.name(bundle.framework.index.code)
    rows.append(Row([name, "", _share(total), view.cell(index, 1), ""], "total"))
    columns = [
        Column(view.t("head.member"), 48, "text"),
        Column(view.t("head.weight_in_group"), 14),
        Column(view.t("head.weight_in_index"), 14),
        Column(view.t("head.score"), 12),
        Column(view.t("head.adds"), 12),
    ]
    notes = [view.t("note.weights"), view.t("note.rounding")]
    return Table(columns, rows, view.t("caption.weights"), notes).fragment()


def _weight_rows(
    view: View, scored: Scored, result: Aggregation, group: str, depth: int
) -> Iterator[Row]:
    framework, year = view.bundle.framework, view.bundle.year
    members = view.members(group)
    whole = sum(weight for _, weight in members) or 1.0
    for code, weight in members:
        is_group = code in framework.groups
        panel = result.groups if is_group else scored.scores
        score = row_of(panel, code, (year,))[0]
        effective = (
            _weight_below(view, result, code) if is_group else weight_of(result, code, view.now)
        )
        name = Markup('<span class="depth{}">{}</span>').format(min(depth, 4), view.name(code))
        adds = number(effective * score.value, 2) if score.value is not None and effective else DASH
        cells = [name, _share(weight / whole), _share(effective), view.cell(score, 1), adds]
        yield Row(cells, "group" if is_group else "")
        if is_group:
            yield from _weight_rows(view, scored, result, code, depth + 1)


def _weight_below(view: View, result: Aggregation, group: str) -> float:
    """Effective weight of all indicators inside a group."""
    total = 0.0
    for code, _ in view.bundle.framework.members(group):
        inside = code in view.bundle.framework.groups
        total += _weight_below(view, result, code) if inside else weight_of(result, code, view.now)
    return total


def _share(share: float) -> str:
    return f"{number(100 * share, 1)}%" if share else DASH


def groups_table(bundle: OpenBundle, result: Aggregation) -> Fragment:
    """Scores of the groups over the years shown, and the index."""
    view = View(bundle)
    codes = [group.code for group in view.groups]
    rows = [Row([view.name(code), *_score_cells(view, result.groups, code)]) for code in codes]
    series = [at(result.index, view.position(year)) for year in view.shown_years]
    name = view.name(bundle.framework.index.code)
    change = _index_change(at(result.index, view.now), at(result.index, view.last))
    rows.append(Row([name, *(view.cell(n, 1) for n in series), change], "total"))
    columns = [
        Column(view.t("head.group"), 52, "text"),
        *_years(view, 12),
        Column(view.t("head.since_last_points"), 48 - 12 * len(view.shown_years)),
    ]
    notes = [view.t(f"note.aggregation.{bundle.framework.aggregation}"), _coverage(view, result)]
    return Table(columns, rows, view.t("caption.groups"), notes).fragment()


def _score_cells(view: View, panel: Panel, code: str) -> list[object]:
    numbers = row_of(panel, code, view.shown_years)
    new, old = row_of(panel, code, (view.bundle.year, view.bundle.year - 1))
    return [*(view.cell(n, 1) for n in numbers), _index_change(new, old)]


def _index_change(new: Number, old: Number) -> str:
    if new.value is None or old.value is None:
        return DASH
    return signed(new.value - old.value, 1)


def _coverage(view: View, result: Aggregation) -> str:
    if view.now is None or not result.coverage.size:
        return ""
    share = float(result.coverage[0, view.now])
    if share != share:
        return ""
    return view.t("note.coverage", share=quantity(100 * share, "%", view.lang, 0))


def progress_table(bundle: OpenBundle, progress: ProgressResult) -> Fragment:
    """The progress index: each member's ratio to the base year, its groups, the whole."""
    view, rules = View(bundle), bundle.framework.progress
    if rules is None:
        return _nothing(view, "progress")
    rows: list[Row] = []
    for group in rules.groups:
        name = group.name(view.lang) or group.code
        numbers = _score_cells(view, progress.groups, _key(progress.groups, rules.code, group.code))
        rows.append(
            Row(
                [name, _share(group.weight / (sum(g.weight for g in rules.groups) or 1)), *numbers],
                "group",
            )
        )
        members = rules.members.get(group.code, {})
        whole = sum(members.values()) or 1.0
        for code, weight in members.items():
            key = _key(progress.members, rules.code, group.code, code)
            cells = _score_cells(view, progress.members, key)
            rows.append(Row([view.name(code), _share(weight / whole), *cells], "sub"))
    series = [at(progress.index, view.position(year)) for year in view.shown_years]
    change = _index_change(at(progress.index, view.now), at(progress.index, view.last))
    name = rules.name(view.lang) or rules.code
    rows.append(Row([name, "", *(view.cell(n, 1) for n in series), change], "total"))
    columns = [
        Column(view.t("head.member"), 42, "text"),
        Column(view.t("head.weight_in_group"), 12),
        *_years(view, 12),
        Column(view.t("head.since_last_points"), 46 - 12 * len(view.shown_years)),
    ]
    notes = [view.t("note.progress", year=bundle.base_year), rules.note]
    return Table(columns, rows, view.t("caption.progress", year=bundle.base_year), notes).fragment()


def _key(panel: Panel, *codes: str) -> str:
    """The column of a member, whether its code stands alone or below its group and index."""
    tried = (codes[-1], ".".join(codes), ".".join(codes[1:]))
    return next((code for code in tried if code in panel.columns), codes[-1])


# --- comparison -------------------------------------------------------------------------------


def peers_table(bundle: OpenBundle) -> Fragment:
    """Own figures beside what the gate releases of the entity's own type."""
    view, peers = View(bundle), bundle.data.peers
    if peers is None or not peers.figures:
        data = bundle.data
        is_alone = not (data.siblings or data.children or data.industries)
        return _nothing(view, "peers") if is_alone else NONE
    figures = peers.figures
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
        rows.append(Row([name, view.cell(own, decimals), *shown, where, n]))
    columns = [
        Column(view.t("head.indicator"), 68 - 12 * len(quantiles), "text"),
        Column(view.t("head.own"), 12),
        *(Column(view.t(f"head.{name}"), 12) for name in quantiles),
        Column(view.t("head.standing"), 13, "mid"),
        Column("n", 7),
    ]
    audience = f"note.audience.{peers.audience}"
    notes = [view.t("note.peers") if released else ""]
    notes += [view.t(audience) if has_label(audience) else "", peers.note]
    return Table(columns, rows, view.t("caption.peers_table"), notes).fragment()


def _own(view: View, code: str) -> tuple[Number, str]:
    evaluated = view.data.evaluated
    if code in {evaluated.index.code, "index"}:
        return of_series(evaluated.index, view.now), "index"
    for table in (evaluated.indicators, evaluated.groups, evaluated.accounts, evaluated.scores):
        found = by_code(table).get(code)
        if found is not None:
            return of_series(found, view.now), view.unit(code)
    return of_series(None, None), view.unit(code)


def _or_mark(view: View, value: float | None, decimals: int) -> str:
    return mark(State.SUPPRESSED, view.lang) if value is None else number(value, decimals)


def _where_among(view: View, rank: int | None, n: int | None, band: int | None) -> str:
    if rank is not None:
        return view.t("rank.short", rank=rank, n=n if n is not None else view.t("peer.n_small"))
    return view.t(f"quartile.{band}") if band is not None else DASH


def siblings_table(bundle: OpenBundle) -> Fragment:
    """Public bodies of the same type, ranked."""
    return _bodies(View(bundle), bundle.data.siblings, "siblings")


def children_table(bundle: OpenBundle) -> Fragment:
    """Public bodies inside the entity, by type."""
    view = View(bundle)
    rows = sorted(bundle.data.children, key=lambda row: row.place.entity_type)
    kinds = groupby(rows, key=lambda row: row.place.entity_type)
    return Fragment.join([_bodies(view, list(found), "children", kind) for kind, found in kinds])


def _bodies(view: View, rows: Sequence[PublicRow], key: str, kind: str = "") -> Fragment:
    if not rows:
        return NONE
    held = {code for row in rows for code in row.headline if _is_named(view, code)}
    codes = sorted(held, key=lambda code: _headline_order(view, code))
    columns = [
        Column(view.t("head.rank"), 7, "mid"),
        Column(view.t("head.body"), 26 if codes else 73, "text"),
        Column(view.t("head.index"), 9 if codes else 20),
        *(Column(_rate_name(view, code), 58 / len(codes)) for code in codes),
    ]
    lines = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.place.entity_id))
    n = max((row.n for row in rows if row.n is not None), default=None)
    title = label_or(f"type.{kind}", view.lang, kind) if kind else view.entity_type
    notes = [view.t("note.rank", n=n) if n is not None else ""]
    notes += [view.t("note.small_n")] if n is not None and n < SMALL_N else []
    body = [_body(view, row, codes) for row in lines]
    return Table(columns, body, view.t(f"caption.{key}", type=title), notes).fragment()


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
    index = number(row.index) if row.index is not None else _status(view, row.status)
    headline = view.bundle.framework.headline
    rates = []
    for code in codes:
        value = row.headline.get(code)
        own = getattr(headline, code, code) if code in type(headline).model_fields else code
        rates.append(DASH if value is None else number(value, view.decimals(str(own), [value])))
    rank = str(row.rank) if row.rank is not None else DASH
    return Row([rank, view.place(row.place), index, *rates], "own" if is_own else "")


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
        Column(view.t("head.industry"), 26, "text"),
        Column(view.t("head.respondents"), 14),
        *(Column(_total_name(view, rows, code), 60 / len(shown)) for code in shown),
    ]
    decimals = {code: _total_decimals(rows, code) for code in shown}
    lines = []
    for industry in dict.fromkeys(name for name, _ in held):
        found = [held.get((industry, code)) for code in shown]
        cells = [_total(view, row, decimals[code]) for row, code in zip(found, shown, strict=True)]
        lines.append(Row([industry or DASH, _respondents(view, found), *cells]))
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


# --- targets, measures, assessment ------------------------------------------------------------


def targets_table(bundle: OpenBundle) -> Fragment:
    """Targets: level then and now, what was achieved, against the whole and against the schedule."""
    view = View(bundle)
    if not bundle.data.targets:
        return _nothing(view, "targets")
    rows: list[Row] = []
    for role in ("own", "reference", "check"):
        lines = [line for line in bundle.data.targets if line.role == role]
        if lines and role != "own":
            rows.append(Row([view.t(f"target.{role}"), *[""] * 7], "group"))
        rows += [_target_row(view, line) for line in lines]
    columns = [
        Column(view.t("head.target"), 27, "text"),
        Column(view.t("head.base_level", year=bundle.base_year), 11),
        Column(view.t("head.level", year=bundle.year), 11),
        Column(view.t("head.goal"), 11),
        Column(view.t("head.actual"), 10),
        Column(view.t("head.completion"), 10),
        Column(view.t("head.schedule"), 10),
        Column(view.t("head.light"), 10, "mid"),
    ]
    notes = [view.t("note.targets"), view.t("note.schedule"), *_target_notes(view)]
    return Table(columns, rows, view.t("caption.targets_table"), notes).fragment()


def _target_row(view: View, line: TargetLine) -> Row:
    name = (line.zh or line.en) if view.lang == "zh" else (line.en or line.zh)
    decimals = decimals_for(line.unit, [line.value, line.actual])
    level_decimals = decimals_for(line.level_unit, [line.level, line.base])
    levels = [DASH if v is None else number(v, level_decimals) for v in (line.base, line.level)]
    goal = (
        f"{'≥' if line.op == '>=' else '≤'}{quantity(line.value, line.unit, view.lang, decimals)}"
    )
    light = (
        f"{LIGHTS.get(line.light, DASH)} {label_or(f'light.{line.light}', view.lang, line.light)}"
    )
    return Row(
        [
            two_lines(f"{line.id}  {name}", unit_text(line.level_unit, view.lang)),
            *levels,
            goal,
            DASH if line.actual is None else quantity(line.actual, line.unit, view.lang, decimals),
            _percent(line.completion),
            _percent(line.schedule_carbon),
            light if line.light else DASH,
        ]
    )


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{number(100 * share, 1)}%"


def _target_notes(view: View) -> Iterator[str]:
    for line in view.data.targets:
        for note in filter(None, line.note.split(";")):
            words = label_or(f"target_note.{note.strip()}", view.lang, note.strip())
            yield view.t("alt.pair", name=line.id, value=words)
        if line.still_needed is not None and line.still_needed > 0:
            need = quantity(line.still_needed, "%", view.lang, 2)
            yield view.t("note.still_needed", id=line.id, need=need)


def measures_table(bundle: OpenBundle) -> Fragment:
    """Measures by system with responsible units and checks by status."""
    view = View(bundle)
    if not bundle.data.measures:
        return _nothing(view, "measures")
    rows: list[Row] = []
    for system, members in groupby(bundle.data.measures, key=lambda m: m.system):
        if system:
            rows.append(Row([system_name(view, system), *[""] * 6], "group"))
        for measure in members:
            name = (measure.zh or measure.en) if view.lang == "zh" else (measure.en or measure.zh)
            counts = [str(measure.counts.get(status, 0) or DASH) for status in STATUSES]
            rows.append(Row([f"{measure.id}  {name}", view.t("list").join(measure.units), *counts]))
    columns = [
        Column(view.t("head.measure"), 31, "text"),
        Column(view.t("head.units"), 29, "small"),
        *(Column(view.t(f"check.{status}"), 8, "mid") for status in STATUSES),
    ]
    tables = list(_cut(columns, rows, view.t("caption.measures")))
    return Fragment.join([*tables, paragraph(view.t("note.measures")), _open_checks(view)])


def _open_checks(view: View) -> Fragment:
    """Checks that are partial or not done, with what the inspector found."""
    rows = []
    for measure in view.data.measures:
        for check in measure.checks:
            if check.get("status") in {"partial", "not_done"}:
                name = check.get(view.lang) or check.get("zh") or check.get("en") or ""
                said = view.t("list").join(
                    filter(None, (check.get("finding"), check.get("evidence_ref")))
                )
                status = view.t(f"check.{check['status']}")
                rows.append(Row([f"{check.get('id', '')}  {name}", status, said or DASH]))
    columns = [
        Column(view.t("head.check"), 46, "text"),
        Column(view.t("head.light"), 12, "mid"),
        Column(view.t("head.inspected"), 42, "text"),
    ]
    return Fragment.join(list(_cut(columns, rows, view.t("caption.open_checks"))))


def assessment_box(bundle: OpenBundle) -> Fragment:
    """Total, grade on its named scale, its parts, and the vetoes as recorded."""
    view = View(bundle)
    vetoes = [
        {
            "name": (v.zh or v.en) if view.lang == "zh" else (v.en or v.zh),
            "status": label_or(f"veto.{v.status}", view.lang, v.status),
            "kind": v.status,
            "record": view.join(filter(None, (v.document, v.confirmed_by, v.date))),
        }
        for v in bundle.data.assessment.vetoes
    ]
    return section("assessment", t=view.t, grade=grade_card(view), vetoes=vetoes)


# --- quality, method, provenance --------------------------------------------------------------


def data_quality(bundle: OpenBundle, scored: Scored) -> Fragment:
    """What was estimated, missing, corrected or warned about, and what was done, line by line."""
    view = View(bundle)
    parts = [paragraph(text, "fact") for text in _quality_words(view)]
    rows = []
    for indicator in view.scored:
        done = _rule_words(view, scored, indicator.code)
        if done:
            state = at(scored.scores.columns.get(indicator.code), view.now)
            why = (
                mark(state.state, view.lang) if state.value is None else _case(view, indicator.code)
            )
            rows.append(Row([indicator.name(view.lang) or indicator.code, why, done]))
    columns = [
        Column(view.t("head.indicator"), 50, "text"),
        Column(view.t("head.state"), 25, "mid"),
        Column(view.t("head.rule"), 25, "mid"),
    ]
    parts.append(Table(columns, rows, view.t("caption.rules")).fragment())
    parts += list(_findings_tables(view))
    return Fragment.join(parts)


def _case(view: View, code: str) -> str:
    found = of_series(by_code(view.data.evaluated.indicators).get(code), view.now)
    return mark(found.state, view.lang) if found.value is None else ""


def _quality_words(view: View) -> Iterator[str]:
    """One sentence on how the values of the year stand."""
    if not view.data.filed:
        yield view.t("finding.not_filed", year=view.bundle.year)
        return
    numbers = [recorded(view.data, code, view.now) for code in view.data.record.values]
    flags = {flag: sum(bool(n.flags & flag) for n in numbers) for flag in Flag}
    yield view.t(
        "quality.counts",
        n=len(numbers),
        present=sum(n.value is not None for n in numbers),
        not_applicable=sum(n.state == State.NOT_APPLICABLE for n in numbers),
        missing=sum(n.state == State.MISSING for n in numbers),
        estimated=flags[Flag.ESTIMATED],
        aggregated=flags[Flag.AGGREGATED],
        corrected=flags[Flag.CORRECTED],
    )
    if not view.data.findings:
        yield view.t("quality.no_findings")


def _findings_tables(view: View) -> Iterator[Fragment]:
    """Findings about the entity; the same one in several years is one line."""
    columns = [
        Column(view.t("head.severity"), 8, "mid"),
        Column(view.t("head.rule_name"), 19, "text"),
        Column(view.t("head.what"), 25, "text"),
        Column(view.t("head.years"), 13, "mid"),
        Column(view.t("head.found"), 25, "small"),
        Column(view.t("head.status"), 10, "mid"),
    ]
    lines: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for line in view.data.findings:
        code, _, year = line.what.rpartition(" ")
        if not year.isdigit():
            code, year = line.what, ""
        key = (line.severity, line.code, code, line.expected, line.status)
        lines.setdefault(key, []).append((year, line.found))
    rows = [
        Row(
            [
                label_or(f"severity.{severity}", view.lang, severity),
                two_lines(label_or(f"check_rule.{rule}", view.lang, rule), expected),
                view.name(code),
                view.join(dict.fromkeys(filter(None, (year for year, _ in found)))) or DASH,
                _first_few(view, [text for _, text in found]),
                label_or(f"finding_status.{status}", view.lang, status),
            ]
        )
        for (severity, rule, code, expected, status), found in lines.items()
    ]
    yield from _cut(columns, rows, view.t("caption.findings"))


def _first_few(view: View, texts: Sequence[str], most: int = 3) -> str:
    shown = view.t("join.clause").join(dict.fromkeys(texts[:most]))
    return f"{shown} …" if len(texts) > most else shown


def method_notes(bundle: OpenBundle) -> Fragment:
    """The method in brief, with the source and evidence tag of each indicator and goalpost."""
    view, framework = View(bundle), bundle.framework
    points = [
        view.t(
            "method.framework", name=framework.name(view.lang) or framework.entity_type,
            version=framework.version, source=framework.source,
        ),
        view.t(f"method.normalisation.{framework.normalisation}", **_lead_values(view)),
        view.t(f"note.aggregation.{framework.aggregation}"),
        view.t("method.missing", least=number(100 * framework.missing.min_weight_covered, 0)),
        view.t("method.rounding"),
        view.t("below_unit"),
        framework.index.note if view.lang == "zh" else "",
        view.t("method.index_and_progress") if framework.progress is not None else "",
        view.t("method.released") if bundle.data.fitted.released_scores else "",
        view.t("note.tags"),
    ]  # fmt: skip
    rows = [
        Row([i.name(view.lang) or i.code, i.source, *_posts(view, i), i.tag]) for i in view.scored
    ]
    columns = [
        Column(view.t("head.indicator"), 24, "text"),
        Column(view.t("head.basis"), 34, "small"),
        Column(view.t("head.goalpost_basis"), 35, "small"),
        Column(view.t("head.tag"), 7, "mid"),
    ]
    tables = _cut(columns, rows, view.t("caption.sources"))
    others = [
        view.t("source_and_tag", source=f"{i.name(view.lang) or i.code} — {i.source}", tag=i.tag)
        for i in view.reported
    ]
    said = view.t("method.reported", list=view.t("join.clause").join(others)) if others else ""
    parts = [section("points", points=[p for p in points if p]), *tables]
    return Fragment.join([*parts, paragraph(said) if said else NONE])


def _posts(view: View, indicator: Indicator) -> Iterable[str]:
    posts = indicator.goalposts_in(view.bundle.year)
    if posts is None or not indicator.group:
        return [DASH]
    tag = label_or(f"tag.{posts.tag}", view.lang, posts.tag)
    return [view.t("source_and_tag", source=posts.source, tag=tag)]


def provenance(bundle: OpenBundle) -> Fragment:
    """What this page was made from: the bundle's hash, framework, report number, legal basis."""
    view, data = View(bundle), bundle.data
    facts = [
        ("provenance.report_number", data.report_number),
        ("provenance.status", view.t(f"status.{data.run.status}")),
        ("provenance.issuer", data.run.issuer.name(view.lang)),
        ("provenance.issued", data.run.issued),
        ("provenance.framework", f"{bundle.framework.name(view.lang)} {bundle.framework.version}"),
        ("provenance.framework_hash", bundle.framework.hash),
        ("provenance.bundle_hash", bundle.hash),
        (
            "provenance.legal_basis",
            label_or(f"basis.{data.legal_basis}", view.lang, data.legal_basis),
        ),
        ("provenance.variant", view.t("status.variant") if bundle.is_variant else ""),
    ]
    notes = [view.t("provenance.sample") if data.run.status == "sample" else ""]
    notes.append(view.t("provenance.statistical") if data.legal_basis == "statistical" else "")
    return section(
        "provenance", facts=[(view.t(k), text) for k, text in facts if text.strip()],
        notes=[n for n in notes if n],
    )  # fmt: skip
