"""Efficacy coefficients: three variants that must not be mixed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.errors import MethodError
from cescore.method.efficacy import banded_efficacy, improved_efficacy
from cescore.method.normalise import efficacy, goalposts
from cescore.publish.numbers import rounded

BANDS = (100.0, 80.0, 60.0, 40.0, 20.0)

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
        assert improved_efficacy(found.loc[name].tolist()) == pytest.approx(total, abs=0.002)


def test_the_geometric_total_is_not_the_arithmetic_one() -> None:
    d = COMPANIES["乙"][1]
    assert improved_efficacy(d) == pytest.approx(68.173, abs=5e-4)
    assert np.mean(d) == 70


def test_weights_of_the_total_are_exponents() -> None:
    assert improved_efficacy([64.0, 100.0], [1, 3]) == pytest.approx(64**0.25 * 100**0.75)


def test_the_coefficient_between_two_bands() -> None:
    # an exam question: actual 90 %, own band 80 %, band above 100 %: coefficient 0.5 (xtika.com)
    assert banded_efficacy(90, standards=BANDS, weight=1) == pytest.approx(0.8 + 0.5 * 0.2)


@pytest.mark.parametrize(
    ("actual", "points"),
    [(140, 30), (100, 30), (80, 24), (70, 21), (60, 18), (40, 12), (20, 6), (19.99, 0), (-5, 0)],
)
def test_points_of_a_firm_at_and_between_its_bands(actual: float, points: float) -> None:
    assert banded_efficacy(actual, standards=BANDS, weight=30) == pytest.approx(points)


def test_where_less_is_better_the_standards_rise() -> None:
    rising = BANDS[::-1]
    assert banded_efficacy(10, standards=rising, weight=10) == 10
    assert banded_efficacy(50, standards=rising, weight=10) == pytest.approx(7)
    assert banded_efficacy(101, standards=rising, weight=10) == 0


def test_one_value_has_three_different_efficacies() -> None:
    x = pd.Series([5.81])
    assert efficacy(x, satisfactory=12, not_allowed=6)[0] == pytest.approx(58.73, abs=0.005)
    assert goalposts(x, worst=6, best=12, floor=60)[0] == 60
    assert banded_efficacy(5.81, standards=(12, 10.5, 9, 7.5, 6)) == 0


def test_points_are_printed_to_two_decimals_and_their_total_to_one() -> None:
    singles = [rounded(banded_efficacy(x, standards=BANDS, weight=7), 2) for x in (83.0, 61.2)]
    assert [str(one) for one in singles] == ["5.81", "4.28"]
    assert str(rounded(float(sum(singles)), 1)) == "10.1"


@given(low=st.floats(-50, 150), high=st.floats(-50, 150))
def test_a_better_value_never_earns_less(low: float, high: float) -> None:
    low, high = sorted((low, high))
    worse, better = (banded_efficacy(x, standards=BANDS) for x in (low, high))
    assert better >= worse - 1e-9


@pytest.mark.parametrize("standards", [(100, 80, 80, 40, 20), (100, 80, 90, 40, 20), (3, 2, 1)])
def test_standards_that_make_no_bands_are_refused(standards: tuple[float, ...]) -> None:
    with pytest.raises(MethodError, match="standards"):
        banded_efficacy(50, standards=standards)


def test_a_coefficient_between_equal_ends_is_refused_and_never_100() -> None:
    with pytest.raises(MethodError, match="satisfactory and not-allowed"):
        efficacy(pd.Series([7.0]), satisfactory=7, not_allowed=7)
