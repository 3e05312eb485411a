"""Dates in every form in which a Chinese spreadsheet writes them; what is no date is never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from cescore.intake.notation import clean

_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's serial numbers, after its leap day of 1900
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_TIME = re.compile(
    r"[\sT]*(上午|下午)?\s*([01]?[0-9]|2[0-3])[:：时][0-5][0-9]([:：分][0-5][0-9](\.[0-9]+)?秒?)?"
    r"\s*([AP]M)?(Z|[+-][0-9]{2}:?[0-9]{2})?$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"[\s,]*[(（]?(星期|周)[一二三四五六日天][)）]?$")
_DIGITS = re.compile(
    r"^(?P<y>[0-9]{4})(?:(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
    r"|\s*年\s*(?P<m2>[0-9]{1,2})\s*月\s*(?P<d2>[0-9]{1,2})\s*[日号]?)$"
)
_COMPACT = re.compile(r"^(?P<y>[12][0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})$")
_ENGLISH = re.compile(
    r"^(?P<d>[0-9]{1,2})[-\s](?P<name>[A-Za-z]{3,9})[-\s](?P<y>[0-9]{4})$"
    r"|^(?P<name2>[A-Za-z]{3,9})\s(?P<d2>[0-9]{1,2}),?\s(?P<y2>[0-9]{4})$"
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_YEARS = range(1900, 2101)  # as everywhere in returns: what lies outside is a slip
_HAN = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_HAN_DATE = re.compile(
    r"^(?P<y>[〇零○一二三四五六七八九]{4})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})[日号]?$"
)


@dataclass(frozen=True)
class ReadDate:
    """The day a cell names; None where it names none. A serial number is a day that was not written."""

    day: date | None
    is_serial: bool = False


@lru_cache(maxsize=4096)  # a table has few days, and each in many rows
def read_date(text: str) -> ReadDate:
    """The day that a cell names: 2026-06-30, 2026/6/30, 2026年6月30日, 20260630, with a time or
    weekday behind it; a spreadsheet's serial number is marked as one."""
    plain = _WEEKDAY.sub(
        "", _TIME.sub("", _WEEKDAY.sub("", clean(text).text.translate(_WIDE)))
    ).strip()
    if re.fullmatch(r"[0-9]{5}(\.0+)?", plain) and int(plain[:5]) in _SERIALS:
        return ReadDate(_EPOCH + timedelta(days=int(plain[:5])), is_serial=True)
    parts = _parts(plain)
    if parts is None or parts[0] not in _YEARS:
        return ReadDate(None)
    try:
        return ReadDate(date(*parts))
    except ValueError:
        return ReadDate(None)


_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}


def _parts(plain: str) -> tuple[int, int, int] | None:
    """Year, month and day as they are written."""
    if (m := _DIGITS.match(plain)) is not None:
        return int(m["y"]), int(m["m"] or m["m2"]), int(m["d"] or m["d2"])
    if (m := _COMPACT.match(plain)) is not None:
        return int(m["y"]), int(m["m"]), int(m["d"])
    if (m := _ENGLISH.match(plain)) is not None:
        name = (m["name"] or m["name2"]).lower()
        month = next((i for i, known in enumerate(_MONTHS, 1) if _is_month(name, known)), 0)
        if month:
            return int(m["y"] or m["y2"]), month, int(m["d"] or m["d2"])
    if (m := _HAN_DATE.match(plain)) is not None:
        return int("".join(_HAN[c] for c in m["y"])), _han_number(m["m"]), _han_number(m["d"])
    return None


def _is_month(name: str, month: str) -> bool:
    """Whether a word is a month's name, or what is written for short: jun, sept."""
    return name in (month, month[:3]) or name == month[:4] == "sept"


def _han_number(text: str) -> int:
    """A number of Chinese numerals up to 99: 十 is 10, 三十 is 30, 二十三 is 23."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(_HAN.get(c, "") for c in text) or 0)
    return (int(_HAN.get(tens, "1")) if tens else 1) * 10 + (int(_HAN[ones]) if ones in _HAN else 0)
