"""Whether a layout fits a workbook, and in words what keeps it from fitting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from cescore.intake.notation import nearest
from cescore.intake.register.near_words import is_near
from cescore.intake.wording import Phrase, phrase, shortened
from cescore.returns.layouts.areas import areas_of, matches
from cescore.returns.layouts.definition import Layout
from cescore.returns.workbooks.sheet import Content, Workbook, letters

HEADINGS_WITHIN = 100  # rows among which the headings are looked for
HEADINGS_SHOWN = 10
LOOKED_AT = 2000  # texts of a workbook among which a misspelt anchor is looked for


def fits(layout: Layout, book: Workbook) -> bool:
    """Whether a workbook is of a layout: by its name where the layout says one, and by its anchors."""
    return _is_named(layout, book) and _has_anchor(layout, book)


def misfits(layout: Layout, book: Workbook) -> tuple[Phrase, ...]:
    """Everything that keeps a workbook from being of a layout; nothing where it fits."""
    wrong: list[Phrase] = []
    if not _is_named(layout, book):
        wrong.append(phrase("misfit_name", patterns=layout.files))
    if not _has_anchor(layout, book):
        wrong.append(_without_anchor(layout, book))
    return tuple(wrong)


def headings_found(book: Workbook) -> tuple[Phrase, ...]:
    """The first row that has most texts, which are probably its headings; nothing where none has two."""
    rows = (
        ([cell.text.strip() for cell in cells if cell.content == Content.text], sheet.name, row)
        for sheet in book.sheets
        for row, cells in sheet.rows()
        if row <= HEADINGS_WITHIN
    )
    texts, name, row = max(rows, key=lambda one: len(one[0]), default=([], "", 0))
    if len(texts) < 2:
        return ()
    shown = tuple(shortened(text) for text in texts[:HEADINGS_SHOWN])
    return (phrase("headings_found", place=f"{name}!{row}", texts=shown),)


def _is_named(layout: Layout, book: Workbook) -> bool:
    return not layout.files or matches(book.file.rpartition("/")[2], layout.files)


def _has_anchor(layout: Layout, book: Workbook) -> bool:
    return any(areas_of(layout, sheet, book.file) for sheet in book.sheets)


def _without_anchor(layout: Layout, book: Workbook) -> Phrase:
    """That no table of a layout has its cell or its sheet, with the cell that was probably meant."""
    wanted = tuple(pattern for table in layout.tables for pattern in table.sheets)
    if not any(matches(sheet.name, wanted) for sheet in book.sheets):
        return phrase("misfit_sheet", patterns=tuple(dict.fromkeys(wanted)))
    anchors = tuple(dict.fromkeys(word for table in layout.tables for word in table.anchor))
    near = _nearest_cell(anchors, book)
    if near is None:
        return phrase("misfit_anchor", anchors=anchors)
    place, text = near
    return phrase("misfit_anchor_near", anchors=anchors, place=place, text=text)


def _nearest_cell(anchors: Iterable[str], book: Workbook) -> tuple[str, str] | None:
    """Place and text of the cell that nearly says an anchor."""
    words = [anchor.strip("*") for anchor in anchors]
    texts = list(islice(_texts(book), LOOKED_AT))
    for place, text in texts:
        if any(is_near(text, word) for word in words):
            return place, shortened(text)
    places = {text: place for place, text in reversed(texts)}
    meant = next((near for word in words if (near := nearest(word, places))), "")
    return (places[meant], shortened(meant)) if meant else None


def _texts(book: Workbook) -> Iterator[tuple[str, str]]:
    """The texts of a workbook with the cells they stand in."""
    for sheet in book.sheets:
        for (row, column), cell in sorted(sheet.cells.items()):
            if cell.content == Content.text and cell.text.strip():
                yield f"{sheet.name}!{letters(column)}{row}", cell.text.strip()
