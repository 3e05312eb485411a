"""What was returned and what was added up from it: values and accounts.

The page prints those that scored, headline and progress indicators stand on; ``every=True``, as
notebooks call it, shows all, with the formula of each account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Account, Computed, Framework
from cescore.intake.address import Address, of_source
from cescore.method.column import Panel, State
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.pages.scorecard.sections import NONE, nothing, number_cells, signs, years
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import Number, View, recorded, row_of
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

# a row of a file, and the sender's own reference where the row has one
PLACE = re.compile(r"(?P<file>[^:]+):(?P<row>\d+)(?: \((?P<sender>.*)\))?", re.DOTALL)
SUM_OF = "sum of "  # as the intake notes where a body's figure is that of the bodies in it
NAME = re.compile(r"[A-Za-z]\w*")


def stood_on(framework: Framework) -> frozenset[str]:
    """Codes of all that scored, headline and progress indicators are computed from, and these."""
    headline, progress = framework.headline, framework.progress
    waiting = [i.code for i in framework.scored()]
    waiting += [headline.resource_output_rate, headline.resource_recycling_rate, *headline.beside]
    waiting += [c for members in (progress.members.values() if progress else ()) for c in members]
    found: set[str] = set()
    while waiting:
        code = waiting.pop()
        if code and code not in found:
            found.add(code)
            computed = framework.accounts.get(code) or framework.indicators.get(code)
            waiting += NAME.findall(computed.formula) if computed else ()
    return frozenset(found)


def values_table(bundle: OpenBundle, *, every: bool = False) -> Fragment:
    """The returned values behind the figures: base year, last year, this year, and the rows they
    were read from. What does not apply, or is zero throughout, is named in a line."""
    view = View(bundle)
    if not bundle.data.filed:
        return paragraph(view.t("finding.not_filed", year=bundle.year), "nothing")
    used = stood_on(bundle.framework)
    codes = [code for code in bundle.framework.variables if every or code in used]
    shown: dict[str, list[Number]] = {}
    absent: dict[str, list[str]] = {}
    for code in codes:
        numbers = [recorded(bundle.data, code, view.position(year)) for year in view.shown_years]
        why = _why_left_out(numbers)
        if why:
            absent.setdefault(why, []).append(view.name(code))
        else:
            shown[code] = numbers
    if not codes:
        return nothing(view, "values")
    return Fragment.join([_values(view, shown), *_said(view, shown, absent, len(codes))])


def _values(view: View, shown: Mapping[str, Sequence[Number]]) -> Fragment:
    rows = [Row([view.with_unit(c), *number_cells(view, c, row)]) for c, row in shown.items()]
    columns = [TableColumn(view.t("head.variable"), 43, "text"), *years(view, 19)]
    return Table(columns, rows, view.t("caption.values"), halves=True).fragment()


def _said(
    view: View, shown: Mapping[str, Sequence[Number]], absent: Mapping[str, list[str]], n: int
) -> Iterator[Fragment]:
    """Below the values: their signs, what has no row, where they come from, and where the rest is."""
    yield signs(view, [number for row in shown.values() for number in row])
    said = [
        view.t(f"left_out.{why}", n=len(names), names=view.join(names))
        for why, names in absent.items()
    ]
    places = view.join(_sources(view, shown))
    said += [view.t("values.sources", year=view.bundle.year, places=places)] if places else []
    rest = len(view.bundle.framework.variables) - n
    said += [view.t("values.rest", n=rest)] if rest else []
    yield paragraph(view.sentences(said))


def _sources(view: View, codes: Iterable[str]) -> Iterator[str]:
    """Where this year's values were read: of a returned workbook the cells, as the range they span on a
    sheet; of another file its first and last row."""
    rows: dict[str, list[int]] = {}
    sheets: dict[tuple[str, str], list[Address]] = {}
    for code in codes:
        cells = view.data.record.source.get(code, ())
        cell = cells[view.now] if view.now is not None and view.now < len(cells) else ""
        place = PLACE.match(cell)
        returned = of_source(place["sender"] or "") if place else None
        if returned is not None and returned.column:
            sheets.setdefault((returned.file, returned.sheet), []).append(returned)
        elif place:
            rows.setdefault(place["file"], []).append(int(place["row"]))
        elif cell:
            rows.setdefault(_sum_words(view, cell), [])
    for (file, sheet), addresses in sorted(sheets.items()):
        yield f"{file}!{sheet}!{_span(addresses)}"
    for file, numbers in sorted(rows.items()):
        if numbers:
            yield view.t("values.rows", file=file, first=min(numbers), last=max(numbers))
        else:
            yield file


def _span(addresses: Sequence[Address]) -> str:
    """The cells of a sheet as the range from the first column and row to the last: B5–J5."""
    columns = sorted({one.column for one in addresses}, key=lambda name: (len(name), name))
    lines = sorted(one.row for one in addresses)
    first, last = f"{columns[0]}{lines[0]}", f"{columns[-1]}{lines[-1]}"
    return first if first == last else f"{first}–{last}"


def _sum_words(view: View, cell: str) -> str:
    """The bodies that a figure is the sum of, by name where the page knows them."""
    if not cell.startswith(SUM_OF):
        return view.fitting(cell)
    places = {row.place.entity_id: view.place(row.place) for row in view.data.children}
    codes = cell.removeprefix(SUM_OF).split(", ")
    return view.t("values.sum_of", entities=view.join(places.get(code, code) for code in codes))


def _why_left_out(numbers: Sequence[Number]) -> str:
    states = {n.state for n in numbers}
    if states == {State.NOT_APPLICABLE}:
        return "not_applicable"
    if states == {State.NOT_COLLECTED}:
        return "not_collected"
    if states == {State.MISSING}:
        return "missing"
    return "zero" if all(n.value == 0 for n in numbers) and numbers else ""


def accounts_table(bundle: OpenBundle, accounts: Panel, *, every: bool = False) -> Fragment:
    """The accounts by group; with `every`, all of them and each with the formula executed."""
    view = View(bundle)
    used = stood_on(bundle.framework)
    accounts_of = bundle.framework.accounts.values()
    shown = [] if every else [a for a in accounts_of if bundle.framework.entity_type in a.shown]
    asked = [a for a in accounts_of if every or (a.code in used and a not in shown)]
    found = [(a, row_of(accounts, a.code, view.shown_years)) for a in asked]
    kept = [(a, row) for a, row in found if any(n.value for n in row)]
    if not bundle.data.filed or not (kept or shown):
        return nothing(view, "accounts") if every else NONE
    parts = [_own_table(view, list(group), accounts) for group in _by_group(shown)]
    if kept:
        rows = list(_account_rows(view, kept, every))
        columns = [TableColumn(view.t("head.account"), 43, "text"), *years(view, 19)]
        table = Table(columns, rows, view.t("caption.accounts"), halves=not every).fragment()
        parts = [table, signs(view, [n for _, row in kept for n in row]), *parts]
    return Fragment.join(parts)


def _by_group(accounts: Sequence[Computed]) -> Iterator[list[Computed]]:
    """Accounts by their group, in the order of params."""
    found: dict[str, list[Computed]] = {}
    for account in accounts:
        found.setdefault(str(getattr(account, "group", "")), []).append(account)
    yield from found.values()


def _own_table(view: View, members: Sequence[Computed], accounts: Panel) -> Fragment:
    """The accounts of a group that this type's page prints, whatever they are used for."""
    found = [(a, row_of(accounts, a.code, view.shown_years)) for a in members]
    group = str(getattr(members[0], "group", ""))
    columns = [TableColumn(view.t("head.account"), 43, "text"), *years(view, 19)]
    rows = list(_account_rows(view, found, every=False))
    table = Table(columns, rows, label_or(f"account_group.{group}", view.lang, group)).fragment()
    return Fragment.join([table, signs(view, [n for _, row in found for n in row])])


