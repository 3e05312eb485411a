"""The Material Circularity Indicator, and the shorter forms on the web that are not it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.errors import MethodError
from cescore.method.mci import Product, company_mci, material_circularity

share = st.floats(0, 1)


def mci(**shares: float) -> float:
    return material_circularity(Product(100, **shares)).mci


def web_form(virgin: float, waste: float, mass: float, utility: float) -> float:
    """LFI = (V + W) / (2M + W/2), as a web calculator prints it."""
    return 1 - (virgin + waste) / (2 * mass + waste / 2) * 0.9 / utility


def spreadsheet_form(virgin: float, waste: float, mass: float) -> float:
    """1 - (virgin / total)(waste / input), as code repositories have it."""
    return 1 - (virgin / mass) * (waste / mass)


@pytest.mark.parametrize(("utility", "expected"), [(1, 0.1), (2, 0.55), (0.5, 0.0)])
def test_a_linear_product_by_its_utility(utility: float, expected: float) -> None:
    assert material_circularity(Product(7), lifetime=utility).mci == pytest.approx(expected)
    assert material_circularity(Product(7), intensity=utility).mci == pytest.approx(expected)


@pytest.mark.parametrize("inward", ["recycled", "reused", "sustained"])
@pytest.mark.parametrize("outward", ["to_recycling", "to_reuse", "to_composting"])
def test_a_fully_circular_product_scores_one(inward: str, outward: str) -> None:
    assert mci(**{inward: 1.0, outward: 1.0}) == 1.0


def test_each_step_of_a_product_worked_by_hand() -> None:
    product = Product(
        100, recycled=0.4, reused=0.1, to_recycling=0.5, to_reuse=0.1,
        recycling_efficiency=0.8, feedstock_efficiency=0.5,
    )  # fmt: skip
    found = material_circularity(product, lifetime=6, average_lifetime=5)
    assert found.virgin == pytest.approx(50)
    assert found.waste_unrecovered == pytest.approx(40)
    assert found.waste_of_recycling == pytest.approx(10)
    assert found.waste_of_feedstock == pytest.approx(40)
    assert found.waste == pytest.approx(65)
    assert found.linear_flow_index == pytest.approx(115 / 215)
    assert found.utility == pytest.approx(1.2)
    assert found.mci == pytest.approx(1 - 115 / 215 * 0.75)


@pytest.mark.parametrize(
    ("product", "utility", "printed", "right"),
    [
        # worked examples of a public web calculator (novacalculator.com, circularity index)
        (Product(100, recycled=0.3, to_recycling=0.5), 1.0, 0.52, 0.46),
        (Product(50, recycled=0.6, to_recycling=0.8), 1.5, 0.828, 0.82),
    ],
)
def test_the_form_of_web_calculators_is_not_the_indicator(
    product: Product, utility: float, printed: float, right: float
) -> None:
    found = material_circularity(product, lifetime=utility)
    wrong = web_form(found.virgin, found.waste, product.mass, utility)
    assert wrong == pytest.approx(printed, abs=0.001)
    assert found.mci == pytest.approx(right)
    assert abs(found.mci - wrong) > 0.005


def test_the_form_of_code_repositories_calls_a_linear_product_zero() -> None:
    assert spreadsheet_form(100, 100, 100) == 0
    assert mci() == pytest.approx(0.1)
    assert spreadsheet_form(100, 0, 100) == 1  # all virgin, all collected
    assert mci(to_recycling=1.0) == pytest.approx(0.55)


def test_virgin_feedstock_scales_with_the_mass() -> None:
    # a page on waste prints V with 1 in the place of M, and W = W0 + W_F + W_C / 2 without its brackets
    losses: dict[str, Any] = {"to_recycling": 1.0, "recycling_efficiency": 0.5}
    losses |= {"recycled": 1.0, "feedstock_efficiency": 0.5}
    light, heavy = (material_circularity(Product(mass, **losses)) for mass in (1, 250))
    assert heavy.mci == pytest.approx(light.mci)
    assert light.waste == pytest.approx((1 + 0.5) / 2)
    assert light.waste != pytest.approx(1 + 0.5 / 2)


@given(recycled=share, collected=share, efficiency=st.floats(0.01, 1), made=st.floats(0.01, 1))
def test_the_indicator_lies_between_zero_and_one(
    recycled: float, collected: float, efficiency: float, made: float
) -> None:
    found = mci(
        recycled=recycled, to_recycling=collected,
        recycling_efficiency=efficiency, feedstock_efficiency=made,
    )  # fmt: skip
    assert 0 <= found <= 1


@given(collected=share, more=share)
def test_collecting_more_for_reuse_never_lowers_it(collected: float, more: float) -> None:
    low, high = sorted((collected, more))
    assert mci(to_reuse=high) >= mci(to_reuse=low) - 1e-12


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mass": 0}, "mass is 0"),
        ({"recycled": 1.2}, "recycled is 1.2"),
        ({"to_reuse": -0.1}, "to_reuse is -0.1"),
        ({"recycled": 0.6, "reused": 0.5}, "feedstock add up to 1.1"),
        ({"to_recycling": 0.6, "to_energy": 0.5}, "collected add up to 1.1"),
        ({"recycled": 0.5, "feedstock_efficiency": 0}, "efficiency of 0"),
        ({"recycled": float("nan")}, "recycled is nan"),
    ],
)
def test_an_impossible_product_is_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(MethodError, match=message):
        Product(**({"mass": 1.0} | wrong))


def test_a_use_of_no_length_is_refused() -> None:
    with pytest.raises(MethodError, match="expected above 0"):
        material_circularity(Product(1), average_lifetime=0)


def test_a_firm_is_the_weighted_mean_of_its_products() -> None:
    assert company_mci([0.1, 0.7], [1, 2]) == pytest.approx(0.5)
