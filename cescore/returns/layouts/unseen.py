"""What a person who opens a sheet does not see, and what a reader of its kind of file cannot."""

from __future__ import annotations

from collections.abc import Iterable

from cescore.intake.findings import Context
from cescore.returns.layouts.taken import SHOWN, Role, Taken
from cescore.returns.workbooks.sheet import Position, Sheet, Workbook, letters


def tell_unseen(
    book: Workbook, sheet: Sheet, taken: Taken, entity_id: str = "", year: int | None = None
) -> None:
    """Tell of values that were read from hidden or filtered rows, columns and sheets: they count."""
    read = [
        at
        for (name, at), role in taken.roles.items()
        if name == sheet.name and role == Role.value and sheet.is_unseen(*at)
    ]
    if not read:
        return
    here = Context(taken.log, book.address(sheet.name, *read[0])).of(entity_id=entity_id, year=year)
    if sheet.is_hidden:
        here.warning("hidden_sheet", n=len(read), sheet=sheet.name)
    else:
        code = "filtered_values" if sheet.is_filtered else "hidden_values"
        here.warning(code, n=len(read), cells=tuple(_cells(read)))


def tell_remarks(book: Workbook, taken: Taken) -> None:
    """Tell of what a file holds besides cells, and of how it had to be read."""
    here = Context(taken.log, book.address(""))
    for remark in book.remarks:
        name, _, detail = remark.partition(":")
        if name == "encoding":
            if detail != "utf-8-sig":
                here.info("encoding", encoding=detail)
        elif name == "other_separator":
            here.info("other_separator")
        elif name == "macros_dropped":
            here.warning("macros_dropped")
        elif name == "objects_dropped":
            here.warning("objects_dropped")
        elif name == "read_otherwise":
            here.warning("read_otherwise")
        elif name == "replacement_character":
            here.warning("replacement_character")
    if book.is_1904:
        here.info("dates_of_1904")


def _cells(read: Iterable[Position]) -> Iterable[str]:
    return (f"{letters(column)}{row}" for row, column in list(read)[:SHOWN])
