"""Codes, units and formulas of findings as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.industry_mix import is_mix, names_of, shares_of
from cescore.intake.wording import NamedTerm, as_written, catalogue, text, with_names
from cescore.publish.words import label, label_or

if TYPE_CHECKING:
    from cescore.definitions.model import Named

MOST_INDUSTRIES = 3  # of a mix that one line names
SIGNS = (("<=", "≤"), (">=", "≥"), ("==", "="))


def industries_in(text: str, names: Mapping[str, Named], lang: str) -> str:
    """The industry that the register names; of a mix the largest with their shares of output, without
    the codes of their products, and how many there are."""
    if not is_mix(text):
        return names[text].name(lang) if text in names else text
    if len(names_of(text)) == 1:
        return industries_in(names_of(text)[0], names, lang)
    shares = sorted(shares_of(text), key=lambda part: -part[1])
    said = [
        label(
            "fact.share", lang, name=names[name].name(lang) if name in names else name,
            share=f"{float(100 * share):g}",
        )
        for name, share in shares[:MOST_INDUSTRIES]
    ]  # fmt: skip
    more = label("finding.more", lang, n=len(shares)) if len(shares) > MOST_INDUSTRIES else ""
    return label("join", lang).join(said) + more


def in_words(named: NamedTerm, lang: str, name: Callable[[str], str]) -> str:
    """A code by its name, a unit as the language writes it, a formula with names for its codes."""

    def of_code(code: str) -> str:
        found = name(code)
        return found if found != code else _known(code, lang)

    if named.kind == "unit":
        return unit_text(named.text, lang)
    if named.kind == "code":
        return of_code(named.text)
    return with_names(_with_signs(named.text), of_code)


def _with_signs(formula: str) -> str:
    for ascii_sign, sign in SIGNS:
        formula = formula.replace(ascii_sign, sign)
    return formula


def on_terminal(named: NamedTerm, lang: str) -> str:
    """The same where someone has to find the place: codes and formulas stay as params write them."""
    return unit_text(named.text, lang) if named.kind == "unit" else as_written(named, lang)


def _known(code: str, lang: str) -> str:
    """An entity type, or a word of the language of rules."""
    if "text" in catalogue().get(code, {}):
        return text(code, lang)
    return label_or(f"type.{code}", lang, code)
