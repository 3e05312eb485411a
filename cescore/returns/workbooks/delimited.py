"""Reads a CSV file as a sheet: decoded strictly, its separator found, every record kept."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from cescore.intake.sources.decode import decode
from cescore.returns.workbooks.limits import LIMITS
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Content, Sheet, SheetCell, Workbook

SHEET = "CSV"  # a text has one sheet, without a name of its own
_SEPARATORS = (",", "\t", ";", "|", "，", "；")
_LOOKED_AT = 50  # lines in which the separator is looked for


def read_delimited(path: Path, file: str) -> Workbook:
    """The file as a workbook of one sheet, whose rows are its lines.

    Raises
    ------
    FileRefused
        It is no text in UTF-8, UTF-16 or GB18030, or its quotes are not in pairs.
    """
    decoded = decode(path.read_bytes())
    if decoded.refused:
        raise FileRefused(decoded.refused, n=decoded.byte)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    separator = separator_of(text)
    cells: dict[tuple[int, int], SheetCell] = {}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            for column, value in enumerate(record, 1):
                if value != "":
                    cells[line, column] = SheetCell(line, column, Content.text, value)
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused("quotes_open", n=line) from error
    if line > LIMITS.rows:
        raise FileRefused("too_many_sheet_rows", part=file, n=line, most=LIMITS.rows)
    if len(cells) > LIMITS.cells:
        raise FileRefused("too_many_cells", n=len(cells), most=LIMITS.cells)
    remarks = [] if decoded.encoding == "utf-8-sig" else [f"encoding:{decoded.encoding}"]
    remarks += [] if separator == "," else ["other_separator"]
    remarks += ["replacement_character"] if "\ufffd" in text else []
    return Workbook(
        file, "csv", (Sheet(SHEET, cells),), remarks=tuple(remarks), unseen=frozenset(["formats"])
    )


def separator_of(text: str) -> str:
    """What stands between cells: the sign by which most lines are cut into equally many, above one."""
    lines = [line for line in text.split("\n")[:_LOOKED_AT] if line.strip()]
    best, most = ",", 0
    for separator in _SEPARATORS:
        counts = Counter(line.count(separator) for line in lines if separator in line)
        lines_alike = max((n * width for width, n in counts.items()), default=0)
        if lines_alike > most:
            best, most = separator, lines_alike
    return best
