"""Efficacy coefficients 功效系数: the textbook form, the form cut to its ends, and the geometric total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from cescore.errors import MethodError
from cescore.method.index.aggregate import geometric_mean
from cescore.method.index.scaling import EFFICACY, efficacy, goalposts


def total_of(coefficients: Sequence[float], weights: Sequence[float] = (1, 1, 1, 1)) -> float:
    """The improved efficacy method's total: the weighted geometric mean of the coefficients."""
    return float(geometric_mean(coefficients, weights))


# A textbook's four companies: labour productivity [CNY], and per 100 CNY net product of fixed assets,
# sales of output, profit and tax of sales (777doc.com, "改进功效系数法举例"); then d1-d4 and D as printed
COMPANIES = {
    "甲": ((5733, 60.5, 91.5, 16.7), (100.000, 77.472, 91.808, 100.000), 91.835),
    "乙": ((3575, 52.2, 93.2, 7.3), (60.000, 60.000, 100.000, 60.000), 68.173),
    "丙": ((3929, 71.2, 84.9, 10.7), (66.560, 100.000, 60.000, 74.468), 73.847),
    "丁": ((4404, 69.7, 88.0, 12.8), (75.368, 96.844, 74.940, 83.404), 82.185),
}


def test_the_textbook_case_from_its_inputs_on() -> None:
    actual = pd.DataFrame({name: case[0] for name, case in COMPANIES.items()}).T
    found = pd.DataFrame(
        {
            c: efficacy(actual[c], satisfactory=actual[c].max(), not_allowed=actual[c].min())
            for c in actual
        }
    )
    for name, (_, coefficients, total) in COMPANIES.items():
        assert found.loc[name].tolist() == pytest.approx(coefficients, abs=0.003)
        assert total_of(found.loc[name].tolist()) == pytest.approx(total, abs=0.002)


def test_the_geometric_total_is_not_the_arithmetic_one() -> None:
    d = COMPANIES["乙"][1]
    assert total_of(d) == pytest.approx(68.173, abs=5e-4)
    assert np.mean(d) == 70


def test_weights_of_the_total_are_exponents() -> None:
    assert total_of([64.0, 100.0], [1, 3]) == pytest.approx(64**0.25 * 100**0.75)


def test_one_value_has_two_different_efficacies() -> None:
    x = pd.Series([5.81])
    assert efficacy(x, satisfactory=12, not_allowed=6)[0] == pytest.approx(58.73, abs=0.005)
    assert goalposts(x, worst=6, best=12, scale=EFFICACY)[0] == 60


def test_a_coefficient_between_equal_ends_is_refused_and_never_100() -> None:
    with pytest.raises(MethodError, match="satisfactory and not-allowed"):
        efficacy(pd.Series([7.0]), satisfactory=7, not_allowed=7)
