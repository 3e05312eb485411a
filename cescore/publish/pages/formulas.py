"""The method book: how a formula, its factor and its settings are put into words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import (
    Account,
    Computed,
    Framework,
    Group,
    Imputation,
    TableValue,
    Target,
    Treatment,
)
from cescore.publish.pages.document import Words, exact, factor_text
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.publish.view import View

DASH = "—"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def coded(words: Words, named: Group | Computed | Target) -> Markup:
    """A name with its code behind it."""
    code = named.id if isinstance(named, Target) else named.code
    return Markup('{} <span class="code-name">{}</span>').format(words.name(named, code), code)


def computed_lines(
    words: Words, framework: Framework, computed: Computed
) -> Iterator[tuple[str, object]]:
    """The formula as executed, the factor to the declared unit, and what its names stand for."""
    if isinstance(computed, Account) and computed.by:
        yield from _table_lines(words, framework, computed)
        return
    if not computed.formula:
        yield "formula", words.t("book.not_collected", text=computed.definition or DASH)
        return
    factor = factor_text(computed.factor)
    last = Markup(" <b>{}</b>").format(factor) if factor else ""
    unit = unit_text(computed.unit, words.lang)
    behind = Markup(" [{}]").format(unit) if unit else ""
    formula = spaced(computed.formula)
    yield (
        "formula",
        Markup("{} = {}{}{}").format(
            computed.code,
            f"({formula})" if factor and not _is_simple(formula) else formula,
            last,
            behind,
        ),
    )
    if computed.executable and computed.executable != computed.formula:
        yield "where", words.t("book.executed", text=spaced(computed.executable))
    yield "where", _meanings(framework, words.lang, computed.formula)


def _table_lines(
    words: Words, framework: Framework, table: Account
) -> Iterator[tuple[str, object]]:
    """A table by the word that chooses its value: each entry with a source of its own on a line, others
    one after the other."""
    by = label_or(f"imputed_by.{table.by}", words.lang, name_of(framework, words.lang, table.by))
    yield "formula", words.t("book.table", by=by)
    known = framework.variables[table.by].words if table.by in framework.variables else {}
    named = {
        known[word].name(words.lang) if word in known else word: line
        for word, line in table.values.items()
    }
    named |= {
        words.t("book.table.otherwise_in", industry=industry): line
        for industry, line in table.otherwise_in.items()
    }
    named |= {words.t("book.table.otherwise"): table.otherwise} if table.otherwise else {}
    for has_source, found in groupby(named.items(), key=lambda entry: bool(entry[1].tag)):
        entries = [_table_line(words, name, line) for name, line in found]
        yield from (
            ("small", text) for text in (entries if has_source else [words.clauses(entries)])
        )


def _table_line(words: Words, name: str, line: TableValue) -> str:
    """A line with its own source; that of the table stands below all of them."""
    said = words.tagged(words.clauses([line.source, line.note]), line.tag) if line.tag else ""
    return words.t("book.table.line" if said else "book.table.plain", word=name,
                   value=exact(line.value), source=said)  # fmt: skip


def spaced(formula: str) -> str:
    """A formula on one line."""
    return " ".join(formula.split())


def _is_simple(formula: str) -> bool:
    """Whether a factor behind it reads right without brackets."""
    return re.search(r" [+-] ", formula) is None


def name_of(framework: Framework, lang: str, code: str) -> str:
    for table in (framework.variables, framework.accounts, framework.factors, framework.indicators):
        if code in table:
            return table[code].name(lang) or code
    return code


def _unit_of(framework: Framework, lang: str, code: str) -> str:
    for table in (framework.variables, framework.accounts, framework.factors, framework.indicators):
        if code in table:
            return unit_text(table[code].unit, lang)
    return ""


def _meanings(framework: Framework, lang: str, formula: str) -> str:
    """The names of a formula in words with their units, each once."""
    known = (framework.variables, framework.accounts, framework.factors, framework.indicators)
    codes = [c for c in dict.fromkeys(NAME.findall(formula)) if any(c in table for table in known)]
    stop = "；" if lang == "zh" else "; "
    return stop.join(
        f"{code} {name_of(framework, lang, code)}" + (f" [{unit}]" if unit else "")
        for code in codes
        for unit in [_unit_of(framework, lang, code)]
    )


def imputed(words: Words | View, rule: Imputation) -> str:
    return (
        ""
        if rule.method == "none"
        else words.t(
            f"book.imputation.{rule.method}",
            by=label_or(f"imputed_by.{rule.by}", words.lang, rule.by),
        )
    )


def treated(words: Words | View, rule: Treatment) -> str:
    if rule.method == "none":
        return ""
    return words.t(
        "book.treatment", skew=exact(rule.skew_thresh), kurt=exact(rule.kurt_thresh),
        most=rule.winsorise_max, then=words.t(f"book.transform.{rule.then}"),
    )  # fmt: skip
