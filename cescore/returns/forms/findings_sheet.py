"""The sheet of findings that goes back with a return: its columns, its words, what may be answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cescore.returns.forms import shape
from cescore.returns.forms.shape import FormColumn, FormSheet, FormWord, columns_in
from cescore.returns.workbooks.sheet import Sheet

REMARKS = FormSheet(
    shape.REMARKS.key,
    shape.REMARKS.zh,
    shape.REMARKS.en,
    (
        FormColumn("number", "序号", "No.", 6),
        FormColumn("severity", "性质", "Kind", 7),
        FormColumn("rule", "核查规则", "Check", 22),
        FormColumn("place", "位置", "Place", 16),
        FormColumn("what", "内容", "Concerns", 24),
        FormColumn("year", "年份", "Year", 7),
        FormColumn("found", "实有", "Found", 34),
        FormColumn("expected", "应为", "Expected", 28),
        FormColumn("reply", "答复", "Reply", 10, is_input=True),
        FormColumn("reason", "说明", "Explanation", 30, is_input=True),
        FormColumn("name", "答复人", "Answered by", 11, is_input=True),
        FormColumn("role", "职务", "Position", 13, is_input=True),
        FormColumn("date", "答复日期", "Date of reply", 12, is_input=True),
        FormColumn("key", "标识", "Key", 4),
    ),
)
REQUIRED = ("number", "reply", "key")  # by which the sheet is known when it comes back
HEADER_WITHIN = 30  # rows in which its header is looked for
MOST_COLUMNS = 60
CORRECTED, CONFIRMED, QUESTION = "corrected", "confirmed", "question"
REPLIES = (
    FormWord(CORRECTED, "已改正", "corrected"),
    FormWord(CONFIRMED, "确认无误", "confirmed"),
    FormWord(QUESTION, "有疑问", "question"),
)
SEVERITY_FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7"}


def header_of(cells: Sequence[str]) -> dict[str, int] | None:
    """Where each column stands in a row; None where the row is not the header of the sheet.

    Examples
    --------
    >>> header_of(["序号", "答复", "", "Key"])
    {'number': 0, 'reply': 1, 'key': 3}
    >>> header_of(["序号", "答复"]) is None
    True
    """
    return columns_in(cells, REMARKS, REQUIRED)


def remarks_header(sheet: Sheet) -> tuple[int, Mapping[str, int]] | None:
    """The row of the header of a sheet of findings, and each column's number; None of another sheet."""
    for row, _ in sheet.rows():
        if row > HEADER_WITHIN:
            return None
        width = min(sheet.last_column, MOST_COLUMNS)
        places = header_of([sheet.text(row, column) for column in range(1, width + 1)])
        if places is not None:
            return row, {key: place + 1 for key, place in places.items()}
    return None
