"""What stands where no heading says what it is: in columns without one, or in merged cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cescore.intake.address import Address
from cescore.intake.findings import Context
from cescore.intake.wording import shortened
from cescore.returns.layouts.taken import SHOWN, Role, Taken
from cescore.returns.workbooks.sheet import Position, Sheet, Span, letters


def heading_at(sheet: Sheet, row: int, column: int) -> str:
    """The heading of a column; of cells merged side by side only the first column has one."""
    return "" if _is_beside(sheet, row, column) else sheet.text(row, column)


def tell_unheaded(
    sheet: Sheet, header: int, headed: Collection[int], here: Context, taken: Taken
) -> None:
    """Tell of every cell below a header in a column that it does not name, and mark it as not read.

    A heading merged over several columns is that of the first alone: what stands below the others is an
    error, since a whole column of answers is lost; under no heading at all a warning.
    """
    merged: dict[int, list[Position]] = {}
    plain: list[Position] = []
    for (row, column), cell in sheet.cells.items():
        if row <= header or column in headed or not (cell.formula or cell.text.strip()):
            continue
        if _is_beside(sheet, header, column):
            merged.setdefault(sheet.span_of(header, column).left, []).append((row, column))
        else:
            plain.append((row, column))
    for first, cells in merged.items():
        for at in cells:
            taken.mark(sheet, *at, Role.unread)
        heading = shortened(sheet.text(header, first))
        here.place(_at(here, (header, first))).error(
            "merged_heading", heading=heading, span=span_text(sheet.span_of(header, first)),
            n=len(cells), cells=_named(cells),
        )  # fmt: skip
    tell_without_heading(sheet, plain, here, taken)


def tell_without_heading(
    sheet: Sheet, cells: Sequence[Position], here: Context, taken: Taken
) -> None:
    """Tell of cells below no heading, if there are any, and mark them as not read."""
    for at in cells:
        taken.mark(sheet, *at, Role.unread)
    if cells:
        first = here.place(_at(here, min(cells)))
        first.warning("cells_without_heading", n=len(cells), cells=_named(cells))


def rows_of_value(sheet: Sheet, row: int, column: int) -> range:
    """The rows that the cell of a value spans; several where it is merged with cells above or below."""
    if not sheet.merged:
        return range(row, row + 1)
    span = sheet.span_of(row, column)
    return range(span.top, span.bottom + 1)


def span_text(span: Span) -> str:
    """Merged cells as a spreadsheet names them: F6:H6."""
    return f"{letters(span.left)}{span.top}:{letters(span.right)}{span.bottom}"


def _is_beside(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a cell is merged into one to its left."""
    return sheet.is_covered(row, column) and sheet.span_of(row, column).left < column


def _at(here: Context, at: Position) -> Address:
    return Address(here.at.file, at[0], here.at.sheet, letters(at[1]))


def _named(cells: Iterable[Position]) -> tuple[str, ...]:
    ordered = sorted(cells)
    return tuple(f"{letters(column)}{row}" for row, column in ordered[:SHOWN])
