"""What one cell says: text made clean, numbers read strictly, and every repair named.

Nothing is guessed. A cell is a number in plain decimal notation, a declared mark for "no value",
or an error; what was normalised on the way (full-width digits, blanks, separators) is told.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cescore.intake.findings import quoted

# The same pattern serves RE2 (bulk reading) and Python (cell by cell): ASCII digits only, because
# "\d" takes every script's digits and float() takes underscores.
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
_NUMBER = re.compile(NUMBER)
_THOUSANDS = re.compile(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
_LEADING_NUMBER = re.compile(r"^[+-]?[0-9][0-9,]*(\.[0-9]+)?\s*(?P<unit>[^0-9\s.,_%eE+-].*)$")
_DATE = re.compile(r"^[0-9]{4}[-/.年][0-9]{1,2}([-/.月][0-9]{1,2}日?)?")
_CUT_CODE = re.compile(r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}$")

# "\\" and the words are what returns in use here write for "no value".
MISSING_MARKS = frozenset(
    [
        "—",
        "——",
        "–",
        "-",
        "--",
        "/",
        "\\",
        "…",
        "……",
        "...",
        "无",
        "不详",
        "缺",
        "N/A",
        "n/a",
        "NA",
        "#N/A",
    ]
)
_NOT_FINITE = frozenset(["nan", "inf", "infinity"])
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_BLANKS = {0xA0: " ", 0x3000: " ", 0x2007: " ", 0x202F: " ", 0x09: " "}
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x2212: "-"}

_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{d}{i}" for d in ("COM", "LPT") for i in range(1, 10))]
)


@dataclass(frozen=True)
class Cell:
    """A cell after reading: its text or number, what was normalised, and what is wrong with it."""

    text: str
    number: float | None = None
    repairs: tuple[str, ...] = ()  # finding codes, severity info
    problem: str = ""  # finding code, severity error
    expected: str = ""
    is_missing_mark: bool = False


@lru_cache(maxsize=1 << 16)  # the same ids, words and years come again in row after row
def clean(text: str) -> Cell:
    """The text without invisible characters and outer blanks, each repair named."""
    repairs = []
    visible = text.translate(_INVISIBLE)
    if visible != text:
        repairs.append("invisible_characters")
    trimmed = visible.translate(_BLANKS).strip()
    if trimmed != visible:
        repairs.append("blanks")
    return Cell(trimmed, repairs=tuple(repairs))


def number(text: str, unit: str = "") -> Cell:
    """The number a cell holds, in the variable's unit.

    ``85%`` is 85 where the unit is %, 0.85 where the variable is a ratio, and an error elsewhere.
    A thousand separator counts only where all groups have three digits.
    """
    cell = clean(text)
    plain = cell.text.translate(_FULL_WIDTH)
    repairs = list(cell.repairs)
    if plain != cell.text and cell.text not in MISSING_MARKS:
        repairs.append("full_width")
    if plain in MISSING_MARKS or cell.text in MISSING_MARKS:
        return Cell(cell.text, repairs=(*cell.repairs, "missing_mark"), is_missing_mark=True)
    scale = 1.0
    if plain.endswith("%"):
        if unit not in ("%", "ratio", "", "dimensionless"):
            return _wrong(cell.text, "unit_in_cell", f"a plain number in {unit}")
        plain, scale = plain[:-1].rstrip(), 1.0 if unit == "%" else 0.01
        repairs.append("percent_sign")
    if _THOUSANDS.match(plain):
        plain = plain.replace(",", "")
        repairs.append("thousand_separators")
    if not _NUMBER.match(plain):
        return _wrong(cell.text, *_diagnosis(plain, unit))
    value = float(plain)
    if not math.isfinite(value):
        return _wrong(cell.text, "not_finite", "a finite number")
    return Cell(plain, value * scale if scale != 1.0 else value, tuple(repairs))


@lru_cache(maxsize=1 << 10)
def year(text: str) -> Cell:
    """A calendar year, 1900 to 2100; a spreadsheet's serial number of a date is named as such."""
    cell = number(text.rstrip().removesuffix("年"))
    if cell.number is None or cell.is_missing_mark:
        return _wrong(cell.text, "bad_year", "a year such as 2024")
    if not cell.number.is_integer() or not 1900 <= cell.number <= 2100:
        is_serial = cell.number.is_integer() and 10_000 <= cell.number <= 80_000
        return _wrong(cell.text, "date_as_year" if is_serial else "bad_year", "a year such as 2024")
    changed = () if cell.text == text and "." not in text else ("year_written_otherwise",)
    return Cell(str(int(cell.number)), cell.number, cell.repairs or changed)


def bad_id(entity_id: str) -> str:
    """Why an id cannot be used in a path and a register, or "" where it can."""
    if _CUT_CODE.match(entity_id):
        return "digits lost: a spreadsheet turned the code into a number"
    if not _ID.match(entity_id):
        return "not an id"
    if ".." in entity_id or entity_id.endswith("."):
        return "dots that a path would interpret"
    if entity_id.partition(".")[0].upper() in _DEVICES:
        return "the name of a device"
    return ""


ID_EXPECTED = "1-64 ASCII letters, digits, _ . -, beginning with a letter or digit"


def nearest(word: str, known: Iterable[str]) -> str:
    """``, did you mean 'x'?`` where one of the known words is close, else ""."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f", did you mean '{close[0]}'?" if close else ""


def _wrong(text: str, problem: str, expected: str) -> Cell:
    return Cell(text, problem=problem, expected=expected)


def _diagnosis(plain: str, unit: str) -> tuple[str, str]:
    """The finding code and the expectation for a text that is not a number."""
    if plain.lower().lstrip("+-") in _NOT_FINITE:
        return "not_finite", "a finite number, or the status missing"
    if plain.startswith("#"):
        return "spreadsheet_error", "a number"
    if _DATE.match(plain):
        return "date_in_number", f"a number in {unit}" if unit else "a number"
    found = _LEADING_NUMBER.match(plain)
    if found:
        return "unit_in_cell", f"a plain number in {unit}, without {quoted(found['unit'])}"
    if re.match(r"^[+-]?[0-9]+,[0-9]*", plain):
        return "ambiguous_separator", "a decimal point, thousands in groups of three digits"
    return "not_a_number", f"a number in {unit}" if unit else "a number"
