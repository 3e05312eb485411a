"""One step of the method a table, as a notebook shows them before the page draws all together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Indicator
from cescore.method.column import Panel
from cescore.publish.fragment import Fragment, Term
from cescore.publish.numbers import DASH, number
from cescore.publish.pages.scorecard.results import (
    added,
    codes_below,
    coverage_words,
    point_change,
    rule_words,
    weight_below,
)
from cescore.publish.pages.scorecard.returned import with_formula
from cescore.publish.pages.scorecard.sections import NONE, column, number_cells, share, years
from cescore.publish.pages.scorecard.totals import part_name
from cescore.publish.table import Row, Table
from cescore.publish.view import Number, View, shown_ends, weight_of

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.grading.assessment import Assessment
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.contributions import Decomposition
    from cescore.method.index.missing import Scored


def indicators_table(bundle: OpenBundle, indicators: Panel) -> Fragment:
    """Every indicator with its formula, three years' values and the change since last year."""
    view = View(bundle)
    rows: list[Row] = []
    blank = [""] * (len(view.shown_years) + 3)
    for group, members in groupby((*view.scored, *view.reported), key=lambda i: i.group):
        title = view.name(group) if group else view.t("indicators.reported")
        rows.append(Row([title, *blank], "group"))
        rows += [_indicator_row(view, indicators, indicator) for indicator in members]
    columns = [
        column(view, "indicator", 45, "text"),
        *years(view, 11),
        column(view, "since_last", 11),
        column(view, "direction", 5, "mid"),
        column(view, "tag", 6, "mid"),
    ]
    notes = (view.t("note.direction"), view.t("note.tags"))
    return Table(columns, rows, view.t("caption.indicators"), notes).fragment()


def _indicator_row(view: View, indicators: Panel, indicator: Indicator) -> Row:
    numbers = view.row(indicators, indicator.code, view.shown_years)
    new, old = view.row(indicators, indicator.code, (view.bundle.year, view.bundle.year - 1))
    decimals = view.decimals(indicator.code, [n.value for n in numbers])
    change = view.change(new, old, indicator.unit, decimals)
    arrow = "↑" if indicator.direction == 1 else "↓"
    cells = number_cells(view, indicator.code, numbers)
    return Row([with_formula(view, indicator), *cells, change, arrow, indicator.tag])


def scores_table(bundle: OpenBundle, indicators: Panel, scored: Scored) -> Fragment:
    """Each scored indicator between its goalposts: worst, best, value, score, rule applied."""
    view = View(bundle)
    rows: list[Row] = []
    for group, members in groupby(view.scored, key=lambda i: i.group):
        rows.append(Row([view.name(group), "", "", "", "", ""], "group"))
        rows += [_score_row(view, indicators, scored, indicator) for indicator in members]
    columns = [
        column(view, "indicator", 40, "text"),
        *(column(view, name, 12) for name in ("worst", "best", "value", "score")),
        column(view, "rule", 12, "mid"),
    ]
    notes = [view.t("note.goalposts")]
    return Table(columns, rows, view.t("caption.scores"), notes).fragment()


def _score_row(view: View, indicators: Panel, scored: Scored, indicator: Indicator) -> Row:
    code, year = indicator.code, view.bundle.year
    value = view.row(indicators, code, (year,))[0]
    score = view.scores(scored.scores, code, (year,))[0]
    posts = shown_ends(view, indicator)
    decimals = view.decimals(code, [value.value, *(posts or ())])
    shown = [number(post, decimals) for post in posts] if posts else [DASH, DASH]
    cells = [*shown, view.cell(value, decimals), view.cell(score, 1)]
    return Row([view.with_unit(code), *cells, rule_words(view, scored, code)])


