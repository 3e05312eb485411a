"""Every error the project raises on purpose.

* CescoreError: something the user can correct
  x ParamsError     a file in params/ contradicts itself, another file or the language of formulas
  x DataError       a file in data/ is not the table it should be
  x JsonError       a file that should hold JSON does not
  x VariantError    a change to a framework makes no sense, or a saved one belongs to another
  x MethodError     a method cannot answer for these numbers
  x PublishError    a notebook, page or PDF could not be made, or is not what it must be
  x RunError        the run cannot go on (nothing to build, another build holds the output)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from string import Formatter
from typing import Self

LARGEST = 1e18  # from here on a number keeps its power of ten


class _Worded(Formatter):
    """Fills a text in which ``{n:report|reports}`` is the word that the number n asks for, and in which
    a number rounded to so many digits stands without a power of ten, as readers write it."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        formatted: str = super().format_field(value, format_spec)
        if (
            "e" not in formatted
            or not format_spec.endswith("g")
            or abs(float(formatted)) >= LARGEST
        ):
            return formatted
        separator = "," if "," in format_spec else ""
        return format(Decimal(formatted), f"{separator}f")


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with its values put in.

    Examples
    --------
    >>> filled("{n} {n:report|reports}", {"n": 1}), filled("{n} {n:report|reports}", {"n": "1,200"})
    ('1 report', '1,200 reports')
    >>> filled("×{ratio:.4g} of {all:,.10g}", {"ratio": 10351.2, "all": 3.2e10})
    '×10350 of 32,000,000,000'
    """
    is_plain = "|" not in text and "g}" not in text
    return text.format(**values) if is_plain else _Worded().vformat(text, (), values)


class Sentence(str):
    """A sentence in English that keeps its pattern and the values put in, for other languages.

    It is an ordinary text wherever nobody asks; `cescore.publish.terminal_words.spoken` says it in
    Chinese. A value may be a sentence itself.
    """

    pattern: str
    values: Mapping[str, object]

    def __new__(cls, pattern: str, /, **values: object) -> Self:
        """The pattern with its ``{names}`` filled, see `filled`."""
        sentence = super().__new__(cls, filled(pattern, values))
        sentence.pattern, sentence.values = pattern, values
        return sentence

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What it is made of, for a copy in another process."""
        return (self.pattern,), dict(self.values)


def sentences(parts: Iterable[str], between: str = "; ") -> Sentence:
    """Several sentences as one, each still to be said in another language."""
    values = {f"part_{n}": part for n, part in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in values), **values)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what was found, what was expected.

    ``where`` is a place a person can open: ``params/frameworks/district.yml:14`` or
    ``data/2024/observations.csv:31``; ``what`` names the key, cell or quantity.
    """

    where: str
    what: str
    found: str
    expected: str = ""

    @property
    def place(self) -> tuple[object, ...]:
        """By what problems are ordered: numbers within a place by size, so that row 9 is before row 10."""
        parts = re.split("([0-9]+)", self.where)
        where = tuple(int(part) if n % 2 else part for n, part in enumerate(parts))
        return (where, self.what, self.found, self.expected)

    def __str__(self) -> str:
        tail = f", expected {self.expected}" if self.expected else ""
        return f"{self.where}  {self.what}: {self.found}{tail}"


class CescoreError(Exception):
    """Base class: a message for the user and, where there are several culprits, all of them."""

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(sorted(set(problems), key=lambda problem: problem.place))
        super().__init__("\n".join([message, *(f"  {problem}" for problem in self.problems)]))


class ParamsError(CescoreError):
    """A file in params/ contradicts itself, another file or the language of formulas."""


class DataError(CescoreError):
    """A file in data/ is not the table it should be."""


class JsonError(CescoreError, ValueError):
    """A file that should hold JSON does not."""


class VariantError(CescoreError, ValueError):
    """A change to a framework makes no sense, or a saved one belongs to another framework."""


class MethodError(CescoreError):
    """A method cannot answer for these numbers."""


class PublishError(CescoreError):
    """A notebook, page or PDF could not be made, or is not what it must be."""


class RunError(CescoreError):
    """The run cannot go on: nothing to build, or another build holds the output."""
