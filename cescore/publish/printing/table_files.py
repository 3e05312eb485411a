"""The tables of a page as CSV files, to go with its PDF: what is printed, one file a table.

Figures lose their thousands separators, marks beside figures get a column of their own. The
figures are those printed: result.json has them in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cescore.intake.inert import csv_text
from cescore.publish.numbers import MINUS
from cescore.publish.table_data import Datum, TableData
from cescore.publish.words import label

LONGEST_NAME = 40  # characters of a caption in a file name


@dataclass(frozen=True)
class TableFile:
    """A printed table: the name of its file, its caption, and its lines as CSV."""

    name: str
    caption: str
    raw: bytes


def table_files(tables: Iterable[TableData], lang: str, mark: str = "") -> list[TableFile]:
    """A file for each table in their order, UTF-8 with the mark that spreadsheets know it by.

    ``mark`` stands in the name and in a column of every line of what is not official.
    """
    return [
        TableFile(
            f"{number:02d}-{_file_name(' '.join(filter(None, (mark, table.name))))}.csv",
            table.name,
            _csv(table, lang, mark),
        )
        for number, table in enumerate(tables, start=1)
    ]


def _csv(table: TableData, lang: str, mark: str) -> bytes:
    shown: list[list[str]] = []
    for place, head in enumerate(table.columns):
        cells = [line.cells[place] for line in table.lines]
        shown.append([head.text, *map(_plain, cells)])
        if any(cell.marks for cell in cells):
            beside = label("csv.mark", lang, name=head.text)
            shown.append([beside, *(cell.marks for cell in cells)])
    if mark:
        shown.append([mark, *(mark for _ in table.lines)])
    return _written(list(zip(*shown, strict=True)))


def _written(lines: Sequence[Sequence[str]]) -> bytes:
    return csv_text(lines, "\r\n").encode("utf-8-sig")


def _plain(cell: Datum) -> str:
    """A figure as a spreadsheet reads it; any other text, a figure with its unit too, as it is."""
    digits = cell.text.replace(",", "").replace(MINUS, "-")
    is_figure = cell.value is not None and digits.lstrip("+-").replace(".", "", 1).isdecimal()
    return digits if is_figure else cell.text


def _file_name(caption: str) -> str:
    return re.sub(r"[^\w（）()-]+", " ", caption).strip()[:LONGEST_NAME].strip() or "table"
