"""What an indicator is in nation and province, beside the entity's own value: never scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from cescore.definitions.model.reference import Reference
from cescore.method.column import Panel
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.pages.scorecard.sections import NONE, signs
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import Number, View

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle


def references_table(
    bundle: OpenBundle, indicators: Panel, which: Literal["scored", "reported", "all"] = "all"
) -> Fragment:
    """One line an indicator: its value, the newest published values, and what differs in scope.

    Of each area the newest figure not after the year evaluated, and the target nearest to it.
    """
    view = View(bundle)
    by_code: dict[str, list[Reference]] = {}
    for one in shown(bundle.data.references, bundle.year):
        by_code.setdefault(one.indicator, []).append(one)
    codes = [
        code
        for code, indicator in bundle.framework.indicators.items()
        if code in by_code and (which == "all" or bool(indicator.group) == (which == "scored"))
    ]
    if not codes:
        return NONE
    own = {code: view.row(indicators, code, [bundle.year])[0] for code in codes}
    rows = [_row(view, own[code], code, by_code[code]) for code in codes]
    columns = [
        TableColumn(view.t("head.indicator"), 32, "text"),
        TableColumn(str(bundle.year), 8),
        TableColumn(view.t("head.references"), 33, "text"),
        TableColumn(view.t("head.references_scope"), 27, "small"),
    ]
    notes = [view.t("note.references")]
    table = Table(columns, rows, view.t("caption.references"), notes).fragment()
    return Fragment.join([table, signs(view, list(own.values()))])


def shown(references: Sequence[Reference], year: int) -> Iterator[Reference]:
    """Of each indicator, area and kind the newest value up to a year, else the earliest target."""
    groups: dict[tuple[str, str, str], list[Reference]] = {}
    for one in references:
        groups.setdefault((one.indicator, one.area, one.kind), []).append(one)
    for (_, _, kind), found in groups.items():
        past = [one for one in found if one.year <= year]
        if past:
            yield max(past, key=lambda one: one.year)
        elif kind == "target":
            yield min(found, key=lambda one: one.year)


def _row(view: View, own: Number, code: str, references: Sequence[Reference]) -> Row:
    decimals = view.decimals(code, [own.value, *(one.value for one in references)])
    texts = [
        view.t(
            f"reference.{one.kind}",
            area=one.name(view.lang) or one.area,
            year=one.year,
            value=number(one.value, decimals),
        )
        for one in references
    ]
    scopes = dict.fromkeys(
        view.t("reference.differs", how=one.differs.name(view.lang))
        for one in references
        if one.differs.name(view.lang)
    )
    tags = "/".join(dict.fromkeys(one.tag for one in references))
    return Row(
        [
            view.with_unit(code),
            view.cell(own, decimals),
            view.t("join.clause").join(texts),
            view.t("join.clause").join([*scopes, tags]),
        ]
    )
