"""How people write things: text made clean, numbers, years and ids read strictly, every repair named.

Nothing is guessed. A cell is a number in plain decimal notation, a declared mark for "no value",
or an error; what was normalised on the way (full-width digits, blanks, separators) is told.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cescore.intake.wording import Value, phrase, shortened, unit

# ASCII digits only, because "\d" takes every script's digits and float() takes underscores.
_NUMBER = re.compile(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$")
# As exporting programs write it; RE2 reads whole columns with it. A large number with an exponent
# is looked at by itself: a spreadsheet may have cut its digits.
PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]+)?(e-[0-9]{1,3})?$"
MOST_DIGITS = 400  # characters of a number; what is longer is a slip or an attack
_THOUSANDS = re.compile(r"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?$")
_SEPARATED = re.compile(
    r"^[+-]?[0-9]+([,.'’·\s][0-9]+)+([eE][+-]?[0-9]+)?[,.]?$|^[+-]?[0-9]*,[0-9]*$"
)
_LEADING_NUMBER = re.compile(r"^[+-]?[0-9][0-9,]*(\.[0-9]+)?\s*(?P<unit>[^0-9\s.,_%eE+-].*)$")
_DATE = re.compile(r"^[0-9]{4}[-/.年][0-9]{1,2}([-/.月][0-9]{1,2}日?)?")
_CUT_CODE = re.compile(r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}$")
_CUT_NUMBER = re.compile(r"^[+-]?[0-9](\.(?P<decimals>[0-9]{1,5}))?[eE]\+?(?P<power>[0-9]{1,3})$")
_MORE_DIGITS_THAN_KEPT = re.compile(r"^[+-]?0*[1-9][0-9]{15,}(\.[0-9]*)?$")
_SPREADSHEET_ERROR = re.compile(r"^#([A-Z][A-Z0-9_/]*[!?]?|DIV/0!|#+)$", re.IGNORECASE)

# "\\" and the words are what returns in use here write for "no value".
MISSING_MARKS = frozenset(
    ["—", "——", "–", "-", "--", "/", "\\", "…", "……", "...", "无", "不详", "缺", "N/A", "n/a", "NA"]
)  # fmt: skip
_NOT_FINITE = frozenset(["nan", "inf", "infinity"])
# Soft hyphen, joiners, marks of direction, invisible operators, byte-order mark; overrides of the
# direction of writing are not among them: they change what a reader sees, and stay.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0xFFFC]
)
_BLANKS = {0xA0: " ", 0x3000: " ", 0x2007: " ", 0x202F: " ", 0x09: " "}
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x2212: "-"}

_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{d}{i}" for d in ("COM", "LPT") for i in range(1, 10))]
)
# GB 32100-2015: the unified social credit code, its letters and the weight of each place.
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CLOSE = 0.6  # how near a word must come to a known one to be taken for it (difflib)
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_CODE = re.compile(f"^[0-9]{{2}}[0-9]{{6}}[{_CREDIT_LETTERS}]{{10}}$")


@dataclass(frozen=True)
class Cell:
    """A cell after reading: its text or number, what was normalised, and what is wrong with it."""

    text: str
    number: float | None = None
    repairs: tuple[str, ...] = ()  # finding codes, severity info
    problem: str = ""  # finding code, severity error
    unit: str = ""  # in which a number was expected
    is_missing_mark: bool = False
    has_lost_digits: bool = False  # written with an exponent, or longer than what is kept


@lru_cache(maxsize=1 << 16)  # the same ids, words and years come again in row after row
def clean(text: str) -> Cell:
    """The text in NFC, without invisible characters and outer blanks, each repair named."""
    repairs = []
    visible = text if text.isascii() else text.translate(_INVISIBLE)
    if visible != text:
        repairs.append("invisible_characters")
    trimmed = visible.translate(_BLANKS).strip()
    if trimmed != visible:
        repairs.append("blanks")
    composed = unicodedata.normalize("NFC", trimmed)
    if composed != trimmed:
        repairs.append("composed_characters")
    return Cell(composed, repairs=tuple(repairs))


@lru_cache(maxsize=1 << 14)
def folded(word: str) -> str:
    """A word as it is compared: compatibility forms, width, case and inner blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", clean(word).text).casefold().split())


def is_spreadsheet_error(text: str) -> bool:
    """Whether a spreadsheet wrote that a formula failed (#N/A, #REF!, #DIV/0!) or did not fit (####)."""
    return bool(_SPREADSHEET_ERROR.match(text.translate(_FULL_WIDTH)))


@lru_cache(maxsize=1 << 16)  # of a check that nobody inspected, the same blank for each entity
def number(text: str, unit_: str = "") -> Cell:
    """The number a cell holds, in the variable's unit.

    ``85%`` is 85 where the unit is %, 0.85 where the variable is a ratio, and an error elsewhere.
    A thousand separator counts only where it can be one: the first group has one to three digits
    and does not begin with 0, all others have three.
    """
    cell = clean(text)
    plain = cell.text.translate(_FULL_WIDTH)
    repairs = list(cell.repairs)
    if plain != cell.text and cell.text not in MISSING_MARKS:
        repairs.append("full_width")
    if plain in MISSING_MARKS or cell.text in MISSING_MARKS:
        return Cell(cell.text, repairs=(*cell.repairs, "missing_mark"), is_missing_mark=True)
    if len(plain) > MOST_DIGITS:
        return _wrong(cell.text, "too_many_digits", unit_)
    scale = 1.0
    if plain.endswith("%"):
        if unit_ not in ("%", "ratio", "", "dimensionless"):
            return _wrong(cell.text, "unit_in_cell", unit_)
        plain, scale = plain[:-1].rstrip(), 1.0 if unit_ == "%" else 0.01
        repairs.append("percent_sign")
    if _THOUSANDS.match(plain):
        plain = plain.replace(",", "")
        repairs.append("thousand_separators")
    if not _NUMBER.match(plain):
        return _wrong(cell.text, _diagnosis(plain), unit_)
    value = float(plain)
    if not math.isfinite(value):
        return _wrong(cell.text, "not_finite", unit_)
    value = value * scale if scale != 1.0 else value
    return Cell(plain, value, tuple(repairs), has_lost_digits=_has_lost_digits(plain))


