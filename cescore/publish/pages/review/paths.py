"""Indices, groups and indicators of one entity over the years of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cescore.disclosure.documents.plan_documents import Review
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import legend, number, signed
from cescore.publish.pages.document import Words, heading
from cescore.publish.pages.scorecard.results import member_name
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import Number, View, at, row_of

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle, OpenDocument
    from cescore.method.column import Panel
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.progress import ProgressResult

DASH = "—"
NONE = Fragment("")


def _columns(words: Words, view: View, first: str) -> list[TableColumn]:
    width = 52 / len(view.years)
    return [
        TableColumn(first, 38, "text"),
        *(TableColumn(str(year), width) for year in view.years),
        TableColumn(words.t("review.head.change"), 10),
    ]


def _row(view: View, name: object, numbers: Sequence[Number], decimals: int, kind: str = "") -> Row:
    cells = [view.cell(n, decimals) for n in numbers]
    first, last = numbers[0].value, numbers[-1].value
    change = DASH if first is None or last is None else signed(last - first, decimals)
    return Row([name, *cells, change], kind)


def _legend(view: View, numbers: Sequence[Number]) -> Fragment:
    flags = 0
    for found in numbers:
        flags |= found.flags
    used = legend({n.state for n in numbers if n.value is None}, flags, view.lang)
    return paragraph(used, "legend") if used else NONE


def index_path(review: OpenDocument[Review], bundle: OpenBundle, result: Aggregation) -> Fragment:
    """The index and its groups in each year, on their own scale."""
    words, view = Words(review), View(bundle)
    index = [view.index(result, year) for year in view.years]
    rows = [_row(view, view.name(bundle.framework.index.code), index, 1, "total")]
    shown = list(index)
    for group in view.groups:
        scores = view.scores(result.groups, group.code, view.years, result)
        rows.append(_row(view, view.name(group.code), scores, 1))
        shown += scores
    scale = bundle.framework.scale
    title = words.t("review.caption.index", name=view.name(bundle.framework.index.code),
                    floor=f"{scale.floor:g}", top=f"{scale.top:g}")  # fmt: skip
    table = Table(_columns(words, view, words.t("head.group")), rows, title).fragment()
    return Fragment.join([heading(words, "review.indices"), table, _legend(view, shown)])


def progress_path(
    review: OpenDocument[Review], bundle: OpenBundle, progress: ProgressResult
) -> Fragment:
    """The progress index, its groups and each member's ratio to the base year, which is 100."""
    words, view, rules = Words(review), View(bundle), bundle.framework.progress
    if rules is None:
        return NONE
    positions = range(len(view.years))
    whole = [at(progress.index, i) for i in positions]
    rows = [_row(view, view.name(rules.code), whole, 1, "total")]
    shown = list(whole)
    for group in rules.groups:
        numbers = row_of(progress.groups, group.code, view.years)
        name = words.t("progress.group", name=group.name(view.lang) or group.code)
        rows.append(_row(view, name, numbers, 1, "own"))
        shown += numbers
        for code in rules.members.get(group.code, {}):
            ratios = row_of(progress.members, code, view.years)
            rows.append(_row(view, member_name(view, code), ratios, 1, "sub"))
            shown += ratios
    title = words.t("review.caption.progress", name=view.name(rules.code), base=bundle.base_year)
    note = words.t("review.note.progress")
    table = Table(_columns(words, view, words.t("head.member")), rows, title, [note]).fragment()
    return Fragment.join([table, _legend(view, shown)])


def indicator_path(review: OpenDocument[Review], bundle: OpenBundle, indicators: Panel) -> Fragment:
    """The scored indicators in each year, in their own units."""
    words, view = Words(review), View(bundle)
    rows: list[Row] = []
    shown: list[Number] = []
    for indicator in view.scored:
        if not indicator.collected:
            continue
        numbers = view.row(indicators, indicator.code, view.years)
        decimals = view.decimals(indicator.code, [n.value for n in numbers])
        rows.append(_row(view, view.with_unit(indicator.code), numbers, decimals))
        shown += numbers
    title = words.t("review.caption.indicators")
    table = Table(_columns(words, view, words.t("head.indicator")), rows, title).fragment()
    return Fragment.join([table, _legend(view, shown)])


def coverage_path(
    review: OpenDocument[Review], bundle: OpenBundle, result: Aggregation
) -> Fragment:
    """How much of the weight had a value in each year."""
    words, view = Words(review), View(bundle)
    if not result.coverage.size:
        return NONE
    said = words.join(
        words.t("alt.pair", name=str(year), value=f"{number(100 * float(part))}%")
        for year, part in zip(view.years, result.coverage[0], strict=True)
    )
    least = number(100 * bundle.framework.missing.min_weight_covered, 0)
    return paragraph(words.t("review.coverage", list=said, least=least))
