"""Whether a text holds a number, however it is written; or two numbers that differ by it.

Every number of a text is taken by its significant digits, so that its separators, its point, its
power of ten (千, 万, 亿, %, e+03, × 10³) and the width of its digits do not matter.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

WIDE = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
GROUPS = r"[,'’\u00a0\u2009\u202f ]"
NUMBERS = (
    re.compile(r"\d+(?:[.,]\d+)?"),
    re.compile(rf"\d{{1,3}}(?:{GROUPS}\d{{3}}(?!\d))+(?:\.\d+)?"),
    re.compile(r"\d{1,4}(?:[, ]\d{4}(?!\d))+(?:\.\d+)?"),  # by ten thousands
    re.compile(r"\d{1,3}(?:[. ]\d{3})+,\d+"),  # with a decimal comma
)
IN_FULL = re.compile(r"(?<![\d.])\d{1,9}\.\d{3,}(?![\d.])")  # hashes are no numbers
FEWEST, MOST = 7, 8  # significant digits: fewer are many a number's, more are rounding
CLOSE = 1e-9  # relative to the larger: what subtraction leaves of a difference


@dataclass(frozen=True)
class Canary:
    """Secret numbers by their owners."""

    secrets: Mapping[str, Sequence[float]]

    def owners_in(self, text: str) -> set[str]:
        """Whose secrets a text holds, in any notation."""
        plain = text.translate(WIDE)
        found: set[str] = set()
        for number in dict.fromkeys(n for pattern in NUMBERS for n in pattern.findall(plain)):
            digits = re.sub(r"\D", "", number).lstrip("0").rstrip("0")
            key = number if len(digits) < FEWEST else _to(digits, MOST)
            found |= self._by_digits.get(re.sub(GROUPS, "", key), set())
        return found

    def owners_by_subtraction(self, text: str) -> set[str]:
        """Whose secrets are the difference of two numbers of a text, printed in full."""
        plain = set(IN_FULL.findall(text.translate(WIDE)))
        numbers = np.sort(np.array([float(n) for n in plain]))
        if not len(numbers):
            return set()
        found = set()
        for owner, values in self.secrets.items():
            for value in values:
                at = np.searchsorted(numbers, numbers + value)
                for offset in (-1, 0):
                    near = numbers[np.clip(at + offset, 0, len(numbers) - 1)]
                    off = np.abs(near - numbers - value)
                    if (off <= CLOSE * np.maximum(near, 1.0)).any():
                        found.add(owner)
        return found

    def owners_packed_in(self, raw: bytes) -> set[str]:
        """Whose secrets stand in bytes as binary numbers, plain or in Base64."""
        return {
            owner
            for owner, values in self.secrets.items()
            if any(form in raw for value in values for form in _packed(value))
        }

    @cached_property
    def _by_digits(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for owner, values in self.secrets.items():
            for value in values:
                for key in _keys(abs(value)):
                    found.setdefault(key, set()).add(owner)
        return found


def _keys(value: float) -> Iterator[str]:
    """What a number is looked for by: its digits, rounded; to two decimals as it stands alone."""
    for n in range(FEWEST, MOST + 1):
        digits = f"{value:.{n - 1}e}".partition("e")[0].replace(".", "").rstrip("0")
        if len(digits) >= FEWEST - 1:  # 2679.9996 is no 268
            yield digits
    if value >= 1000:  # shorter ones are many a number
        yield f"{value:.2f}"


def _to(digits: str, n: int) -> str:
    """The first digits of a number, half up."""
    if len(digits) <= n:
        return digits
    return str((int(digits[: n + 1]) + 5) // 10).rstrip("0")


def _packed(value: float) -> Iterator[bytes]:
    for order in "<>":
        raw = struct.pack(f"{order}d", value)
        yield raw
        for shift in range(3):  # where its bytes begin among groups of three
            coded = base64.b64encode(b"\0" * shift + raw)
            yield coded[-(-shift * 4 // 3) : (shift + 8) * 4 // 3]
