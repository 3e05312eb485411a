"""What keeps a series of years from being one: changes of the entity, and of the method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cescore.definitions.frameworks.history import SeriesBreak
from cescore.disclosure.documents.bundle import EntityChange
from cescore.publish.fragment import Fragment, paragraph, two_lines
from cescore.publish.numbers import DASH, percentage
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View
from cescore.publish.words import label, label_or

MOST_BREAKS = 12  # lines of a report; the method book has all of them
LONGEST = 90  # characters of a formula or rule in print


def changes(view: View) -> Fragment:
    """The entity's changes in sentences and the method's as a table; nothing where there are none."""
    shown, all_ = view.data.breaks[-MOST_BREAKS:], view.data.breaks
    left_out = len(all_) - len(shown)
    notes = [view.t("note.breaks_left_out", n=left_out)] if left_out else []
    sentences = view.sentences(entity_changes(view))
    return Fragment.join(
        [
            paragraph(view.t("change.lead", said=sentences)) if sentences else NONE,
            breaks_table(shown, view.lang, notes),
        ]
    )


def entity_changes(view: View) -> Iterator[str]:
    """A sentence for each change of the entity, and for what its years before hold."""
    for change in view.data.entity.changes:
        yield _change(view, change)
        history = _history(change)
        if history:
            yield view.t(f"change.history.{history}")


def _change(view: View, change: EntityChange) -> str:
    before, after = change.before.name(view.lang), change.after.name(view.lang)
    is_told = bool(before and after) or bool(change.places)
    kind = change.kind if is_told else f"{change.kind}_unnamed"
    places = view.join(_places(view, change))
    return view.t(f"change.{kind}", year=change.year, before=before, after=after, places=places)


def _places(view: View, change: EntityChange) -> Iterator[str]:
    """The bodies or entities of a change, each with its share where that is not the whole."""
    shares = (*change.shares, *[None] * len(change.places))
    for place, share in zip(change.places, shares, strict=False):
        name = view.place(place)
        if share is None or share >= 1:
            yield name
        else:
            yield view.t("change.share", name=name, share=percentage(share))


def _history(change: EntityChange) -> str:
    """Which sentence says what the years before a change hold; none where they are as they were."""
    if change.kind in ("taken_over", "gave_off"):
        return "own"
    if not change.shares:
        return ""
    if not change.has_history:
        return "none"
    return "sum" if len(change.shares) > 1 else "part" if change.shares[0] != 1 else "whole"


def former_names(view: View) -> Iterator[str]:
    """Names that the entity had, each with the last year in which it had it."""
    for change in view.data.entity.changes:
        if change.kind == "renamed" and change.year is not None:
            name = change.before.name(view.lang)
            yield view.t("change.former_name", name=name, year=change.year - 1)


def breaks_table(breaks: Sequence[SeriesBreak], lang: str, notes: Sequence[str] = ()) -> Fragment:
    """A line for each change of the method: from when, of what, what it was and what it is."""
    if not breaks:
        return NONE
    rows = [
        Row([str(one.year), _what(one, lang), _text(one.before), _text(one.after)])
        for one in breaks
    ]
    columns = [
        TableColumn(label("head.break_year", lang), 8, "text"),
        TableColumn(label("head.break_what", lang), 36, "text"),
        TableColumn(label("head.break_before", lang), 28, "wrap"),
        TableColumn(label("head.break_after", lang), 28, "wrap"),
    ]
    said = [label("note.breaks", lang), *notes]
    return Table(columns, rows, label("caption.breaks", lang), said).fragment()


def _what(one: SeriesBreak, lang: str) -> object:
    """What changed: its name and code, and below the fact or the kind of change."""
    fact = label_or(f"break.fact.{one.fact}", lang, one.fact)
    kind = fact if one.fact else label(f"break.{one.kind}.{one.section or 'setting'}", lang)
    name = one.name(lang) or one.code
    named = f"{name} {one.code}" if one.code and name != one.code else name
    return two_lines(named, kind)


def _text(text: str) -> str:
    if not text:
        return DASH
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
