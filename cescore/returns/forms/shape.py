"""What a form looks like: the names of its sheets, columns and words, for whoever writes or reads one.

A reader finds the header row by the headings of `REQUIRED` and a row's variable or check by its
code, in whatever order sheets, rows and columns have come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.entries.json_text import json_document
from cescore.definitions.model import EVIDENCE_KINDS
from cescore.definitions.shipped import LABELS
from cescore.intake.notation import folded
from cescore.intake.observations.statuses import BASES, BASIS_WORDS, STATUSES
from cescore.method.grading.yardsticks import STATUSES as CHECK_STATUSES

FORMAT_VERSION = "1"  # of the form; another one may have other sheets or columns


@dataclass(frozen=True)
class FormWord(Bilingual):
    """A word on a form, ``key`` being what the program calls it."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class FormColumn(FormWord):
    """A column of a sheet: its heading, its width [characters], whether respondents write in it."""

    width: float = 10
    is_input: bool = False


@dataclass(frozen=True)
class FormSheet(FormWord):
    """A sheet with a table: its columns in the order in which they are sent out."""

    columns: tuple[FormColumn, ...] = ()

    def column(self, key: str) -> int:
        """The place of a column, counted from 0."""
        return next(i for i, column in enumerate(self.columns) if column.key == key)


RETURN = FormSheet(
    "return",
    "填报表",
    "Return",
    (
        FormColumn("department", "数据来源部门", "Department", 14),
        FormColumn("variable", "变量代码", "Variable code", 24),
        FormColumn("name", "指标名称", "Name", 34),
        FormColumn("unit", "计量单位", "Unit", 10),
        FormColumn("last_year", "上年数", "Last year", 14),
        FormColumn("value", "本年数", "This year", 16, is_input=True),
        FormColumn("status", "数据状态", "Status", 10, is_input=True),
        FormColumn("basis", "数据依据", "Basis", 13, is_input=True),
        FormColumn("note", "备注", "Note", 24, is_input=True),
        FormColumn("hint", "核对提示", "To be checked", 44),
    ),
)
MEASURES = FormSheet(
    "measures",
    "措施检查",
    "Measures",
    (
        FormColumn("measure", "政策措施", "Measure", 22),
        FormColumn("check_id", "检查代码", "Check code", 11),
        FormColumn("name", "检查内容", "What is checked", 42),
        FormColumn("kind", "结果形式", "Kind of result", 11),
        FormColumn("yardstick", "计分依据", "Scored by", 16),
        FormColumn("last_year", "上年状态", "Last year's status", 11),
        FormColumn("status", "完成状态", "Check status", 11, is_input=True),
        FormColumn("value", "检查数值", "Check value", 12, is_input=True),
        FormColumn("evidence_ref", "佐证材料", "Evidence", 18, is_input=True),
        FormColumn("evidence_kind", "佐证类型", "Kind of evidence", 12, is_input=True),
        FormColumn("inspector_unit", "检查单位", "Inspecting unit", 16, is_input=True),
        FormColumn("inspection_date", "检查日期", "Date of inspection", 12, is_input=True),
        FormColumn("finding", "发现问题", "What was found", 26, is_input=True),
        FormColumn("due_date", "整改期限", "To be mended by", 12, is_input=True),
        FormColumn("closed_date", "销号日期", "Closed on", 12, is_input=True),
        FormColumn("hint", "核对提示", "To be checked", 30),
    ),
)
RULES = FormSheet(
    "rules",
    "核对",
    "Checks",
    (
        FormColumn("rule", "规则代码", "Rule", 28),
        FormColumn("severity", "性质", "Kind", 9),
        FormColumn("name", "核对内容", "What must hold", 62),
        FormColumn("outcome", "结果", "Outcome", 10),
        FormColumn("formula", "公式", "Formula", 70),
    ),
)
INSTRUCTIONS = FormWord("instructions", "填表说明", "Instructions")
REMARKS = FormWord("remarks", "核查意见", "Findings")  # in a copy that was sent back
SENT_ALONG = (INSTRUCTIONS, RULES, REMARKS)  # sheets that hold no returned value
IDENTITY_SHEET = "_form"  # hidden, the same in every language
LISTS_SHEET = "_lists"  # hidden: what the drop-downs offer
HISTORY_SHEET = "_history"  # hidden: what rules and hints need of earlier years

# By which a sheet is known when it comes back, and its header row found, wherever they moved.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    RETURN.key: ("variable", "value"),
    MEASURES.key: ("check_id", "status"),
}


@lru_cache(maxsize=1)
def status_words() -> tuple[FormWord, ...]:
    """The status of a returned value; a Chinese form has those words of `intake.statuses` as a choice."""
    zh = {"reported": "已报", "estimated": "测算", "not_applicable": "不适用", "missing": "缺报"}
    return tuple(FormWord(status, zh[status], status) for status in STATUSES)


@lru_cache(maxsize=1)
def basis_words() -> tuple[FormWord, ...]:
    """On what basis a value was asked for."""
    zh = {BASES[at]: word for word, at in BASIS_WORDS.items()}
    return tuple(FormWord(basis, zh[basis], basis) for basis in BASES if basis)


@lru_cache(maxsize=1)
def evidence_words() -> tuple[FormWord, ...]:
    """What kind of proof a check has, as pages call it."""
    labels: dict[str, dict[str, str]] = json_document(LABELS.read_bytes(), LABELS.name)
    named = {kind: labels[f"evidence.{kind}"] for kind in EVIDENCE_KINDS}
    return tuple(FormWord(kind, words["zh"], words["en"]) for kind, words in named.items())


@lru_cache(maxsize=1)
def check_status_words() -> tuple[FormWord, ...]:
    """How far a yearly check of a measure is done, as pages call it."""
    labels: dict[str, dict[str, str]] = json_document(LABELS.read_bytes(), LABELS.name)
    named = {status: labels[f"check.{status}"] for status in CHECK_STATUSES}
    return tuple(FormWord(status, text["zh"], text["en"]) for status, text in named.items())


FLAG_WORDS = (FormWord("1", "是", "yes"), FormWord("0", "否", "no"))


def key_of(text: str, words: Iterable[FormWord]) -> str | None:
    """What a word of a form stands for, in either language or as the program calls it; None: nothing.

    Width, case and blanks make no difference.

    Examples
    --------
    >>> (
    ...     key_of("本年数", RETURN.columns),
    ...     key_of("this  year", RETURN.columns),
    ...     key_of("x", FLAG_WORDS),
    ... )
    ('value', 'value', None)
    """
    plain = folded(text)
    for word in words:
        if plain in (folded(word.key), folded(word.zh), folded(word.en)):
            return word.key
    return None


def header_of(cells: Sequence[str], sheet: FormSheet) -> dict[str, int] | None:
    """Where each column of a sheet stands in a row; None where the row is not its header.

    A header has every column of `REQUIRED`. A heading that stands twice is taken where it stands
    first; the reader that accounts for each cell names the other one.

    Examples
    --------
    >>> header_of(["备注", "变量代码", "本年数"], RETURN)
    {'note': 0, 'variable': 1, 'value': 2}
    """
    return columns_in(cells, sheet, REQUIRED[sheet.key])


def columns_in(
    cells: Sequence[str], sheet: FormSheet, required: Iterable[str]
) -> dict[str, int] | None:
    """Where each column of a sheet stands in a row; None where one of those required does not."""
    places: dict[str, int] = {}
    for place, text in enumerate(cells):
        key = key_of(text, sheet.columns)
        if key is not None:
            places.setdefault(key, place)
    return places if all(key in places for key in required) else None
