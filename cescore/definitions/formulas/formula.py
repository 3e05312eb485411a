"""Formulas: arithmetic over codes, read without running anything, with the operands they have.

A text is first split into tokens by a list of what is allowed, so nothing else ever reaches
Python's own parser; the tree that comes back is walked against a list of nodes. No unit library is
imported here: the process that makes a report parses formulas and never converts a unit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

from cescore.definitions.formulas.grammar import GrammarReader, across_calls, constant
from cescore.definitions.formulas.language import (
    ACROSS,
    ALLOWED,
    CALLED,
    FUNCTIONS,
    LONGEST,
    FormulaError,
)
from cescore.definitions.formulas.tokens import TOKEN, scan, types_at
from cescore.errors import Sentence

__all__ = [
    "ACROSS",
    "FUNCTIONS",
    "Expression",
    "FormulaError",
    "Look",
    "Resolved",
    "across_calls",
    "constant",
    "inline",
    "looks_as_names",
    "parse",
    "zero_of",
]


@dataclass(frozen=True)
class Look:
    """What a formula takes of other entities: the function, their type, and the codes of theirs."""

    function: str
    entity_type: str
    names: tuple[str, ...]
    operand: str  # the formula over what they return; empty for count_of
    text: str


@dataclass(frozen=True)
class Expression:
    """A formula that has been read, with its operands, so that nobody reads it again.

    ``names`` are all codes in their order, those of other entities too; ``own_names`` those of the
    entity itself. ``longest_lag`` is how many years before the evaluated one are needed. ``parts``
    are the operands of an outermost function (the rungs of first_available), or the two sides of a
    comparison.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]
    own_names: tuple[str, ...]
    looks: tuple[Look, ...] = ()
    longest_lag: int = 0
    parts: tuple[str, ...] = ()

    @property
    def across(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The codes of other entities, by the entity type whose they are."""
        return tuple((look.entity_type, look.names) for look in self.looks)


@dataclass(frozen=True)
class Resolved:
    """A formula with its unit conversions written in.

    ``executable`` gives a number in ``unit``, the formula's own; times ``factor``, an exact
    fraction as text, it is in the unit that was asked for.
    """

    executable: str
    factor: str
    unit: str


def parse(
    text: str, conditions: bool = False, across: bool = False, in_rule: bool = False
) -> Expression:
    """Read a formula, or with ``conditions`` a rule such as ``part <= whole and whole > 0``.

    Only a rule, or with ``across`` an estimate, may look at other entities: ``sum_over(enterprise, energy)`` adds up over the
    enterprises inside the entity, ``in_body(city, gdp)`` takes the figure of the city it lies in.
    ``in_rule``: a number as it may stand in a rule, with looks at others and ``rounding``.

    Raises
    ------
    FormulaError
        The text holds anything but what the language allows; the message names place and word.
    """
    if not isinstance(text, str) or not text.strip():
        raise FormulaError("there is no formula", expected=ALLOWED)
    return _parsed(text, conditions, conditions or across or in_rule, in_rule)


@lru_cache(maxsize=8192)
def _parsed(text: str, conditions: bool, across: bool, in_rule: bool) -> Expression:
    if len(text) > LONGEST:
        raise FormulaError(
            Sentence("{n} {n:character|characters}", n=len(text)),
            expected=Sentence("at most {most}", most=LONGEST),
        )
    names = tuple(dict.fromkeys(scan(text, conditions or in_rule, across)))
    plain = re.sub(r"\s", " ", text).strip()
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        place = (error.offset or 1) + len(text) - len(text.lstrip())
        raise FormulaError("cannot be read here", position=place, expected=ALLOWED) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise FormulaError("nested too deeply to be read", expected=ALLOWED) from error
    reader = GrammarReader(conditions or in_rule, across)
    if in_rule:
        reader.read_number(tree)
    else:
        reader.read(tree)
    looks = tuple(map(_look, across_calls(tree))) if across else ()
    return Expression(
        text=" ".join(plain.split()),
        tree=tree,
        names=names,
        own_names=tuple(dict.fromkeys(_own_names(tree))) if looks else names,
        looks=looks,
        longest_lag=_longest_lag(tree) if "lag" in text else 0,
        parts=tuple(map(ast.unparse, _parts(tree))),
    )


def inline(expression: Expression, texts: Mapping[str, str]) -> str:
    """The formula's text with codes replaced by the texts given for them, each in brackets."""
    types = set(types_at(expression.text))
    return TOKEN.sub(
        lambda m: (
            f"({texts[m[0]]})" if m["name"] and m[0] in texts and m.start() not in types else m[0]
        ),
        expression.text,
    )


def zero_of(rule: Expression) -> str:
    """What a rule says to be 0, but for a tolerance; "" where it says no such thing.

    Examples
    --------
    >>> zero_of(parse("abs(a - b) <= 0.01 * a", conditions=True)), zero_of(parse("a == b", True))
    ('a - b', 'a - b')
    >>> zero_of(parse("a <= b", conditions=True))
    ''
    """
    match rule.tree:
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="abs"), args=[inner]), ops=[ast.LtE() | ast.Lt()]
        ):
            return ast.unparse(inner)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.BinOp() as right]):
            return f"{ast.unparse(left)} - ({ast.unparse(right)})"
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return f"{ast.unparse(left)} - {ast.unparse(right)}"
    return ""


@lru_cache(maxsize=8192)  # by the tree, which `parse` keeps: each rule is asked for each type
def looks_as_names(tree: ast.expr) -> tuple[str, Mapping[str, ast.Call]]:
    """A formula's text with a name in place of each look at others, and what each name stands for."""
    if not across_calls(tree):
        return ast.unparse(tree), {}
    tree = deepcopy(tree)
    calls = sorted(across_calls(tree), key=lambda call: call.col_offset)
    named = {f"of_others_{i}": call for i, call in enumerate(calls)}
    names = {id(call): name for name, call in named.items()}
    return ast.unparse(_WithNames(names).visit(tree)), named


class _WithNames(ast.NodeTransformer):
    """Calls replaced by names."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names = names

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = self.names.get(id(node))
        if name is not None:
            return ast.Name(id=name, ctx=ast.Load())
        self.generic_visit(node)
        return node


def _look(call: ast.Call) -> Look:
    entity_type, codes = ast.unparse(call.args[0]), tuple(_codes(call.args[1:]))
    operand = ast.unparse(call.args[1]) if len(call.args) > 1 else ""
    return Look(ast.unparse(call.func), entity_type, codes, operand, ast.unparse(call))


def _longest_lag(node: ast.AST) -> int:
    """The years that the lags inside each other go back, at most."""
    inner = max((_longest_lag(child) for child in ast.iter_child_nodes(node)), default=0)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "lag":
        return inner + int(constant(node.args[1]) or 1 if len(node.args) == 2 else 1)
    return inner


def _parts(tree: ast.expr) -> Iterable[ast.expr]:
    if isinstance(tree, ast.Call):
        return tree.args
    return (tree.left, *tree.comparators) if isinstance(tree, ast.Compare) else ()


def _codes(nodes: Iterable[ast.expr]) -> Iterable[str]:
    """The codes in some operands, each once."""
    found = (n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name))
    return dict.fromkeys(name for name in found if name not in CALLED)


def _own_names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        inside = [] if node.func.id in ACROSS else node.args
        return [name for argument in inside for name in _own_names(argument)]
    if isinstance(node, ast.Name):
        return [node.id]
    return [name for child in ast.iter_child_nodes(node) for name in _own_names(child)]
