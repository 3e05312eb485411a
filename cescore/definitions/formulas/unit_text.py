"""How a unit is written on a return form: terms joined by * and /, words side by side binding closest.

A text with two readings is refused with both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Protocol

from cescore.errors import CescoreError, Sentence

LONGEST = 200  # characters of a unit's text
LARGEST_POWER = 9
LARGEST_TEN = 15
MIDDLE_DOTS = "·⋅•・‧∙"  # of Chinese, Japanese and mathematical typing
REWRITTEN = str.maketrans({**dict.fromkeys(MIDDLE_DOTS, "*"), "×": "*", "÷": "/"})
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d[\d,]*(?:k\b|[eE]\d+)?)|(?P<name>[^\W\d]\w*|[%‰€$¥])"
    r"|(?P<power>(?:\*\*|\^)\s*-?\d+)|(?P<sign>[*/()]))"
)
GAS = re.compile(r"CO2[ _-]?(?:eq(?:uivalents?|uiv)?|e)\b\.?")
INDEX = re.compile(r"index\s*[,(]?\s*\d{4}\s*=\s*100\)?", re.IGNORECASE)
Powers = dict[str, int]


class UnitError(CescoreError):
    """A unit that is not known, ambiguous, or of another dimension than the one expected."""


class UnitWords(Protocol):
    """What single words stand for."""

    def powers_of(self, name: str) -> Powers | None: ...

    def nearest(self, name: str) -> str: ...


class UnitReader:
    """Reads one unit text: terms joined by * and /, words side by side binding closest."""

    def __init__(self, units: UnitWords, text: str) -> None:
        self.units, self.text = units, text
        self.tokens = list(self._split(_plain(text)))
        self.at = 0

    def read(self) -> Powers:
        if not self.tokens:
            return {}
        found = self._quotient()
        if self.at < len(self.tokens):
            raise self._error(self.tokens[self.at][1])
        for name, power in found.items():
            if abs(power) > (LARGEST_TEN if name == "ten" else LARGEST_POWER):
                raise self._error(f"{name}^{power}", "a power a person would write")
        return _without_zero(found)

    def _split(self, plain: str) -> Iterator[tuple[str, str]]:
        position = 0
        while position < len(plain):
            found = TOKEN.match(plain, position)
            if found is None or found.lastgroup is None:
                raise self._error(plain[position:].strip())
            word = found[found.lastgroup]
            yield ("sign", "/") if word == "per" else (found.lastgroup, word)
            position = found.end()

    def _next_is(self, *words: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][1] in words

    def _quotient(self) -> Powers:
        start, solidus = self.at, -1
        found = {} if self._next_is("/") else self._term()
        while self._next_is("*", "/"):
            is_quotient = self.tokens[self.at][1] == "/"
            if is_quotient:
                solidus = self.at
            elif solidus >= 0:
                raise self._ambiguous(start, solidus, self.at)
            self.at += 1
            found = _times(found, self._term(), -1 if is_quotient else 1)
        return found

    def _ambiguous(self, start: int, solidus: int, product: int) -> UnitError:
        """A product after a quotient: by one reader below the line, by the other above it."""
        self.at = product + 1
        self._term()
        over, under = self._written(start, solidus), self._written(solidus + 1, product)
        last = self._written(product + 1, self.at)
        dot = next((dot for dot in MIDDLE_DOTS if dot in self.text), "*")
        whole = f"({over})" if "/" in over else over
        above = f"{whole}{dot}{last}/{under}" if over else f"{last}/{under}"
        below = f"{over or '1'}/({under}{dot}{last})"
        return UnitError(
            Sentence(
                "unit {text!r} is ambiguous: {above} or {below}; write brackets",
                text=self.text,
                above=above,
                below=below,
            )
        )

    def _written(self, first: int, end: int) -> str:
        """Some of the tokens as text: words side by side apart, signs and brackets close."""
        text = " ".join(word for _, word in self.tokens[first:end])
        return re.sub(r" ?([*/^()]+) ?", lambda m: m[1] if m[1] != "(" else m[0].rstrip(), text)

    def _term(self) -> Powers:
        found: Powers = {}
        first = self.at
        while self.at < len(self.tokens) and not self._next_is("*", "/", ")"):
            found = _times(found, self._factor(), 1)
        if self.at == first:
            raise self._error(self.text, "a unit on both sides of / and *")
        return found

    def _factor(self) -> Powers:
        kind, word = self.tokens[self.at]
        self.at += 1
        if word == "(":
            found = self._quotient()
            if not self._next_is(")"):
                raise self._error("(")
            self.at += 1
        elif kind == "number":
            found = self._number(word)
        elif kind == "name" and (known := self.units.powers_of(word)) is not None:
            found = known
        else:
            raise self._error(word)
        return self._raised(found)

    def _raised(self, powers: Powers) -> Powers:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "power":
            exponent = int(self.tokens[self.at][1].lstrip("*^ ")[:3])
            self.at += 1
            powers = {name: power * exponent for name, power in powers.items()}
        return powers

    def _number(self, word: str) -> Powers:
        digits = word.replace(",", "").replace("k", "000")
        if "e" in digits.lower():
            mantissa, exponent = digits.lower().split("e")
            digits = mantissa + "0" * min(int(exponent), LONGEST)
        if not re.fullmatch(rf"10{{0,{LARGEST_TEN}}}", digits):
            raise self._error(word, "a power of ten such as 10k or 1000")
        return {"ten": len(digits) - 1}

    def _error(self, word: str, expected: str = "") -> UnitError:
        hint = expected and Sentence("expected {expected}", expected=expected)
        lead = (
            Sentence("unit {text!r}: ", text=self.text) if word != self.text else Sentence("unit ")
        )
        told = unknown(word, "" if hint else self.units.nearest(word), hint)
        return UnitError(Sentence("{lead}{told}", lead=lead, told=told))


def unknown(word: str, nearest: str, hint: str = "") -> str:
    tail = Sentence("nearest: {nearest}", nearest=nearest) if nearest else hint
    told = Sentence("{word!r} is not known", word=word)
    return Sentence("{told}; {tail}", told=told, tail=tail) if tail else told


def _plain(text: str) -> str:
    """The text in ASCII signs: m³ and ㎡ to m3 and m2, full-width and CO₂ likewise."""
    plain = unicodedata.normalize("NFKC", text).translate(REWRITTEN).strip()
    return "index" if INDEX.fullmatch(plain) else GAS.sub("CO2e", plain)


def _times(one: Powers, other: Powers, sign: int) -> Powers:
    return {name: one.get(name, 0) + sign * other.get(name, 0) for name in {**one, **other}}


def _without_zero(powers: Powers) -> Powers:
    return {name: power for name, power in powers.items() if power}
