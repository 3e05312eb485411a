"""One file read whole, whatever it is; called in the limited child process."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import BadZipFile

from cescore.returns.workbooks.calamine import read_by_calamine
from cescore.returns.workbooks.columnar import read_columnar
from cescore.returns.workbooks.delimited import read_delimited
from cescore.returns.workbooks.excel import read_excel
from cescore.returns.workbooks.kinds import kind_of, refuse_impostor
from cescore.returns.workbooks.limits import LIMITS, ReadingLimits
from cescore.returns.workbooks.old_excel import read_old_excel
from cescore.returns.workbooks.open_document import read_open_document
from cescore.returns.workbooks.preflight import examine_zip
from cescore.returns.workbooks.refusal import FileRefused
from cescore.returns.workbooks.sheet import Workbook

_MACROS = "_VBA_PROJECT".encode("utf-16-le")
# what openpyxl raises for a workbook that is not quite as the standard has it
_NOT_AS_EXPECTED = (ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError)


def read_workbook(path: Path, file: str, limits: ReadingLimits = LIMITS) -> Workbook:
    """The workbook that a file holds; ``file`` is what it is called in findings.

    Raises
    ------
    FileRefused
        It is not what its name says, is damaged, protected, a bomb, or has no sheet.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise FileRefused("too_large", n=size, most=limits.file_bytes)
    kind = kind_of(path)
    refuse_impostor(path, kind)
    book = _read(path, file, kind, limits)
    if not book.sheets or not any(sheet.cells for sheet in book.sheets):
        raise FileRefused("no_sheets")
    return book


def _read(path: Path, file: str, kind: str, limits: ReadingLimits) -> Workbook:
    if kind == "text":
        return read_delimited(path, file)
    if kind == "parquet":
        return read_columnar(path, file, limits)
    if kind == "xls":
        has_macros = _MACROS in path.read_bytes()
        return read_old_excel(path, file, limits, ("macros_dropped",) if has_macros else ())
    remarks = examine_zip(path, limits)
    try:
        if kind == "ods":
            return read_open_document(path, file, limits, remarks)
        book = read_excel(path, file, kind, remarks)
    except _NOT_AS_EXPECTED:
        return read_by_calamine(path, file, kind, (*remarks, "read_otherwise"))
    except (BadZipFile, zlib.error, EOFError) as error:
        raise FileRefused("file_truncated") from error
    # the strict form of the standard has other names for everything, and openpyxl sees no sheet in it
    return book if book.sheets else read_by_calamine(path, file, kind, (*remarks, "read_otherwise"))
