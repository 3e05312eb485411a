"""The formula language on whole columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.formulas.formula import FormulaError, parse
from cescore.errors import CescoreError
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index.formulas import evaluate, holds, names

from .builders import panel

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def one(formula: str, factor: str = "1", **cells: float | str | None) -> tuple[float, str]:
    """Value and state of a formula for one entity in one year."""
    data = panel({code: [[cell]] for code, cell in (cells or {"x": 0}).items()})
    found = evaluate(formula, data, base_year=2020, factor=factor)
    return found.values[0, 0], State(found.state[0, 0]).name


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a + b * 2", 16),
        ("(a + b) * 2", 20),
        ("a - b / 2", 1),
        ("-a ** 2", -16),
        ("+a", 4),
        ("2 ** -1", 0.5),
        ("min(a, b, 5)", 4),
        ("max(a, b, 5)", 6),
        ("abs(a - b)", 2),
        ("sqrt(a)", 2),
        ("log(exp(a))", 4),
        ("total(a, b)", 10),
        ("mean(a, b)", 5),
        ("first_available(a, b)", 4),
        ("positive(a - 3)", 1),
        ("a + (b * (1/3))", 6),
    ],
)
def test_a_formula_means_what_it_means_in_arithmetic(formula: str, expected: float) -> None:
    value, state = one(formula, a=4, b=6)
    assert value == pytest.approx(expected, rel=1e-15)
    assert state == "PRESENT"


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("1 / x", 0),
        ("x / x", 0),
        ("log(x)", 0),
        ("log(x)", -1),
        ("sqrt(x)", -1),
        ("exp(x)", 1000),
        ("x ** -2", 0),
        ("x ** 0.5", -4),
        ("x * 1e20 * 1e20 * 1e20", 1e300),
        ("positive(x)", 0),
        ("1 / positive(x)", -1),
    ],
)
def test_what_has_no_answer_is_not_computable_and_never_infinite(formula: str, x: float) -> None:
    value, state = one(formula, x=x)
    assert np.isnan(value)
    assert state == "NOT_COMPUTABLE"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (None, 0, "MISSING"),
        (None, "na", "NOT_APPLICABLE"),
        (1, None, "MISSING"),
        ("withheld", None, "SUPPRESSED"),
        (1, 0, "NOT_COMPUTABLE"),
    ],
)
def test_of_the_operands_states_the_highest_counts(a: float, b: float, expected: str) -> None:
    assert one("a / b", a=a, b=b)[1] == expected


def test_a_code_nobody_collects_makes_the_formula_not_collected() -> None:
    assert one("x / unheard_of", x=1)[1] == "NOT_COLLECTED"


def test_the_final_factor_is_applied_once_and_exactly() -> None:
    assert one("a / b", "10000", a=500, b=1000)[0] == 5000
    assert one("a", "1/100", a=50)[0] == 0.5


def test_a_factor_by_name_is_a_constant() -> None:
    data = panel({"coal": [[2.0]]})
    found = evaluate("coal * k", data, base_year=2020, factors={"k": 0.7143})
    assert found.values[0, 0] == 2 * 0.7143


def test_total_and_mean_leave_out_what_does_not_apply_and_say_partial() -> None:
    data = panel({"a": [[4], [4], ["na"]], "b": [["na"], [None], ["na"]]})
    total = evaluate("total(a, b)", data, base_year=2020)
    mean = evaluate("mean(a, b)", data, base_year=2020)
    assert total.state.ravel().tolist() == [State.PRESENT, State.MISSING, State.NOT_APPLICABLE]
    assert (total.values[0, 0], mean.values[0, 0]) == (4, 4)
    assert total.flags.ravel().tolist() == [Flag.PARTIAL, 0, 0]


def test_first_available_takes_the_first_value_and_flags_a_substitute() -> None:
    data = panel({"a": [[1], [None], ["na"], ["na"]], "b": [[2], [2], [None], ["na"]]})
    found = evaluate("first_available(a, b)", data, base_year=2020)
    assert found.values.ravel().tolist()[:2] == [1, 2]
    assert found.flags.ravel().tolist() == [0, Flag.ESTIMATED, 0, 0]
    assert found.state.ravel().tolist()[2:] == [State.MISSING, State.NOT_APPLICABLE]


@pytest.mark.parametrize("first", [State.MISSING, State.NOT_APPLICABLE, State.NOT_COMPUTABLE])
def test_what_a_withheld_value_would_have_stood_in_for_is_withheld(first: State) -> None:
    """Neither missing nor taken from a later operand: the evaluation of all took this one."""
    columns = {"a": Column.empty((1, 1), first), "b": Column.empty((1, 1), State.SUPPRESSED)}
    data = panel({"c": [[7]]}).with_columns(columns)
    for formula in ("first_available(a, b)", "first_available(a, b, c)"):
        assert evaluate(formula, data, base_year=2020).state.tolist() == [[State.SUPPRESSED]]


def test_base_and_lag_look_at_other_years() -> None:
    data = panel({"x": [[10, 20, 40]]})
    assert evaluate("x / base(x)", data, base_year=2021).values.tolist() == [[0.5, 1, 2]]
    lagged = evaluate("x / lag(x)", data, base_year=2020)
    assert lagged.state.tolist() == [[State.MISSING, 0, 0]]
    assert lagged.values[0, 1:].tolist() == [2, 2]
    assert evaluate("lag(x, 2)", data, base_year=2020).values[0, 2] == 10


def test_a_base_year_outside_the_panel_is_missing() -> None:
    found = evaluate("x / base(x)", panel({"x": [[10, 20]]}), base_year=2015)
    assert (found.state == State.MISSING).all()


def test_flags_of_all_operands_are_kept_where_there_is_a_number() -> None:
    data = panel({"a": [[1, 1]], "b": [[2, None]]})
    flagged = Column(
        data.columns["a"].values, data.columns["a"].state, np.full((1, 2), 17, np.uint8)
    )
    found = evaluate("a + b", data.with_columns({"a": flagged}), base_year=2020)
    assert found.flags.tolist() == [[Flag.ESTIMATED | Flag.CORRECTED, 0]]


@pytest.mark.parametrize(
    "text", ["__import__('os')", "x.real", "[x]", "x if x else 1", "x < 1", ""]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CescoreError):
        evaluate(text, panel({"x": [[1]]}), base_year=2020)


def test_a_condition_is_unknown_where_an_operand_has_no_value() -> None:
    data = panel({"part": [[1], [5], [None]], "whole": [[4], [4], [4]]})
    true, known = holds("part <= whole", data, base_year=2020)
    assert true.ravel().tolist() == [True, False, False]
    assert known.ravel().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("text", "true", "known"),
    [
        ("x > 1 or gap > 1", True, True),
        ("x < 1 or gap > 1", False, False),
        ("x < 1 and gap > 1", False, True),
        ("x > 1 and gap > 1", False, False),
        ("not x < 1", True, True),
        ("not gap < 1", False, False),
        ("x == 2 and x != 3 and x >= 2", True, True),
    ],
)
def test_and_or_not_follow_three_valued_logic(text: str, true: bool, known: bool) -> None:
    found = holds(text, panel({"x": [[2]], "gap": [[None]]}), base_year=2020)
    assert (found[0][0, 0], found[1][0, 0]) == (true, known)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20))
def test_an_entity_alone_has_the_same_bits_as_among_others(
    pairs: list[tuple[float, float]],
) -> None:
    a = Column.of(np.array([[p[0]] for p in pairs]))
    b = Column.of(np.array([[p[1]] for p in pairs]))
    entities = tuple(str(i) for i in range(len(pairs)))
    data = Panel(entities, (2020,), {"a": a, "b": b})
    text = "total(a, b) / (abs(b) + 1) + log(a * a + 1) * exp(b / 1000000)"
    together = evaluate(text, data, base_year=2020, factor="1/3")
    for entity in entities:
        alone = evaluate(text, data.only([entity]), base_year=2020, factor="1/3")
        assert alone.values[0, 0] == together.values[data.row(entity), 0]


def test_names_lists_the_codes_and_not_the_functions() -> None:
    assert names("total(a, b) / base(c)") == ("a", "b", "c")


def test_a_balance_may_allow_for_the_rounding_of_its_figures() -> None:
    """Three parts in whole tonnes and a total in tenths may be off by 3 · 0.5 + 0.05."""
    given = {"t": [10.4, 10.4], "a": [3.0, 3.0], "b": [4.0, 4.0], "c": [2.0, 1.0]}
    columns = {code: Column.of(np.array([values])) for code, values in given.items()}
    panel = Panel(("E",), (2020, 2021), columns)
    rule = "abs(t - total(a, b, c)) <= max(0.005 * t, rounding(t, a, b, c))"
    true, known = holds(rule, panel, base_year=2020)
    assert (true.tolist(), known.all()) == ([[True, False]], True)


def test_whether_a_figure_was_returned_is_always_known() -> None:
    columns = {"sold": Column.of(np.array([[5.0, 0.0, np.nan]])), "made": Column.empty((1, 3), State.MISSING)}  # fmt: skip
    panel = Panel(("E",), (2020, 2021, 2022), columns)
    true, known = holds("sold <= 0 or has_value(made)", panel, base_year=2020)
    assert (true.tolist(), known.tolist()) == ([[False, True, False]], [[True, True, False]])
    true, known = holds("not has_value(made)", panel, base_year=2020)
    assert true.all() and known.all()


@pytest.mark.parametrize("text", ["rounding(a)", "has_value(a)", "a + has_value(b)"])
def test_what_rules_alone_may_say_is_no_formula(text: str) -> None:
    with pytest.raises(FormulaError, match="rules alone"):
        parse(text)
