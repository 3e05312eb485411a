"""The sentences of findings, in each language: report_templates/findings.json filled with values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import FINDINGS
from cescore.errors import filled
from cescore.intake.address import Address

LANGUAGES = ("zh", "en")
LONGEST_QUOTE = 120  # characters of a cell repeated in a sentence
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PARTS = ("found", "expected")


@dataclass(frozen=True)
class NamedTerm:
    """A value that a page may call by its name: a code, a unit, the formula of a rule."""

    kind: Literal["code", "unit", "formula"]
    text: str


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence that the catalogue words, with values of its own."""

    key: str
    values: tuple[tuple[str, Value], ...] = ()


Value: TypeAlias = "str | int | float | NamedTerm | Phrase | tuple[Value, ...]"
Values: TypeAlias = tuple[tuple[str, Value], ...]
Naming: TypeAlias = Callable[[NamedTerm, str], str]


def code(text: str) -> NamedTerm:
    """The code of a variable, account, indicator or entity type."""
    return NamedTerm("code", text)


def unit(text: str) -> NamedTerm:
    """A unit as params write it."""
    return NamedTerm("unit", text)


def formula(text: str) -> NamedTerm:
    """A formula or rule."""
    return NamedTerm("formula", text)


def phrase(key: str, /, **values: Value) -> Phrase:
    """A part of a sentence, by its key in the catalogue."""
    return Phrase(key, tuple(values.items()))


def as_written(named: NamedTerm, lang: str) -> str:
    """A code, unit or formula as params and returns write it."""
    return named.text


@dataclass(frozen=True)
class Said:
    """A finding in words: what was found, and what was expected."""

    found: str
    expected: str


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Key -> ``name``, ``found`` and ``expected`` (of a phrase: ``text``) -> language -> text."""
    found: dict[str, dict[str, dict[str, str]]] = json_document(
        FINDINGS.read_bytes(), FINDINGS.name
    )
    return found


def said(key: str, values: Values, lang: str, naming: Naming = as_written) -> Said:
    """The sentence of a finding in a language.

    A value ``near``, the word that was probably meant, ends the sentence where it is not empty.
    """
    given = {name: _worded(value, lang, naming) for name, value in values}
    if key == "unit_differs" and not given["unit"]:
        given["unit"] = text("pure_number", lang)
    texts = catalogue()[key]
    found, expected = (filled(texts.get(part, {}).get(lang, ""), given) for part in PARTS)
    near = given.get("near")
    if near:
        key_of_near = "near" if expected else "near_only"
        expected = text(key_of_near, lang).format(expected=expected, near=near)
    return Said(found.strip(), expected.strip())


def name_of(key: str, lang: str) -> str:
    """What a kind of finding is called; "" where the catalogue does not know it."""
    return catalogue().get(key, {}).get("name", {}).get(lang, "")


def text(key: str, lang: str) -> str:
    """A phrase of the catalogue, its places for values still open."""
    return catalogue()[key]["text"][lang]


def joined(parts: Iterable[str], lang: str) -> str:
    """Texts one after the other, as a sentence lists them."""
    return text("separator", lang).join(parts)


def place_of(address: Address, lang: str, more: int = 0) -> str:
    """The place within the file; ``more`` findings like this one follow."""
    place = address.cell or (text("row", lang).format(n=address.row) if address.row else "")
    return text("more", lang).format(n=more, place=place).strip() if more else place


def where(address: Address, lang: str, more: int = 0) -> str:
    """File and place as one text, for example ``data/2024/observations.csv, row 14``."""
    parts = (address.file, place_of(address, lang, more))
    return text("where", lang).format(*parts) if all(parts) else "".join(parts)


def shortened(raw: object) -> str:
    """A cell's text for a sentence: visible line breaks, cut where it is long."""
    shown = str(raw).replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0")
    return shown if len(shown) <= LONGEST_QUOTE else shown[:LONGEST_QUOTE] + "…"


def with_names(text_: str, name: Callable[[str], str]) -> str:
    """A formula with names for its codes."""
    return _IDENTIFIER.sub(lambda found: name(found.group()), text_)


def _worded(value: Value, lang: str, naming: Naming) -> Any:
    """A value as the placeholder of a text takes it: numbers stay numbers, for its format."""
    if isinstance(value, NamedTerm):
        return naming(value, lang)
    if isinstance(value, Phrase):
        given = {name: _worded(inner, lang, naming) for name, inner in value.values}
        key = "number" if value.key == "number_in" and not given["unit"] else value.key
        return filled(text(key, lang), given)
    if isinstance(value, tuple):
        return text("separator", lang).join(_shown(_worded(v, lang, naming)) for v in value)
    return value


def _shown(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def texts_in(value: Value) -> Iterable[str]:
    """Every text within a value, for whoever must not let some of them through."""
    if isinstance(value, NamedTerm):
        yield value.text
    elif isinstance(value, Phrase):
        for _, inner in value.values:
            yield from texts_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts_in(inner)
    else:
        yield str(value)


def texts_of(values: Values) -> list[str]:
    """Every text within the values of a finding."""
    return [text for _, value in values for text in texts_in(value)]


def to_json(value: Value) -> Any:
    """A value as plain JSON, which `from_json` reads back."""
    if isinstance(value, NamedTerm):
        return {value.kind: value.text}
    if isinstance(value, Phrase):
        return {"phrase": value.key, "values": {name: to_json(v) for name, v in value.values}}
    return [to_json(v) for v in value] if isinstance(value, tuple) else value


def from_json(plain: Any) -> Value:
    """A value from what `to_json` made of it."""
    if isinstance(plain, Mapping) and "phrase" in plain:
        values = plain["values"].items()
        return Phrase(plain["phrase"], tuple((name, from_json(v)) for name, v in values))
    if isinstance(plain, Mapping):
        ((kind, text_),) = plain.items()
        return NamedTerm(kind, text_)
    if isinstance(plain, Sequence) and not isinstance(plain, str):
        return tuple(from_json(v) for v in plain)
    return plain  # type: ignore[no-any-return]
