"""Skewness, kurtosis, winsorising and logarithms: on values worked by hand, and against SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cescore.definitions.model import Treatment
from cescore.errors import MethodError
from cescore.method.index.outliers import (
    apply,
    box_cox,
    has_outliers,
    kurtosis,
    learn,
    log_ct_plus,
    skewness,
    winsorise,
)

RULE = Treatment(method="skew_kurtosis")
SPREAD = st.lists(st.integers(-1000, 1000), min_size=4, max_size=30).filter(
    lambda v: len(set(v)) > 1
)
# 20 even values and seven of rising size: more outliers than one point can mend
HOPELESS = [*range(1, 21), 10**3, 10**4, 10**5, 10**6, 10**7, 10**8, 10**9]


@given(SPREAD)
def test_skewness_and_kurtosis_are_the_sample_size_corrected_ones(values: list[int]) -> None:
    x = pd.Series(values, dtype=float)
    assert skewness(x) == pytest.approx(stats.skew(x, bias=False), rel=1e-9, abs=1e-9)
    assert kurtosis(x) == pytest.approx(stats.kurtosis(x, bias=False), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("values", [[], [1], [1, 2], [3, 3, 3, 3, 3]])
def test_too_few_or_equal_values_have_no_outliers(values: list[float]) -> None:
    assert not has_outliers(pd.Series(values, dtype=float))


def test_skewness_alone_is_not_enough() -> None:
    x = pd.Series([0.0] * 5 + [1.0])  # skewness 2.449, kurtosis 6: both
    assert has_outliers(x)
    assert not has_outliers(x, kurtosis_limit=6.1)
    assert not has_outliers(x, skew_limit=2.5)


def test_one_outlier_is_set_to_the_next_value() -> None:
    found = winsorise(pd.Series([*range(1, 11), 100], dtype=float))
    assert found.tolist() == [*range(1, 11), 10]


def test_tied_outliers_go_together() -> None:
    found = winsorise(pd.Series([*range(1, 31), 900, 900], dtype=float), most=1)
    assert found.tolist() == [*range(1, 31), 30, 30]


def test_outliers_below_are_set_to_the_least_value_inside() -> None:
    found = winsorise(pd.Series([-100, *range(1, 11)], dtype=float))
    assert found.tolist() == [1, *range(1, 11)]


def test_missing_values_stay_missing() -> None:
    found = winsorise(pd.Series([*range(1, 11), np.nan, 100], dtype=float))
    assert found[11] == 10
    assert np.isnan(found[10])


def test_no_more_points_than_allowed_are_set() -> None:
    once = winsorise(pd.Series(HOPELESS, dtype=float), most=1)
    assert once.tolist() == [*HOPELESS[:-1], 10**8]


def test_a_series_that_would_lose_its_differences_is_left_alone() -> None:
    """One entity in 20 has it: winsorised, nobody would; COINr leaves such a column untreated too."""
    x = np.array([0.0] * 19 + [1.0])
    found = learn(x, RULE)
    assert (found.values.tolist(), dict(found.constants), found.step) == (x.tolist(), {}, "")


def test_what_winsorising_cannot_mend_is_transformed_whole() -> None:
    x = np.array(HOPELESS, float)
    found = learn(x, RULE.model_copy(update={"winsorise_max": 1}))
    assert found.step == "log_ct"
    low, high = 1, 10**9
    assert found.values == pytest.approx(np.log(x - low + 0.01 * (high - low)))


def test_without_a_transformation_the_winsorised_values_stand() -> None:
    rule = RULE.model_copy(update={"winsorise_max": 1, "then": "none"})
    found = learn(np.array(HOPELESS, float), rule)
    assert found.values.max() == 10**8
    assert found.step == "winsorised"


def test_nothing_is_done_where_the_rule_is_met() -> None:
    x = np.arange(10.0)
    assert learn(x, RULE).values is x


@given(SPREAD, st.sampled_from(["none", "log_ct", "log_ct_plus", "log_ct_orig"]))
def test_constants_alone_repeat_the_treatment(values: list[int], then: str) -> None:
    x = np.array([*values, 10**7], float)
    rule = Treatment.model_validate({"method": "skew_kurtosis", "then": then, "winsorise_max": 1})
    found = learn(x, rule)
    one_by_one = [apply(np.array([v]), found.constants, rule)[0] for v in x]
    assert one_by_one == found.values.tolist()


@given(SPREAD)
def test_treatment_never_turns_the_order_round(values: list[int]) -> None:
    x = np.sort(np.array([*values, 10**7], float))
    assert (np.diff(learn(x, RULE).values) >= 0).all()


def test_a_skew_to_the_left_is_mirrored() -> None:
    right = log_ct_plus(pd.Series([0.0, 1.0, 2.0, 90.0]))
    left = log_ct_plus(pd.Series([0.0, -1.0, -2.0, -90.0]))
    assert left.tolist() == pytest.approx((-right).tolist())


def test_the_power_transformation_at_0_is_the_logarithm() -> None:
    x = pd.Series([1.0, 4.0, 9.0])
    assert box_cox(x, power=0, shift=False).tolist() == pytest.approx(np.log(x).tolist())
    with pytest.raises(MethodError, match="0 or less"):
        box_cox(x - 1, power=0, shift=False)
