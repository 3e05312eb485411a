"""The formula language: what it allows, what its units mean, and that nothing else gets in."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.definitions.formulas.dimensions import resolve
from cescore.definitions.formulas.formula import FormulaError, Resolved, parse
from cescore.definitions.formulas.units import Units
from cescore.errors import CescoreError

UNIT_OF = {
    **{"gdp": "10k CNY", "coal": "t", "ore": "kt", "heat": "GJ", "energy": "tce", "land": "ha"},
    **{"share": "%", "people": "person", "ratio": "ratio"},
}
REFUSED = [
    *("9**9**9", "(9**9)**9", "a**b", "a**99", "a**(1/0)", "2x", "0x10", "1_000", "1e999", "1j"),
    *("a.b", "a[0]", "f(a)", "(a)(b)", "1(2)", "'a'", "lambda: 1", "a if b else c", "a // b"),
    *("a % b", "a @ b", "~a", "a < b", "a and b", "not a", "a = b", "a := b", "a; b", "a, b", "()"),
    *("__class__", "__import__('os')", "ｇｄｐ", "a\u200bb", "a\x00", "a×b", "$a", "a!", "\\a"),
    *("min(a)", "abs(a, b)", "abs(*a)", "abs(x=a)", "total()", "log", "lag(a, b)", "lag(a, 0)"),
    *("", "   ", "a b", "a +", "a)", "(a", "True", "None", "def", "007", "9" * 40),
    *("(" * 61 + "a" + ")" * 61, "-" * 400 + "a", "a" + "+a" * 300, "a" * 2001, "a**" * 50 + "a"),
]


def resolved(text: str, target: str, units: Units) -> Resolved:
    return resolve(parse(text), UNIT_OF, target, units)


def test_names_come_in_the_order_of_their_first_use() -> None:
    assert parse("b + total(a, b) / lag(c, 2)").names == ("b", "a", "c")


@pytest.mark.parametrize("text", REFUSED)
def test_nothing_else_is_a_formula(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


@pytest.mark.parametrize("value", [None, 3, ["a"], {"a": 1}, b"a"])
def test_what_is_no_text_is_no_formula(value: object) -> None:
    with pytest.raises(FormulaError):
        parse(value)  # type: ignore[arg-type]


def test_the_place_of_the_mistake_is_named() -> None:
    with pytest.raises(FormulaError, match=r"column 5: '\[b' is not allowed"):
        parse("a + [b]")


@pytest.mark.parametrize("text", ["a <= b", "a > 0 and not b == 1 or c != 2"])
def test_conditions_compare(text: str) -> None:
    assert "a" in parse(text, conditions=True).names


@pytest.mark.parametrize("text", ["a", "a < b < c", "(a < b) + 1", "a < (b < c)", "a and b"])
def test_conditions_are_comparisons_and_nothing_else(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text, conditions=True)


@pytest.mark.parametrize(
    ("text", "target", "executable", "factor"),
    [
        ("gdp / coal", "CNY/t", "gdp / coal", "10000"),
        ("coal + ore", "t", "coal + ore * 1000", "1"),
        ("ore - (coal - ore)", "t", "ore - (coal - ore * 1000) / 1000", "1000"),
        ("energy + heat", "GJ", "energy + heat * (2500/73269)", "73269/2500"),
        ("total(coal, ore, 0)", "kt", "total(coal, ore * 1000, 0)", "1/1000"),
        ("first_available(ore, coal)", "t", "first_available(ore, coal / 1000)", "1000"),
        ("coal / ore", "%", "coal / ore", "1/10"),
        ("1 - share", "%", "1 - share / 100", "100"),
        ("coal * (1 - share)", "t", "coal * (1 - share / 100)", "1"),
        ("1 - base(gdp) / gdp", "%", "1 - base(gdp) / gdp", "100"),
        ("(coal / ore) ** (1/5) - 1", "%", "(coal / ore / 1000) ** (1/5) - 1", "100"),
        ("sqrt(land * land)", "m2", "sqrt(land * land)", "10000"),
        ("log(share)", "", "log(share / 100)", "1"),
        ("max(0, ore)", "t", "max(0, ore)", "1000"),
        ("gdp / positive(coal)", "CNY/t", "gdp / positive(coal)", "10000"),
        ("-coal ** 2 / coal", "t", "-coal ** 2 / coal", "1"),
    ],
)
def test_conversions_are_written_in(
    units: Units, text: str, target: str, executable: str, factor: str
) -> None:
    found = resolved(text, target, units)
    assert (found.executable, found.factor) == (executable, factor)


@pytest.mark.parametrize(
    ("text", "target", "words"),
    [
        ("gdp + coal", "t", "10k CNY .* together with t "),
        ("gdp / people", "CNY/t", "CNY / person.*CNY / mass"),
        ("log(coal)", "", "log of t"),
        ("coal ** (1/2)", "t", "a root of t"),
        ("coal + 1", "t", "t .* together with"),
        ("100 - share", "%", "the bare number 100 beside a quantity in %"),
        ("coal / ore * 100", "%", r"converts by hand \(\* 100\)"),
        ("gdp * 10000 / coal", "CNY/t", r"converts by hand \(\* 10000\)"),
    ],
)
def test_units_that_do_not_fit_are_named(units: Units, text: str, target: str, words: str) -> None:
    with pytest.raises(FormulaError, match=words):
        resolved(text, target, units)


def test_a_bare_number_in_a_comparison_is_in_the_unit_of_the_other_side(units: Units) -> None:
    rule = parse("share <= 100 and coal <= ore and gdp >= 0", conditions=True)
    text = resolve(rule, UNIT_OF, "", units).executable
    assert text == "share <= 100 and coal <= ore * 1000 and gdp >= 0"


formulas = st.recursive(
    st.sampled_from(["coal", "ore", "0"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda text: f"-{text}"),
        st.tuples(inner, inner).map(lambda p: f"max({p[0]}, {p[1]})"),
        st.tuples(inner, st.sampled_from(["2", "0.5", "3"])).map(lambda p: f"({p[0]} * {p[1]})"),
    ),
    max_leaves=12,
)


@given(formulas)
def test_the_executable_with_its_factor_is_the_formula_in_one_unit(text: str) -> None:
    """coal = 7 t, ore = 3 kt: computed in tonnes throughout, or by the executable and its factor."""
    found = resolve(parse(text), UNIT_OF, "t", TABLE)
    by_hand = value_of(text, {"coal": Fraction(7), "ore": Fraction(3000)})
    executed = value_of(found.executable, {"coal": Fraction(7), "ore": Fraction(3)})
    assert executed * Fraction(found.factor) == by_hand


def value_of(text: str, names: dict[str, Fraction]) -> Fraction:
    """Python's own arithmetic in exact fractions; the texts come from the strategy above."""
    exact = text.replace("0.5", "(half)")
    return Fraction(eval(exact, {"max": max, "half": Fraction(1, 2), "__builtins__": {}}, names))


