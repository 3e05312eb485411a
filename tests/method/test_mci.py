"""The Material Circularity Indicator as formulas that params can state, and the shorter forms that are not it.

Ellen MacArthur Foundation and Granta Design, Circularity Indicators: An Approach to Measuring Circularity,
Methodology (2015, 2019). A linear product of average use scores 0.1, not 0.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.column import Column, Panel
from cescore.method.index.formulas import evaluate

from .builders import column

FORMULAS = {
    "v": "m * (1 - fr - fu - fs)",  # virgin feedstock
    "w0": "m * (1 - cr - cu - cc)",  # waste that nobody recovers
    "wc": "m * (1 - ec) * cr",  # waste of recycling the product
    "wf": "m * (1 - ef) * fr / ef",  # waste of making its recycled feedstock
    "w": "w0 + (wf + wc) / 2",
    "lfi": "(v + w) / (2 * m + (wf - wc) / 2)",  # linear flow index
    "mci": "max(0, 1 - lfi * 0.9 / x)",  # x: utility, lifetime and intensity over the average ones
}
LINEAR = dict.fromkeys(("fr", "fu", "fs", "cr", "cu", "cc"), 0.0) | {
    "m": 1.0,
    "ec": 1.0,
    "ef": 1.0,
    "x": 1.0,
}
share = st.floats(0, 1)


def product(**given_: float) -> dict[str, float]:
    """Every step of a product; what is not given is as in a linear product of average use."""
    columns: dict[str, Column] = {c: column([[v]]) for c, v in (LINEAR | given_).items()}
    for code, formula in FORMULAS.items():
        columns[code] = evaluate(formula, Panel(("A",), (2020,), columns), base_year=2020)
    return {code: float(columns[code].values[0, 0]) for code in FORMULAS}


@pytest.mark.parametrize(("utility", "expected"), [(1, 0.1), (2, 0.55), (0.5, 0.0)])
def test_a_linear_product_by_its_utility(utility: float, expected: float) -> None:
    assert product(m=7, x=utility)["mci"] == pytest.approx(expected)


@pytest.mark.parametrize("inward", ["fr", "fu", "fs"])
@pytest.mark.parametrize("outward", ["cr", "cu", "cc"])
def test_a_fully_circular_product_scores_one(inward: str, outward: str) -> None:
    assert product(**{inward: 1.0, outward: 1.0})["mci"] == 1.0


def test_each_step_of_a_product_worked_by_hand() -> None:
    steps = product(m=100, fr=0.4, fu=0.1, cr=0.5, cu=0.1, ec=0.8, ef=0.5, x=1.2)
    worked = {"v": 50, "w0": 40, "wc": 10, "wf": 40, "w": 65, "lfi": 115 / 215}
    assert steps == pytest.approx(worked | {"mci": 1 - 115 / 215 * 0.75})


@pytest.mark.parametrize(
    ("given_", "printed", "right"),
    [
        # worked examples of a public web calculator (novacalculator.com, circularity index)
        ({"m": 100, "fr": 0.3, "cr": 0.5, "x": 1.0}, 0.52, 0.46),
        ({"m": 50, "fr": 0.6, "cr": 0.8, "x": 1.5}, 0.828, 0.82),
    ],
)
def test_the_form_of_web_calculators_is_not_the_indicator(
    given_: dict[str, float], printed: float, right: float
) -> None:
    """They take LFI = (V + W) / (2M + W/2)."""
    steps = product(**given_)
    wrong = 1 - (steps["v"] + steps["w"]) / (2 * given_["m"] + steps["w"] / 2) * 0.9 / given_["x"]
    assert wrong == pytest.approx(printed, abs=0.001)
    assert steps["mci"] == pytest.approx(right)


def test_the_form_of_code_repositories_calls_a_linear_product_zero() -> None:
    steps = product(m=100, fr=0.3, cr=0.5)
    assert 1 - (steps["v"] / 100) * (steps["w"] / 100) == pytest.approx(0.65)  # for 0.46
    assert product(cr=1.0)["mci"] == pytest.approx(0.55)  # all virgin, all collected: not 1


@given(fr=share, cr=share, ec=st.floats(0.01, 1), ef=st.floats(0.01, 1))
def test_the_indicator_lies_between_zero_and_one(
    fr: float, cr: float, ec: float, ef: float
) -> None:
    assert 0 <= product(fr=fr, cr=cr, ec=ec, ef=ef)["mci"] <= 1


@given(collected=share, more=share)
def test_collecting_more_for_reuse_never_lowers_it(collected: float, more: float) -> None:
    low, high = sorted((collected, more))
    assert product(cu=high)["mci"] >= product(cu=low)["mci"] - 1e-12
