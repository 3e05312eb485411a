"""Tables of other libraries that are wider than the page, folded: some columns after the others.

Jupyter lets such a table scroll; paper does not. Each part repeats the columns that name the rows.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from bs4 import BeautifulSoup, Tag

ROOM = 118  # half-widths of the small type of such tables that fit a line of the page
PADDING = 2  # half-widths around a cell
LONGEST = 40  # half-widths after which a cell is broken


def folded(html: str) -> tuple[str, list[int]]:
    """The markup with its wide tables folded, and the columns of those that cannot be."""
    if "<table" not in html:
        return html, []
    page = BeautifulSoup(html, "html.parser")
    changed, too_wide = False, []
    for table in page.find_all("table"):
        rows = [_cells(row) for row in table.find_all("tr")]
        widths = _widths(rows)
        if sum(widths) <= ROOM:
            continue
        if _has_spans(table) or len({len(row) for row in rows}) > 1 or len(widths) < 2:
            too_wide.append(len(widths))
            continue
        for columns in _parts(widths, _naming(table)):
            table.insert_before(_only(table, columns))
        table.decompose()
        changed = True
    return (str(page) if changed else html), too_wide


def _cells(row: Tag) -> list[Tag]:
    return row.find_all(["td", "th"], recursive=False)


def _widths(rows: Sequence[Sequence[Tag]]) -> list[int]:
    """What each column needs, in half-widths."""
    most = max((len(row) for row in rows), default=0)
    return [
        max(min(_half_widths(row[i].get_text().strip()), LONGEST) for row in rows if len(row) > i)
        + PADDING
        for i in range(most)
    ]


def _half_widths(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _has_spans(table: Tag) -> bool:
    """Whether a cell stands over several columns or rows."""
    spans = (
        cell.get(name, "1")
        for cell in table.find_all(["td", "th"])
        for name in ("colspan", "rowspan")
    )
    return any(str(span) != "1" for span in spans)


def _naming(table: Tag) -> int:
    """How many columns at the left name the rows."""
    body = table.find("tbody") or table
    row = body.find("tr") if isinstance(body, Tag) else None
    cells = _cells(row) if isinstance(row, Tag) else []
    return next((i for i, cell in enumerate(cells) if cell.name != "th"), len(cells))


def _parts(widths: Sequence[int], naming: int) -> Iterator[list[int]]:
    """The columns of each part: those that name the rows, and as many others as fit, at least one."""
    first = list(range(naming))
    room = ROOM - sum(widths[:naming])
    part: list[int] = []
    for i in range(naming, len(widths)):
        if part and sum(widths[j] for j in part) + widths[i] > room:
            yield first + part
            part = []
        part.append(i)
    yield first + part


def _only(table: Tag, columns: Sequence[int]) -> Tag:
    """The table with some of its columns."""
    part = copy.copy(table)
    for row in part.find_all("tr"):
        for i, cell in enumerate(_cells(row)):
            if i not in columns:
                cell.decompose()
    return part