def weights_table(
    bundle: OpenBundle, scored: Scored, result: Aggregation, parts: Decomposition
) -> Fragment:
    """The tree of groups and indicators: weight within the group, in the index, and what it adds
    to the index and to its change."""
    view = View(bundle)
    rows = list(_weight_rows(view, scored, result, parts, "", 0))
    name = view.name(bundle.framework.index.code)
    total = share(weight_below(view, result, ""))
    index = view.cell(view.index(result, bundle.year), 1)
    columns = [
        column(view, "member", 40, "text"),
        column(view, "weight_in_group", 14),
        column(view, "weight_in_index", 14),
        *(column(view, name, 12) for name in ("score", "adds")),
        column(view, "moves", 8),
    ]
    below = codes_below(view, "")
    adds = added(view, result, parts, below, weight_below(view, result, ""))
    rows.append(Row([name, "", total, index, *adds], "total"))
    notes = [view.t("note.weights"), view.t("note.rounding")]
    return Table(columns, rows, view.t("caption.weights"), notes).fragment()


def _weight_rows(
    view: View,
    scored: Scored,
    result: Aggregation,
    parts: Decomposition,
    group: str,
    depth: int,
) -> Iterator[Row]:
    framework, year = view.bundle.framework, view.bundle.year
    members = framework.members(group)
    whole = sum(weight for _, weight in members) or 1.0
    for code, weight in members:
        is_group = code in framework.groups
        score = view.scores(result.groups if is_group else scored.scores, code, (year,), result)[0]
        effective = (
            weight_below(view, result, code) if is_group else weight_of(result, code, view.now)
        )
        shown = Markup('<span class="depth{}">{}</span>').format(min(depth, 4), view.name(code))
        name = Term.of(shown, code=code, unit="index")
        below = codes_below(view, code) if is_group else [code]
        adds = added(view, result, parts, below, effective)
        cells = [name, share(weight / whole), share(effective), view.cell(score, 1), *adds]
        yield Row(cells, "group" if is_group else "")
        if is_group:
            yield from _weight_rows(view, scored, result, parts, code, depth + 1)


def groups_table(bundle: OpenBundle, result: Aggregation) -> Fragment:
    """Scores of the groups over the years shown, and the index."""
    view = View(bundle)
    asked = (*view.shown_years, bundle.year, bundle.year - 1)
    rows = [
        Row(
            [
                view.with_unit(group.code),
                *_score_cells(view, view.scores(result.groups, group.code, asked, result)),
            ]
        )
        for group in view.groups
    ]
    index = [view.index(result, year) for year in asked]
    rows.append(Row([view.name(bundle.framework.index.code), *_score_cells(view, index)], "total"))
    columns = [
        column(view, "group", 52, "text"),
        *years(view, 12),
        column(view, "since_last_points", 48 - 12 * len(view.shown_years)),
    ]
    notes = [
        view.t(f"note.aggregation.{bundle.framework.aggregation}"),
        coverage_words(view, result),
    ]
    return Table(columns, rows, view.t("caption.groups"), notes).fragment()


def total_table(bundle: OpenBundle, assessed: Assessment) -> Fragment:
    """The parts of the total with their weights and what each adds, the total, and the grade of it."""
    view = View(bundle)
    known = {key: value for key, value in assessed.parts.items() if value is not None}
    counted = {key: assessed.weights[key] for key in known if assessed.weights.get(key)}
    if not counted:
        return NONE
    rows = [
        Row(
            [
                part_name(view, key),
                number(known[key], 2),
                share(weight),
                number(weight * known[key], 2),
            ]
        )
        for key, weight in counted.items()
    ]
    if assessed.bonus:
        rows.append(Row([view.t("head.bonus"), "", "", number(assessed.bonus, 2)]))
    total = DASH if assessed.total is None else number(assessed.total, 2)
    rows.append(Row([view.t("total.total"), "", share(sum(counted.values())), total], "total"))
    rows.append(Row([view.t("total.grade"), "", "", assessed.grade(view.lang) or DASH], "total"))
    columns = [
        column(view, "part", 46, "text"),
        *(column(view, name, 18) for name in ("score", "weight", "adds")),
    ]
    return Table(columns, rows, view.t("caption.total_steps")).fragment()


def _score_cells(view: View, numbers: Sequence[Number]) -> list[object]:
    """Scores of the years shown and the change; `numbers` ends with this year's and last year's."""
    *shown, new, old = numbers
    return [*(view.cell(n, 1) for n in shown), point_change(new, old)]