@settings(max_examples=300)
@given(st.text(alphabet="coal+-*/().,<>=& 0189eE'\"[]{}:_!@#\n½", max_size=40), st.booleans())
def test_any_text_is_a_formula_or_a_named_mistake(text: str, conditions: bool) -> None:
    with suppress(CescoreError):
        resolve(parse(text, conditions=conditions), {"coal": "t", "a": "%"}, "t", TABLE)


def test_reading_formulas_and_bundles_needs_no_units_and_no_yaml() -> None:
    code = (
        "import sys, cescore.definitions.model, cescore.definitions.formulas.formula as f; f.parse('a / b');"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'pint', 'ruamel', 'yaml'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


TABLE = Units.load()


def test_a_formula_carries_its_operands() -> None:
    rule = parse("gdp - lag(lag(gdp, 2)) <= 1.5 * sum_over(firm, stone - sand)", conditions=True)
    assert (rule.own_names, rule.names) == (("gdp",), ("gdp", "stone", "sand"))
    (look,) = rule.looks
    assert (look.function, look.entity_type, look.names) == ("sum_over", "firm", ("stone", "sand"))
    assert look.operand == "stone - sand"
    assert rule.longest_lag == 3
    assert rule.parts == ("gdp - lag(lag(gdp, 2))", "1.5 * sum_over(firm, stone - sand)")


@pytest.mark.parametrize(
    ("text", "years"), [("a", 0), ("lag(a)", 1), ("lag(a, 4) + lag(b)", 4), ("lag(a + lag(b))", 2)]
)
def test_a_formula_knows_how_far_back_it_looks(text: str, years: int) -> None:
    assert parse(text).longest_lag == years


def test_the_parts_of_a_ladder_are_its_rungs() -> None:
    assert parse("first_available(a, b / c, 2 * d)").parts == ("a", "b / c", "2 * d")
    assert parse("a + b").parts == ()