def _account_rows(
    view: View, kept: Sequence[tuple[Computed, list[Number]]], every: bool
) -> Iterator[Row]:
    if not every:
        for account, row in kept:
            name = two_lines(view.with_unit(account.code), rung_words(view, account))
            yield Row([name, *number_cells(view, account.code, row)])
        return
    for group, members in groupby(sorted(kept, key=_group_of), key=_group_of):
        if group:
            title = label_or(f"account_group.{group}", view.lang, group)
            yield Row([title, *[""] * len(view.shown_years)], "group")
        for account, row in members:
            whole = two_lines(with_formula(view, account), rung_words(view, account))
            yield Row([whole, *number_cells(view, account.code, row)])


def rung_words(view: View, account: Computed) -> str:
    """The years shown whose figure stands on a lower rung of the account's ladder, and which."""
    ladder = account.ladder if isinstance(account, Account) else ()
    used = view.data.evaluated.rungs.get(account.code, ())
    at = dict(zip(view.data.record.years, used, strict=False))
    below = {
        i: [y for y in view.shown_years if at.get(y) == ladder[i - 1].rung]
        for i in range(2, len(ladder) + 1)
    }
    return view.sentences(
        view.t(
            "rung.used", years=view.join(map(str, years)), name=ladder[i - 1].name(view.lang), n=i
        )
        for i, years in below.items()
        if years
    )


def _group_of(kept: tuple[Computed, list[Number]]) -> str:
    return str(getattr(kept[0], "group", ""))


def with_formula(view: View, computed: Computed) -> Markup:
    """Name, unit and, below, the formula executed; the definition in words where there is none."""
    words = computed.formula or view.fitting(computed.definition)
    return two_lines(view.with_unit(computed.code), words)
