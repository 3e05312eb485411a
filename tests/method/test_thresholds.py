"""One rule for every threshold: rounding noise turns no comparison, and nothing else slips through."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Disclosure, GradeScale, Standard
from cescore.method.column import Column, Panel, State
from cescore.method.disclosure.rules import GroupFigure, group_figure, standing
from cescore.method.grading.assessment import Basis, Evidence, assess
from cescore.method.grading.grades import from_the_best, grade_of_bands
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.schedules import light_of
from cescore.method.grading.standards import standard_compliance
from cescore.method.grading.targets import assess_targets
from cescore.method.index.evaluation import evaluate
from cescore.method.index.formulas import evaluate as formula_column
from cescore.method.index.formulas import holds
from cescore.method.index.weighing import critic_weights, shangzhi_weights
from cescore.method.thresholds import at_least, at_most, is_equal, meets, tied, without_noise

from .builders import BANDS_A, LADDER, framework, indicator, panel, plan, scale

NOISY_30 = 29.999999999999993  # 30 as a formula with conversions may give it
finite = st.floats(-1e12, 1e12)


def test_the_example_is_noisy() -> None:
    assert NOISY_30 < 30


@given(finite, finite)
def test_one_number_and_an_array_are_compared_by_the_same_rule(x: float, y: float) -> None:
    assert meets(x, ">=", y) is bool(at_least(x, y))
    assert meets(x, "<=", y) is bool(at_most(x, y))
    assert meets(x, ">", y) is (meets(x, ">=", y) and not is_equal(x, y))
    assert meets(x, "<", y) is not meets(x, ">=", y)


@given(finite.filter(lambda x: abs(x) > 1e-2))
def test_a_few_last_bits_are_noise_and_a_millionth_is_not(x: float) -> None:
    noisy = math.nextafter(math.nextafter(x, -math.inf), -math.inf)
    assert meets(noisy, ">=", x) and meets(x, "<=", noisy)
    below = x - abs(x) * 1e-6
    assert not meets(below, ">=", x) and meets(below, "<", x)


def test_near_zero_the_noise_of_a_difference_is_noise() -> None:
    assert meets(0.1 + 0.2 - 0.3, "<=", 0) and not meets(1e-9, "<=", 0)


def test_what_is_missing_or_infinite_is_equal_to_nothing_else() -> None:
    assert not meets(math.nan, ">=", 0) and not at_least(np.nan, 0)
    assert not is_equal(np.inf, 5) and is_equal(np.inf, np.inf) and not is_equal(np.nan, np.nan)


@given(st.lists(finite.filter(lambda x: x == 0 or abs(x) > 1e-9), min_size=1))
def test_putting_numbers_in_order_twice_changes_nothing_more(values: list[float]) -> None:
    once = tied(values)
    np.testing.assert_array_equal(tied(once), once)
    np.testing.assert_allclose(once, values, rtol=1e-11)


def test_numbers_that_differ_by_noise_tie_and_others_do_not() -> None:
    assert len(set(tied([0.1 + 0.2, 0.3, 0.1 * 3]))) == 1
    assert len(set(tied([66.8, 66.80000001]))) == 2


def test_noise_reaches_as_far_as_it_is_said_to_and_no_further() -> None:
    """The ends themselves: 1e-12 near zero, 1e-14 of what cancelled, the twelfth digit of an order."""
    assert is_equal(0.0, 1e-12) and not is_equal(0.0, 1.1e-12)
    assert without_noise([1e-14, 1.1e-14], [1.0, 1.0], [0.0, 0.0]).tolist() == [0.0, 1.1e-14]
    assert tied([1 + 1e-12])[0] == 1.0 and tied([1 + 1e-11])[0] > 1.0


@pytest.mark.parametrize(
    ("value", "twelve_digits"),
    [
        (0.1 + 0.2, 0.3),
        (123456789012.4, 123456789012.0),
        (1234567890123400.0, 1234567890120000.0),
        (-1.23456789012345e-7, -1.23456789012e-7),
    ],
)
def test_a_number_to_be_put_in_order_keeps_twelve_digits_of_any_magnitude(
    value: float, twelve_digits: float
) -> None:
    assert tied([value])[0] == twelve_digits


# --- wherever a threshold is asked for, 30 that comes out a little less is 30 -------------------


def level(op: str, value: float, goal: float) -> str:
    target = {
        "T": {"type": "level", "value": goal, "unit": "ratio", "op": op, "has_schedule": False}
    }
    data = panel({"P01": [[10.0 if op == ">=" else 90.0, *[value] * 5]]})
    frame = framework([indicator("P01")])
    [line] = assess_targets(plan(target), data, frame, year=2025, base_year=2020)["A"]
    return line.light


def test_a_target_is_met_at_its_own_level() -> None:
    assert level(">=", NOISY_30, 30) == "met"
    assert level("<=", 30, NOISY_30) == "met"
    assert level(">=", 29.9999, 30) == "not_met"


def test_a_grade_is_earned_at_its_own_least() -> None:
    bands = from_the_best(GradeScale.model_validate(scale("A", BANDS_A)))
    assert grade_of_bands(3 * NOISY_30, bands).zh == "优秀"
    assert grade_of_bands(89.9999, bands).zh == "良好"


def test_a_standard_is_met_at_its_own_threshold() -> None:
    line = {
        "id": "1",
        "indicator": "X",
        "op": ">=",
        "threshold": 30,
        "compulsory": True,
        "tag": "V",
    }
    standard = Standard.model_validate(
        {
            "id": "s",
            "entity_type": "lake",
            "source": "made up",
            "tag": "V",
            "requirements": {"a": line | {"id": "a"}},
        }
    )
    data = panel({"X": [[NOISY_30], [29.9999]]})
    found = standard_compliance(standard, data, framework([indicator("X")]), year=2020)
    assert [found[entity].verdict for entity in "AB"] == ["met", "not_met"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        *(("x >= 30", True), ("x <= 30", True), ("x == 30", True), ("not x < 30", True)),
        *(("x < 30", False), ("x > 30", False), ("x != 30", False)),
    ],
)
def test_a_rule_over_data_compares_by_it(rule: str, expected: bool) -> None:
    data = panel({"x": [[NOISY_30]]})
    true, known = holds(rule, data, base_year=2020)
    assert bool(known[0, 0]) and bool(true[0, 0]) is expected


def test_a_rule_over_what_is_missing_stays_unknown() -> None:
    true, known = holds("x >= 30", panel({"x": [[None]]}), base_year=2020)
    assert not known[0, 0] and not true[0, 0]


def test_schedule_and_ladder_compare_by_it() -> None:
    assert light_of(NOISY_30 / 30) == "on_schedule"
    assert light_of(0.8 * (NOISY_30 / 30)) == "nearly"
    assert light_of(0.79999) == "behind"
    assert PointsLadder(LADDER).points(0.9 * (NOISY_30 / 30)) == 0.9
    assert PointsLadder(LADDER, "steps", 0.1, 1).points(1.1 * (NOISY_30 / 30)) == 1.1


def assessed(coverage: float) -> str:
    basis = Basis(coverage=coverage, least_coverage=0.8)
    return assess(
        plan(), "lake", Evidence(index=80.0, scale=framework([indicator("X")]).scale, basis=basis)
    ).reason


def test_coverage_is_enough_at_its_own_least() -> None:
    assert 0.1 + 0.7 < 0.8
    assert assessed(0.1 + 0.7) == ""
    assert assessed(0.7999) == "insufficient_data"


def test_an_index_covers_enough_at_its_own_least() -> None:
    weights: dict[str, Any] = {"A": 0.1, "B": 0.7, "C": 0.2}
    frame = framework([indicator(code, weight=w) for code, w in weights.items()])
    data = panel({"a": [[5]], "b": [[5]], "c": [[None]]})
    done = evaluate(data, frame, base_year=2020, run_year=2020)
    assert done.is_sufficient.tolist() == [[True]]


def test_values_that_differ_by_noise_do_not_differ() -> None:
    """0.1 + 0.2 and 0.3 are one value: min-max would call one the worst and the other the best."""
    frame = framework([indicator("X")], normalisation="min_max")
    data = Panel(("A", "B"), (2020,), {"x": Column.of(np.array([[0.1 + 0.2], [0.3]]))})
    done = evaluate(data, frame, base_year=2020, run_year=2020)
    assert not done.scores.column("X").is_present.any()


@pytest.mark.parametrize(
    "difference", ["a + b - c", "total(a, b, -c)", "-c + (a + b)", "(a + b) - c"]
)
def test_what_cancels_but_for_noise_is_zero_and_divides_nothing(difference: str) -> None:
    data = panel({"x": [[5.0]], "a": [[0.1e6]], "b": [[0.2e6 + 0.1]], "c": [[0.3e6 + 0.1]]})
    left = formula_column(difference, data, base_year=2020)
    quotient = formula_column(f"x / positive({difference})", data, base_year=2020)
    assert left.values[0, 0] == 0
    assert State(quotient.state[0, 0]) is State.NOT_COMPUTABLE


@given(finite, finite)
def test_a_difference_that_is_there_is_kept_as_it_is(x: float, y: float) -> None:
    found = float(without_noise(x - y, x, y))
    assert found == x - y or abs(x - y) <= 1e-14 * max(abs(x), abs(y))


def test_what_overflows_does_not_cancel() -> None:
    assert without_noise([math.inf, -math.inf], [math.inf, -math.inf], [1.0, 1.0]).tolist() == [
        math.inf, -math.inf,
    ]  # fmt: skip


@pytest.mark.parametrize("learn", [critic_weights, shangzhi_weights])
def test_a_column_that_differs_by_noise_alone_weighs_nothing(learn: Any) -> None:
    noisy = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [3.0, 1, 2], "c": [30.0, NOISY_30, 30.0]})
    plain = noisy.assign(c=30.0)
    assert learn(noisy)["c"] == 0
    assert learn(noisy).tolist() == learn(plain).tolist()


def test_a_place_among_others_is_not_turned_by_noise() -> None:
    rules = Disclosure()
    figure = GroupFigure("x", 1, 40, 20.0, NOISY_30, 40.0)
    assert (
        figure.for_entity(30.0, rules).quartile_band
        == GroupFigure("x", 1, 40, 20.0, 30.0, 40.0).for_entity(30.0, rules).quartile_band
    )
    values = np.array([30.0, NOISY_30, 30.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 1.0])
    assert standing(values, 30.0, 1) == standing(values, NOISY_30, 1) == ""


def test_a_quantile_is_released_by_values_that_truly_lie_beyond_it() -> None:
    tie = [0.3] * 6 + [0.1 + 0.2] * 6  # one value, written by two computations
    holders = [f"h{i}" for i in range(len(tie))]
    assert group_figure("x", np.array(tie), holders, 1, Disclosure()).median is None
