"""How measures were carried out over a plan period: by system, by responsible unit, what stays open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Named
from cescore.disclosure.documents.plan_documents import PlanDocument, Review
from cescore.method.grading.period_measures import Completion, PeriodCheck
from cescore.method.grading.yardsticks import OPEN, STATUSES
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.pages.document import Words, cut, exact, heading
from cescore.publish.pages.review.page import DASH, NONE, share
from cescore.publish.pages.unit_sheet import SIGNS
from cescore.publish.table import Row, TableColumn

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument


def measures(review: OpenDocument[Review]) -> Fragment:
    """The entity's checks by system and by responsible unit."""
    words, data = Words(review), review.data
    if not data.measures:
        return NONE
    return Fragment.join(
        [
            heading(words, "review.measures"),
            by_system(words, data, data.systems, data.whole),
            by_unit(words, data, data.units),
        ]
    )


def by_system(
    words: Words, data: PlanDocument, accounts: Sequence[Completion], whole: Completion
) -> Fragment:
    """A line per system of the plan: statuses at the end, completion then and year by year."""

    def named(key: str) -> str:
        return f"{key}  {words.name(data.plan.systems.get(key, Named()))}".strip()

    return _accounts(words, data, accounts, named, words.t("head.system"),
                     words.t("review.caption.systems"), whole)  # fmt: skip


def by_unit(words: Words, data: PlanDocument, accounts: Sequence[Completion]) -> Fragment:
    """A line per responsible unit; a check with several units counts for each of them."""
    found = _accounts(words, data, accounts, str, words.t("head.units"),
                      words.t("review.caption.units"))  # fmt: skip
    return Fragment.join([found, paragraph(words.t("review.note.units"))])


def _accounts(
    words: Words,
    data: PlanDocument,
    accounts: Sequence[Completion],
    named: Callable[[str], str],
    first: str,
    caption: str,
    whole: Completion | None = None,
) -> Fragment:
    years, status_width, total = 6.0, 6.8, 8.2
    rest = 100 - len(STATUSES) * status_width - 2 * total - years * len(data.years)
    columns = [
        TableColumn(first, rest, "text"),
        *(TableColumn(words.t(f"check.{status}"), status_width, "mid") for status in STATUSES),
        TableColumn(words.t("review.head.at_end"), total),
        *(TableColumn(str(year), years) for year in data.years),
        TableColumn(words.t("review.head.over_years"), total),
    ]
    rows = [_account_row(account, named(account.key)) for account in accounts]
    if whole is not None and len(rows) > 1:
        rows.append(_account_row(whole, words.t("total"), "total"))
    return cut(columns, rows, caption)


def _account_row(account: Completion, name: str, kind: str = "") -> Row:
    counts = [str(account.counts.get(status) or DASH) for status in STATUSES]
    years = [share(part) for part in account.by_year]
    return Row([name, *counts, share(account.at_end), *years, share(account.over_years)], kind)


def open_checks(review: OpenDocument[Review]) -> Fragment:
    """What is partial or not done at the end, the longest open first, with its path over the years."""
    words, data = Words(review), review.data
    if not data.measures:
        return NONE
    found = [c for m in data.measures for c in m.checks if c.end in OPEN]
    found.sort(key=lambda check: (-check.open_years, check.end != "not_done"))
    title = heading(words, "review.open")
    if not found:
        return Fragment.join([title, paragraph(words.t("sheet.nothing_open"), "nothing")])
    columns = [
        TableColumn(words.t("head.check"), 42, "text"),
        *(TableColumn(str(year), 5, "mid") for year in data.years),
        TableColumn(words.t("review.head.open_years"), 9, "mid"),
        TableColumn(words.t("head.inspected"), 49 - 5 * len(data.years), "small"),
    ]
    rows = [_open_row(words, check) for check in found]
    return Fragment.join([title, cut(columns, rows), paragraph(words.t("sheet.signs", **SIGNS))])


def _open_row(words: Words, check: PeriodCheck) -> Row:
    signs = [
        Markup('<span class="s-{}">{}</span>').format(status, SIGNS[status])
        for status in check.statuses
    ]
    said = words.clauses(part for part in (check.finding, check.evidence_ref) if part) or DASH
    return Row([f"{check.id}  {check.name(words.lang)}", *signs, str(check.open_years), said])


def amounts(review: OpenDocument[Review]) -> Fragment:
    """Values recorded at inspections: sums of counts and amounts; held against a goal where one is set."""
    words = Words(review)
    rows = list(_amount_rows(words, review.data))
    if not rows:
        return NONE
    years = review.data.years
    columns = [
        TableColumn(words.t("head.check"), 44, "text"),
        *(TableColumn(str(year), 7) for year in years),
        TableColumn(words.t("review.head.sum"), 9),
        TableColumn(words.t("sheet.head.goal"), 47 - 7 * len(years), "mid"),
    ]
    table = cut(columns, rows, words.t("review.caption.amounts"))
    return Fragment.join([table, paragraph(words.t("review.note.amounts"))])


def _amount_rows(words: Words, data: Review) -> Iterator[Row]:
    for check in (check for measure in data.measures for check in measure.checks):
        if not any(check.values):
            continue
        total = DASH if check.total is None else exact(check.total)
        goal = DASH if check.goal is None else exact(check.goal)
        if check.reached is not None:
            goal = words.t(
                "review.goal.reached" if check.reached else "review.goal.short", goal=goal
            )
        values = [value or DASH for value in check.values]
        yield Row([f"{check.id}  {check.name(words.lang)}", *values, total, goal])