def _has_lost_digits(plain: str) -> bool:
    """Whether a number is written as a spreadsheet shows one too long for its cell (1.23457E+11), or
    has more digits before the point than a spreadsheet and a computer keep, which is 15."""
    if _MORE_DIGITS_THAN_KEPT.match(plain):
        return True
    cut = _CUT_NUMBER.match(plain)
    return cut is not None and int(cut["power"]) > len(cut["decimals"] or "")


@lru_cache(maxsize=1 << 10)
def year(text: str) -> Cell:
    """A calendar year, 1900 to 2100; a spreadsheet's serial number of a date is named as such."""
    cell = number(text.rstrip().removesuffix("年"))
    if cell.number is None or cell.is_missing_mark:
        return _wrong(cell.text, "bad_year")
    if not cell.number.is_integer() or not 1900 <= cell.number <= 2100:
        is_serial = cell.number.is_integer() and 10_000 <= cell.number <= 80_000
        return _wrong(cell.text, "date_as_year" if is_serial else "bad_year")
    changed = () if cell.text == text and "." not in text else ("year_written_otherwise",)
    return Cell(str(int(cell.number)), cell.number, cell.repairs or changed)


def wrong_number(cell: Cell, raw: str) -> dict[str, Value]:
    """What a finding about a cell without a number says of it."""
    if cell.problem == "bad_flag":
        return {"value": shortened(raw), "expected": phrase("one_or_zero")}
    values: dict[str, Value] = {"text": shortened(raw)}
    if cell.problem in _NUMBER_EXPECTED:
        values["expected"] = phrase("number_in", unit=unit(cell.unit)) if cell.unit else NUMBER
    return values


NUMBER = phrase("number")
_NUMBER_EXPECTED = frozenset(
    ["unit_in_cell", "not_a_number", "date_in_number", "spreadsheet_error", "too_many_digits"]
)


def bad_id(entity_id: str) -> str:
    """Why an id cannot be used in a path and a register, as a key of the catalogue; "" where it can."""
    if _CUT_CODE.match(entity_id):
        return "id_digits_lost"
    if not _ID.match(entity_id):
        return "id_no_id"
    if ".." in entity_id or entity_id.endswith("."):
        return "id_dots"
    if entity_id.partition(".")[0].upper() in _DEVICES:
        return "id_device"
    if doubtful_credit_code(entity_id) == "id_rounded" and not _is_credit_code(entity_id):
        return "id_digits_lost"
    return ""


def doubtful_credit_code(entity_id: str) -> str:
    """The finding code for an 18-digit credit code that ends in 000, or whose check digit is wrong.

    A spreadsheet keeps 15 digits of a number and writes zeros for the rest.
    """
    if not _CREDIT_CODE.match(entity_id):
        return ""
    if entity_id.isdigit() and entity_id.endswith("000"):
        return "id_rounded"
    return "" if _is_credit_code(entity_id) else "id_check_digit"


def _is_credit_code(text: str) -> bool:
    """Whether the last place of a unified social credit code is its check digit (GB 32100)."""
    total = sum(
        w * _CREDIT_LETTERS.index(c) for w, c in zip(_CREDIT_WEIGHTS, text[:17], strict=True)
    )
    return text[17] == _CREDIT_LETTERS[-total % 31]


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of the known words that was probably meant; "" where none is close."""
    words = list(known)
    same = folded(word)
    alike = next((other for other in words if _letters(other) == same), "")
    if alike:
        return alike
    # of a length at which it can be close at all, as difflib would find out word by word
    n = len(word)
    long = [w for w in words if w and 2 * min(n, len(w)) / (n + len(w)) >= CLOSE]
    return next(iter(difflib.get_close_matches(word, long, n=1, cutoff=CLOSE)), "")


def _letters(word: str) -> str:
    """A word as `folded` gives it, plain letters and digits by a shorter way."""
    return word.casefold() if word.isascii() and word.isalnum() else folded(word)


def _wrong(text: str, problem: str, unit_: str = "") -> Cell:
    return Cell(text, problem=problem, unit=unit_)


def _diagnosis(plain: str) -> str:
    """The finding code for a text that is not a number."""
    if plain.lower().lstrip("+-") in _NOT_FINITE:
        return "not_finite"
    if plain.startswith("#"):
        return "spreadsheet_error"
    if _DATE.match(plain):
        return "date_in_number"
    if _SEPARATED.match(plain):
        return "ambiguous_separator"
    if _LEADING_NUMBER.match(plain):
        return "unit_in_cell"
    return "ambiguous_separator" if re.match(r"^[+-]?[0-9]+,[0-9]*", plain) else "not_a_number"
