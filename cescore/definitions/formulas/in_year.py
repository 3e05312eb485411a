"""A formula as it reads in one year: which code of which year each of its operands is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

from cescore.definitions.formulas.formula import parse
from cescore.definitions.formulas.grammar import constant


@dataclass(frozen=True)
class YearText:
    """A formula without ``base`` and ``lag``: each operand is a symbol of its own.

    ``operands`` maps a symbol to code and year: a code of the year itself is its own symbol, one of
    another year is ``code_2020``.
    """

    text: str
    operands: Mapping[str, tuple[str, int]]


@lru_cache(maxsize=8192)
def in_year(text: str, year: int, base_year: int) -> YearText:
    """The formula with every operand of another year written as such.

    Examples
    --------
    >>> written = in_year("1 - rate / base(rate)", 2025, 2020)
    >>> written.text, dict(written.operands)
    ('1 - rate / rate_2020', {'rate': ('rate', 2025), 'rate_2020': ('rate', 2020)})
    >>> in_year("gdp / lag(gdp, 1) - 1", 2025, 2020).text
    'gdp / gdp_2024 - 1'
    """
    writer = _Writer(year, base_year, frozenset(parse(text).names))
    tree = writer.visit(deepcopy(parse(text).tree))
    return YearText(ast.unparse(tree), writer.operands)


def with_texts(text: str, texts: Mapping[str, str]) -> str:
    """A formula with its operands replaced by other texts, such as names or numbers with units.

    Examples
    --------
    >>> with_texts("loans / energy", {"loans": "9000", "energy": "300 GJ"})
    '9000 / 300 GJ'
    """
    tree = deepcopy(parse(text).tree)
    names = sorted({node.id for node in _names(tree)})
    marks = {name: f"_{i}_" for i, name in enumerate(names)}
    for node in _names(tree):
        node.id = marks[node.id]
    meant = {mark: texts.get(name, name) for name, mark in marks.items()}
    return re.sub(r"\b_\d+_\b", lambda mark: meant[mark[0]], ast.unparse(tree))


def _names(tree: ast.AST) -> Iterator[ast.Name]:
    """The codes in a tree; names of functions are none."""
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return (n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called)


class _Writer(ast.NodeTransformer):
    """Takes base() and lag() away, and gives each code inside the year that they meant."""

    def __init__(self, year: int, base_year: int, known: frozenset[str]) -> None:
        self.year, self.own_year, self.base_year = year, year, base_year
        self.known = known
        self.operands: dict[str, tuple[str, int]] = {}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        symbol = node.id if self.year == self.own_year else f"{node.id}_{self.year}"
        while symbol in self.known and self.year != self.own_year:
            symbol += "_"
        self.operands[symbol] = (node.id, self.year)
        return ast.Name(id=symbol, ctx=ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in {"base", "lag"}:
            node.args = [self.visit(argument) for argument in node.args]
            return node
        before = self.year
        back = int(constant(node.args[1]) or 1) if len(node.args) > 1 else 1
        self.year = self.base_year if name == "base" else before - back
        inner: ast.expr = self.visit(node.args[0])
        self.year = before
        return inner
