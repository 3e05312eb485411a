"""What a unit of a statistical return means: its spelling, its dimension and its exact factors."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cescore.definitions.formulas.held_back import held_back
from cescore.definitions.formulas.unit_text import (
    LARGEST_POWER,
    LONGEST,
    Powers,
    UnitError,
    UnitReader,
    unknown,
)
from cescore.definitions.spelling import nearest
from cescore.definitions.strays import PLAIN, kind_of
from cescore.errors import CescoreError, ParamsError, Problem, Sentence

if TYPE_CHECKING:
    import pint

__all__ = ["OwnUnits", "UnitError", "Units"]

SHIPPED = Path(__file__).with_name("units.txt")
LARGEST_FILE = 200_000  # characters of a workspace's units.txt

NUMBER_WORDS: Mapping[str, int] = {
    "hundred": 2,
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "trillion": 12,
    "thousands": 3,
    "millions": 6,
    "billions": 9,
    "mn": 6,
    "bn": 9,
    "百": 2,
    "千": 3,
    "万": 4,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "万亿": 12,
}
HAN_NUMBERS = sorted((w for w in NUMBER_WORDS if not w.isascii()), key=len, reverse=True)
SHOWN_POWERS: Mapping[int, str] = {
    0: "",
    1: "10",
    2: "100",
    3: "1000",
    4: "10k",
    6: "million",
}

CAPITALISED = re.compile(r"[A-Z][a-z]{3,}|Bn|Mn")
NUMBER_OF = re.compile(r"number of (?P<counted>(?:(?! per )[^/()*])+)", re.IGNORECASE)
DEFINED = re.compile(r"[^\W\d]\w*")
DEFINITION_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[^\W\d]\w*|\*\*\s*-?\d(?!\d)|[*/()])")
AMBIGUOUS = re.compile(r"/\s*(\([^()]*\)|[^\W\d]\w*)(\s*\*\*\s*-?\d)?\s*\*(?!\*)")
DIMENSION = re.compile(r"\[\w*\]")


class Units:
    """A Pint registry with exact factors, read by a small grammar of our own.

    Pint never sees a text from outside before it has been checked: its parser would compute
    ``9**9**9``. It keeps the definitions, the dimensions and the conversions.
    """

    def __init__(self) -> None:
        with held_back("dask"):  # a third of the library's start, for arrays that are none of ours
            import pint  # not for who asks for no unit
        self._pint = pint
        self.registry: Any = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
        self._names: dict[str, str] = {}  # any spelling -> the name Pint knows
        self._shown: dict[str, str] = {}  # the name Pint knows -> what a message shows
        self._is_shipped = False  # from then on 万元 or km2 cannot be given another meaning
        self._parsed = cache(self._parse)
        self._root = cache(self._to_root)

    @classmethod
    def load(cls, extra: Path | None = None) -> Units:
        """The shipped units and, where the file exists, a workspace's own.

        Raises
        ------
        ParamsError
            Lines of the workspace's file that define nothing, or something already defined.
        """
        return OwnUnits().units if extra is None else OwnUnits.of(extra).units

    def parse(self, text: str) -> pint.Unit:
        """The unit of a text as a return form writes it: "10k CNY", "tce/10k CNY", "万元/公顷".

        Words side by side belong together, so "tce/10k CNY" is tce per 10k CNY, and "L/person/day"
        divides by both. A product after a quotient ("L/person*day") is read in two ways by two
        readers, so it is refused; brackets make it clear. An empty text is a pure number.

        Raises
        ------
        UnitError
            The text names no unit we know (the message has the nearest one), or is ambiguous (it
            has both readings).
        """
        if not isinstance(text, str) or len(text) > LONGEST or text.count("(") > LARGEST_POWER:
            raise UnitError(Sentence("{text!r} is not the text of a unit", text=str(text)[:40]))
        return self._parsed(text)

    def _parse(self, text: str) -> pint.Unit:
        powers = UnitReader(self, NUMBER_OF.sub(self._counted, text)).read()
        unit: pint.Unit = self.registry.Unit(self.registry.UnitsContainer(powers))
        return unit

    def _counted(self, found: re.Match[str]) -> str:
        """What stands for "number of flights": the unit where flights are one, else a count."""
        try:
            UnitReader(self, found["counted"]).read()
        except UnitError:
            return "count"
        return found["counted"]

    def factor(self, from_: str | pint.Unit, to: str | pint.Unit) -> Fraction:
        """What a number in ``from_`` is multiplied by to be in ``to``, exactly.

        Raises
        ------
        UnitError
            The two are not of one dimension; the message names both.
        """
        source, target = self.as_unit(from_), self.as_unit(to)
        if not self.same_dimension(source, target):
            raise UnitError(
                Sentence(
                    "{source} cannot become {target}",
                    source=self.described(source),
                    target=self.described(target),
                )
            )
        return self._root(source) / self._root(target)

    def as_unit(self, unit: str | pint.Unit) -> pint.Unit:
        return self.parse(unit) if isinstance(unit, str) else unit

    def same_dimension(self, one: pint.Unit, other: pint.Unit) -> bool:
        return bool(one.dimensionality == other.dimensionality)

    def powers(self, unit: pint.Unit) -> dict[str, int]:
        """The named units a unit is made of, with their exponents."""
        return {str(name): int(str(power)) for name, power in unit._units.items()}

    def is_number(self, unit: pint.Unit) -> bool:
        """Whether a unit has no dimension: a ratio, a percentage, a count."""
        return not unit.dimensionality

    def shown(self, unit: pint.Unit) -> str:
        """A unit as its reader would write it; `parse` reads it back."""
        powers = self.powers(unit)
        over = self._product({n: p for n, p in powers.items() if p > 0})
        under = self._product({n: -p for n, p in powers.items() if p < 0})
        if not under:
            return over
        return f"{over or '1'}/{f'({under})' if under.count(' ') > 1 else under}"

    def described(self, unit: pint.Unit) -> str:
        """A unit with its dimension in words: ``t/10k CNY (mass / CNY)``."""
        dimension = {
            name.strip("[]").replace("_", " "): int(str(p))
            for name, p in unit.dimensionality.items()
        }
        words = " * ".join(_raised(n, p) for n, p in sorted(dimension.items()) if p > 0)
        for name, power in sorted(dimension.items()):
            if power < 0:
                words = f"{words or '1'} / {_raised(name, -power)}"
        return f"{self.shown(unit) or '1'} ({words or 'a pure number'})"

    def nearest(self, name: str) -> str:
        """The known spelling closest to a name, or nothing."""
        words = (w for w in NUMBER_WORDS if w.isascii())
        return nearest(name, (*words, *self._names), alike=0.5)  # units are short

    def powers_of(self, name: str) -> Powers | None:
        """What a single word stands for: a unit, a power of ten, or both (万元)."""
        if name in self._names:
            return {self._names[name]: 1}
        if name in NUMBER_WORDS:
            return {"ten": NUMBER_WORDS[name]}
        for word in HAN_NUMBERS:
            rest = name.removeprefix(word)
            if rest != name and rest in self._names:
                return {"ten": NUMBER_WORDS[word], self._names[rest]: 1}
        if name[-1] in "23" and name[:-1] in self._names:
            return {self._names[name[:-1]]: int(name[-1])}
        if CAPITALISED.fullmatch(name):  # Percent, Million; never MW or Mt, where the case decides
            return self.powers_of(name.lower())
        return None

    def _product(self, powers: Mapping[str, int]) -> str:
        tens = powers.get("ten", 0)
        words = [SHOWN_POWERS.get(tens, f"10^{tens}")] if tens else []
        for name, power in powers.items():
            if name != "ten":
                words.append(self._shown.get(name, name) + (f"^{power}" if power != 1 else ""))
        return " ".join(words)

    def _to_root(self, unit: pint.Unit) -> Fraction:
        return Fraction(self.registry.get_root_units(unit)[0])

    def _define_all(self, text: str, where: str) -> None:
        problems = []
        for number, line in enumerate(text.splitlines(), start=1):
            definition = line.split("#")[0].strip()
            if definition:
                try:
                    self._define(definition)
                except CescoreError as error:
                    problems.append(Problem(f"{where}:{number}", definition[:60], error.message))
        if problems:
            raise ParamsError("units cannot be used", problems)

    def _define(self, definition: str) -> None:
        name, value, *spellings = (part.strip() for part in f"{definition} = ".split("="))
        spellings = [spelling for spelling in spellings if spelling]
        words = [name, *(spelling for spelling in spellings if spelling != "_")]
        self._check_words(words)
        self._check_value(value)
        try:
            self.registry.define(" = ".join([name, value, *(spellings or ["_"])]))
            unit = self.registry.Unit(self.registry.UnitsContainer({name: 1}))
            size = self._to_root(unit)
        except (
            self._pint.PintError,
            ValueError,
            ArithmeticError,
            TypeError,
            SyntaxError,
        ) as error:
            raise UnitError(
                Sentence("is no definition of a unit: {error}", error=str(error))
            ) from error
        if size <= 0:
            raise UnitError(Sentence("a unit of size {size} measures nothing", size=size))
        self._names.update(dict.fromkeys(words, name))
        self._shown[name] = spellings[0] if spellings and spellings[0] != "_" else name

    def _check_words(self, words: list[str]) -> None:
        for word in words:
            if not (DEFINED.fullmatch(word) or word in {"%", "‰", "€", "$", "¥"}):
                raise UnitError(
                    Sentence(
                        "{word!r} is no name; define one unit a line: name = value = alias",
                        word=word,
                    )
                )
            if word in self._names or (self._is_shipped and self.powers_of(word)):
                raise UnitError(
                    Sentence("{word!r} is already defined and keeps its meaning", word=word)
                )
        if len(set(words)) < len(words):
            raise UnitError("the same spelling stands twice")

    def _check_value(self, value: str) -> None:
        """Refuse what Pint must not see: unknown names, chained powers, anything but arithmetic."""
        if DIMENSION.fullmatch(value):
            return
        position, before = 0, ""
        if AMBIGUOUS.search(value):
            raise UnitError(
                Sentence("{value!r} is ambiguous: * after / of a unit; write brackets", value=value)
            )
        while position < len(value):
            found = DEFINITION_TOKEN.match(value, position)
            token = found.group(1) if found else ""
            if found is None or (token.startswith("**") and before.startswith("**")):
                raise UnitError(
                    Sentence(
                        "cannot read {value!r}; expected numbers and units",
                        value=value[position:][:20],
                    )
                )
            if DEFINED.fullmatch(token) and token not in self._names:
                raise UnitError(unknown(token, self.nearest(token)))
            position, before = found.end(), token
        if not value or len(value) > LONGEST or value.count("(") > LARGEST_POWER:
            raise UnitError("has no value, or one that is too long")


@dataclass(frozen=True)
class OwnUnits:
    """The shipped units with those of a workspace's own file, read when the first is asked for.

    ``text``: what the file holds; None where there is none. ``where``: what messages call it.
    """

    text: str | None = None
    where: str = ""

    @classmethod
    def of(cls, file: Path) -> OwnUnits:
        """What a file adds, where it exists.

        Raises
        ------
        ParamsError
            It cannot be read.
        """
        if not os.path.lexists(file):
            return cls()
        return cls(_text_of(file), f"{file.parent.name}/{file.name}")

    @cached_property
    def units(self) -> Units:
        """See `Units.load`."""
        if self.text is None:
            return _shipped()
        units = _read_shipped()
        units._define_all(self.text, self.where)
        return units


def _read_shipped() -> Units:
    units = Units()
    units._define_all(SHIPPED.read_text("utf-8"), "cescore/definitions/formulas/units.txt")
    units._is_shipped = True
    return units


_shipped = cache(_read_shipped)  # nothing changes it once it is read


def _raised(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def _text_of(path: Path) -> str:
    try:
        kind = kind_of(path)
        if kind != PLAIN:
            raise _unreadable(path, kind, "a plain file")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found = getattr(error, "strerror", None) or str(error)  # strerror names no absolute path
        raise _unreadable(path, found, "a text file in UTF-8") from error
    if len(text) > LARGEST_FILE:
        raise _unreadable(
            path,
            Sentence("{n} {n:character|characters}", n=len(text)),
            Sentence("at most {most}", most=LARGEST_FILE),
        )
    return text


def _unreadable(path: Path, found: str, expected: str) -> ParamsError:
    where = f"{path.parent.name}/{path.name}"
    return ParamsError("units cannot be read", [Problem(where, "file", found, expected)])
