"""Formulas as JavaScript: every word of the language has its call, and nothing else comes through."""

from __future__ import annotations

import re

import pytest

from cescore.definitions.formulas.formula import parse
from cescore.definitions.formulas.language import FUNCTIONS, PREDICATES, TOLERANCES
from cescore.errors import MethodError
from cescore.publish.pages.what_if.compiler import compiled, compiled_condition
from cescore.publish.pages.what_if.script import FOLDER, as_script


def script_of(text: str, **constants: float) -> str:
    return compiled(parse(text).tree, constants)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a + b * 2", 'f.add(f.x("a"), f.mul(f.x("b"), f.k(2.0)))'),
        ("-a ** (1/2)", 'f.neg(f.pow(f.x("a"), f.div(f.k(1.0), f.k(2.0))))'),
        ("lag(a) - lag(a, 3)", 'f.sub(f.lag(f.x("a"), 1), f.lag(f.x("a"), 3))'),
        ("total(a, -base(b))", 'f.total(f.x("a"), f.neg(f.base(f.x("b"))))'),
        ("0.1 * t", "f.mul(f.k(0.1), f.k(29307.6))"),
    ],
)
def test_a_formula_is_the_same_calls_in_the_same_order(formula: str, expected: str) -> None:
    assert script_of(formula, t=29307.6) == expected


def test_a_condition_compares_by_the_runtime_s_own_rule() -> None:
    tree = parse("a > b or not (a == 0 and has_value(b))", conditions=True).tree
    assert compiled_condition(tree, {}) == (
        'f.or(f.compare(">", f.x("a"), f.x("b")), f.not(f.and(f.compare("==", f.x("a"), f.k(0.0)),'
        ' f.has_value(f.x("b")))))'
    )


@pytest.mark.parametrize("word", [*FUNCTIONS, *TOLERANCES, *PREDICATES])
def test_every_function_of_the_language_is_one_of_the_runtime(word: str) -> None:
    runtime = (FOLDER / "columns.js").read_text("utf-8")
    assert re.search(rf"^    {word}:", runtime, re.MULTILINE), word


def test_what_looks_at_other_entities_is_refused_by_name() -> None:
    tree = parse("sum_over(enterprise, energy)", across=True).tree
    with pytest.raises(MethodError, match=r"cannot hold 'sum_over\(enterprise, energy\)'"):
        compiled(tree, {})


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>&amp;", "\u2028"])
def test_no_text_ends_the_script_that_it_stands_in(text: str) -> None:
    written = as_script({"name": text})
    assert not re.search("[<>&\u2028]", written)
