"""A formula's text split into tokens that are allowed, so that nothing else reaches Python's parser."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from cescore.definitions.formulas.language import (
    ACROSS,
    ALLOWED,
    CALLED,
    COMPARISONS,
    DEEPEST,
    FUNCTIONS,
    LOGIC,
    MOST_OPERATORS,
    PREDICATES,
    TOLERANCES,
    FormulaError,
)
from cescore.errors import Sentence

TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![A-Za-z0-9_.])"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<comparison><=|>=|==|!=|<|>)"
    r"|(?P<operator>\*\*|[-+*/])(?!/)"
    r"|(?P<bracket>[(),])"
)


def scan(text: str, conditions: bool, across: bool) -> Iterable[str]:
    """Check each token and how deeply they nest; returns the codes used."""
    position, depth, signs, operators, before = 0, 0, 0, 0, "("
    names: list[str] = []
    types = set(types_at(text)) if across else set()
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise FormulaError(_stranger(text, position), position=position + 1, expected=ALLOWED)
        kind, word = str(found.lastgroup), found[0]
        if kind == "name":
            _check_word(word, text[found.end() :], conditions, across, position + 1)
            is_code = word not in CALLED and word not in LOGIC
            if is_code and position not in types:
                names.append(word)
        elif kind == "comparison" and not conditions:
            raise FormulaError(
                Sentence("{word!r} compares", word=word), position=position + 1, expected=ALLOWED
            )
        if kind == "operator" or word in LOGIC:
            operators += 1
            is_sign = before in "(,+-*/**" or before in LOGIC or before in COMPARISONS.values()
            signs = signs + 1 if is_sign else 0
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            raise FormulaError("')' closes nothing", position=position + 1)
        if depth + signs > DEEPEST or operators > MOST_OPERATORS:
            raise FormulaError(
                "too deep or too long to follow",
                position=position + 1,
                expected=Sentence(
                    "at most {deepest} brackets in each other, {most_operators} operators",
                    deepest=DEEPEST,
                    most_operators=MOST_OPERATORS,
                ),
            )
        position, before = found.end(), before if kind == "blank" else word
    if depth:
        raise FormulaError(
            Sentence("{depth} bracket(s) not closed", depth=depth),
            position=len(text),
            expected="')'",
        )
    return names


def _stranger(text: str, position: int) -> str:
    """Words for a character the language does not have."""
    found = text[position]
    plain = unicodedata.normalize("NFKC", found)
    if plain != found and plain.isascii():
        return Sentence("{found!r} is not the ASCII {plain!r}", found=found, plain=plain)
    if found == "=":
        return "'=' is no comparison (write ==)"
    word = re.match(r"[\w.]+|\S{1,2}", text[position:])
    return Sentence("{value!r} is not allowed", value=(word[0] if word else found)[:40])


def _check_word(word: str, rest: str, conditions: bool, across: bool, position: int) -> None:
    is_called = rest.lstrip().startswith("(")
    if word in LOGIC and conditions:
        return
    if keyword.iskeyword(word):
        raise FormulaError(
            Sentence("{word!r} is not allowed", word=word), position=position, expected=ALLOWED
        )
    if word in CALLED and not is_called:
        raise FormulaError(
            Sentence("{word!r} is a function", word=word), position=position, expected=f"{word}(…)"
        )
    if word in ACROSS and not across:
        raise FormulaError(
            Sentence("{word!r} looks at other entities", word=word),
            position=position,
            expected="a rule of checks.yml for that; here what the entity itself returns",
        )
    if (word in PREDICATES or word in TOLERANCES) and not conditions:
        raise FormulaError(
            Sentence("{word!r} is of rules alone", word=word), position=position, expected=ALLOWED
        )
    if is_called and word not in CALLED:
        raise FormulaError(
            Sentence("{word!r} is not a function", word=word),
            position=position,
            expected=", ".join(sorted({*FUNCTIONS, *TOLERANCES})),
        )


def types_at(text: str) -> Iterable[int]:
    """Where in a text the entity types of `sum_over` and its like stand."""
    return [
        m.start("type")
        for m in re.finditer(rf"\b(?:{'|'.join(ACROSS)})\s*\(\s*(?P<type>\w+)", text)
    ]
