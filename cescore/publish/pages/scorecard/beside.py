"""One return under several frameworks, side by side: the official index, then the others, ungraded."""

from __future__ import annotations

from collections.abc import Iterator

from cescore.disclosure.documents.bundle import BesideCard
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import DASH, number
from cescore.publish.pages.scorecard.sections import column, per_cent
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View


def beside_table(view: View) -> Fragment:
    """The official index and the further ones side by side; only the official one is graded."""
    columns = [
        TableColumn(view.t("head.framework"), 46, "text", "framework"),
        column(view, "score", 14),
        TableColumn(view.t("head.range"), 14, "mid"),
        TableColumn(view.t("head.tag"), 6, "mid"),
        TableColumn(view.t("head.use"), 20, "text"),
    ]
    own, found = view.bundle.framework, view.data.evaluated
    official = found.index.values[view.data.record.years.index(view.bundle.year)]
    scale = f"{own.scale.floor:g}–{own.scale.top:g}"
    name = own.name(view.lang) or view.name(own.index.code)
    rows = [
        Row(
            [
                name,
                _score(official if view.data.is_rated else None),
                scale,
                own.index.tag,
                view.t("beside.official"),
            ]
        )
    ]
    for card in view.data.beside:
        rows += _beside_rows(view, card)
    notes = [view.t("beside.note"), *(f for c in view.data.beside if (f := view.fitting(c.source)))]
    return Table(columns, rows, view.t("caption.beside"), notes).fragment()


def _beside_rows(view: View, card: BesideCard) -> Iterator[Row]:
    """A framework's index, then its topmost groups with their share."""
    scale = f"{card.floor:g}–{card.top:g}"
    covered = per_cent(card.coverage, view)
    used = (
        view.t("beside.shown")
        if card.value is not None
        else view.t("beside.too_little", share=covered)
    )
    yield Row([card.name(view.lang) or card.id, _score(card.value), scale, card.tag, used], "group")
    for group in card.groups:
        share = view.t("beside.share", share=per_cent(group.weight, view))
        yield Row([group.name(view.lang) or group.code, _score(group.value), "", "", share])


def _score(value: float | None) -> object:
    return DASH if value is None else number(value, 1)
