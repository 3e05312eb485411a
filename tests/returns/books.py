"""Workbooks as districts of a small city send them, and what was read of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import openpyxl

from cescore.intake.findings import Finding
from cescore.intake.wording import LANGUAGES
from cescore.returns.collecting.counting import CellCount
from cescore.returns.collecting.reading import FileReading

YEAR = 2025
HEADINGS = ("变量代码", "指标名称", "计量单位", "本年数", "数据状态", "备注")
UNITS = {"gdp": "10k CNY", "coal": "t", "power": "10k kWh", "stock": "t", "reuse": "%", "plants": "count", "grid": ""}  # fmt: skip
SOUND = {"gdp": 1200, "coal": 300, "power": 40.5, "stock": -3, "reuse": 85, "plants": 2, "grid": 1}
VALUE_COLUMN = 1 + HEADINGS.index("本年数")
FIRST_ROW = 6


def form_of(entity_id: str = "D1", year: int | str = YEAR, **values: object) -> openpyxl.Workbook:
    """A form as it is sent out, filled in; values replace those that are sound, None empties a cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "填报表"
    sheet.append(["循环经济统计填报表"])
    sheet.append(["单位代码", entity_id, "", "填报年份", year])
    sheet.append([])
    sheet.append([])
    sheet.append(HEADINGS)
    for code, value in {**SOUND, **values}.items():
        sheet.append([code, "", UNITS.get(code, ""), value])
    return book


def row_of(code: str) -> int:
    """The row of a variable in a form."""
    return FIRST_ROW + list(SOUND).index(code)


class Read:
    """One file read: its rows by variable, findings by code and each in words, the account of its cells."""

    def __init__(self, reading: FileReading, count: CellCount, findings: Sequence[Finding]) -> None:
        self.reading, self.count, self.findings = reading, count, findings
        self.lines = [finding.line(lang) for finding in findings for lang in LANGUAGES]
        self.values = {row.variable: row.value for row in reading.rows}

    def of(self, severity: str) -> set[str]:
        return {finding.code for finding in self.findings if finding.severity == severity}

    def one(self, code: str) -> Finding:
        (found,) = (finding for finding in self.findings if finding.code == code)
        return found


Reader = Callable[..., Read]
