"""What a heading says: a word, a unit in brackets, a year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cescore.definitions.formulas.units import UnitError, Units
from cescore.intake.notation import clean, folded

_BRACKETS = re.compile(r"[（(\[【〔]([^（）()\[\]【】〔〕]*)[)）\]】〕]")
_UNIT_WORD = re.compile(r"^(?:计量)?单位\s*[:：]?\s*|^unit\s*[:：]\s*", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9.])((?:19|20)[0-9]{2})(?![0-9.])\s*(?:年度|年)?")
_THIS_YEAR = ("本年", "本年数", "本期", "当年", "本年度", "thisyear")
_LAST_YEAR = ("上年", "上年数", "上年同期", "去年", "上年度", "lastyear")


@dataclass(frozen=True)
class Heading:
    """A heading taken apart: its words without what else it says."""

    words: str
    unit: str = ""
    year: int | None = None


@lru_cache(maxsize=1 << 12)
def heading(text: str, units: Units, year: int) -> Heading:
    """The parts of a heading; ``year`` is the one that 本年 means.

    What stands in brackets is a unit where units know it, and else part of the words.

    Examples
    --------
    >>> heading("2024年煤炭消费量（万吨）", Units.load(), 2025)
    Heading(words='煤炭消费量', unit='万吨', year=2024)
    """
    plain = clean(text).text
    found_unit = ""
    for inner in _BRACKETS.finditer(plain):
        candidate = unit_text(inner[1])
        if is_unit(candidate, units):
            found_unit, plain = candidate, plain.replace(inner[0], "", 1)
            break
    dated = _YEAR.search(plain)
    found_year = int(dated[1]) if dated else None
    if dated:
        plain = plain[: dated.start()] + plain[dated.end() :]
    elif folded(plain) in _THIS_YEAR:
        found_year = year
    elif folded(plain) in _LAST_YEAR:
        found_year = year - 1
    return Heading(plain.strip(" :：-—,，"), found_unit, found_year)


def unit_text(text: str) -> str:
    """A unit without the word before it: 单位：万元 is 万元."""
    return _UNIT_WORD.sub("", clean(text).text).strip()


def is_unit(text: str, units: Units) -> bool:
    """Whether a text is a unit that units know."""
    if not text or not any(c.isalpha() or c == "%" for c in text) or _YEAR.fullmatch(text):
        return False
    try:
        units.parse(text)
    except UnitError:
        return False
    return True


def joined(parts: Sequence[str]) -> str:
    """The words of headings one below the other, each once: 能源/煤炭."""
    return "/".join(dict.fromkeys(part for part in parts if part))


def known_as(label: str, names: Mapping[str, str]) -> str:
    """The code that a label stands for, whole or by its last levels; "" where it is not known.

    ``names``: folded word -> code.
    """
    levels = label.split("/")
    for first in range(len(levels)):
        code = names.get(folded("/".join(levels[first:])))
        if code:
            return code
    return ""
