"""Balances and identities that hold for the shipped params (methodology, sections 7 and 13)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from shipped import liaoyuan, panel, value_of, with_accounts

from cescore.definitions.model import Indicator
from cescore.method.grading.grades import from_the_best, grade_of_bands
from cescore.method.index.formulas import names

KNOWN = liaoyuan()
PAIRS = [
    pytest.param("district", "R03", "P01", 1, 1, id="energy"),
    pytest.param("district", "R04", "P03", 10_000, 1, id="water"),
    pytest.param(
        "park", "K02", "K05", 1, 0, id="park energy"
    ),  # scored against the reference: K_en
    pytest.param("park", "K04", "K06", 10_000, 0, id="park water"),  # K_wa
]


def computed(indicator: Indicator, given: dict[str, float | str]) -> float | str:
    return value_of(indicator, with_accounts(given, names(indicator.executable)))[-1]


@pytest.mark.parametrize(("entity_type", "one", "other", "units", "scored"), PAIRS)
def test_reciprocal_pairs_agree_and_at_most_one_of_them_is_scored(
    entity_type: str, one: str, other: str, units: float, scored: int
) -> None:
    indicators = KNOWN.frameworks[entity_type].indicators
    used = set(names(indicators[one].executable)) | set(names(indicators[other].executable))
    given: dict[str, float | str] = {code: 100.0 * n for n, code in enumerate(sorted(used), 2)}
    product = float(computed(indicators[one], given)) * float(computed(indicators[other], given))
    assert product == pytest.approx(units)
    assert [indicators[one].role, indicators[other].role].count("scored") == scored


def test_reference_indicators_are_reported_and_never_scored() -> None:
    district = KNOWN.frameworks["district"].indicators
    roles = {
        code: district[code].role for code in district if code[:3] in {"R14", "R15", "R16", "R17"}
    }
    assert len(roles) == 7
    assert set(roles.values()) == {"reference"}
    assert district["R02"].role == "reported"  # its five parts are scored


def consumption(inflow: float, outflow: float, extraction: float = 0.0) -> float:
    given: dict[str, float | str | Sequence[float | str]] = {
        "mf_limestone_extraction": extraction,
        "mf_limestone_inflow": inflow,
        "mf_limestone_outflow": outflow,
        "mf_limestone_stock_change": 0.0,
    }
    account = KNOWN.accounts["ac_limestone"]
    return float(value_of(account, with_accounts(given, names(account.executable)))[0])


def test_transfers_inside_the_city_cancel_only_if_both_sides_record_them() -> None:
    # A extracts 100 and sends 30 to B; nothing crosses the border of the city
    city = consumption(0, 0, extraction=100)
    assert consumption(0, 30, extraction=100) + consumption(30, 0) == city
    assert consumption(0, 30, extraction=100) + consumption(0, 0) == city - 30


def test_gross_flows_are_never_summed_over_districts_and_extraction_is() -> None:
    assert not KNOWN.variables["mf_limestone_inflow"].additive
    assert not KNOWN.variables["mf_limestone_outflow"].additive
    assert KNOWN.variables["mf_limestone_extraction"].additive


def test_a_net_exporter_has_a_negative_consumption_and_no_productivity() -> None:
    assert consumption(0, 50) == -50
    r01 = KNOWN.frameworks["district"].indicators["R01"]
    for total in (0.0, -50.0):
        assert value_of(r01, panel(gdp_constant=100, mrc_total=total)) == ["not_computable"]


COEFFICIENTS = {
    code.removeprefix("coef_"): factor
    for code, factor in KNOWN.factors.items()
    if code.startswith("coef_") and factor.basis != "equivalent"
}


def test_the_shipped_coefficients_are_one_set_on_the_calorific_basis() -> None:
    assert len(COEFFICIENTS) == 10
    assert {factor.tag for factor in COEFFICIENTS.values()} <= {"V", "C"}
    assert COEFFICIENTS["electricity"].value / 10 == pytest.approx(3600 / 29_307.6, rel=1e-3)
    assert COEFFICIENTS["heat"].value == pytest.approx(1e6 / 29_307_600, rel=1e-4)


def test_standard_coal_by_the_accounts_is_the_sum_over_fuels() -> None:
    used = {fuel: 10.0 * n for n, fuel in enumerate(sorted(COEFFICIENTS), 1)}
    given: dict[str, float | str] = {f"energy_{fuel}": value for fuel, value in used.items()}
    given |= {"energy_biomass": 0.0}
    account = KNOWN.accounts["tce_gross"]
    by_account = value_of(account, with_accounts(given, names(account.executable)))[0]
    assert sum(COEFFICIENTS[fuel].value * of for fuel, of in used.items()) == pytest.approx(
        by_account
    )


def test_the_two_bases_differ_by_the_net_electricity_at_the_difference_of_the_coefficients() -> (
    None
):
    given: dict[str, float | str] = {
        **{f"energy_{fuel}": 10.0 for fuel in COEFFICIENTS},
        "energy_biomass": 0.0,
        "energy_electricity": 397_000.0,
        "power_supplied": 175_000.0,
        "energy_transformation_output": 5000.0,
    }
    calorific, equivalent = (
        value_of(account, with_accounts(given, names(account.executable)))[0]
        for account in (KNOWN.accounts["tce_net"], KNOWN.accounts["tce_equivalent"])
    )
    factors = KNOWN.factors
    gap = factors["coef_electricity_equivalent"].value - factors["coef_electricity"].value
    assert float(equivalent) - float(calorific) == pytest.approx((397_000 - 175_000) * gap)


def test_co2_by_the_account_is_heat_carbon_oxidation_and_44_twelfths_and_net_power() -> None:
    given: dict[str, float | str] = {f"energy_{fuel}": 0.0 for fuel in COEFFICIENTS}
    given |= {"energy_raw_coal": 100.0, "energy_electricity": 10.0, "energy_heat": 20.0}
    given |= {"power_supplied": 4.0, "heat_supplied": "not_applicable"}
    account = KNOWN.accounts["co2_account"]
    coal = 100 * 0.7143 * 29.3076 * 0.02618 * 0.93 * 44 / 12
    found = value_of(account, with_accounts(given, names(account.executable)))[0]
    assert found == pytest.approx(coal + 6 * 4.932 + 20 * 0.11)


@pytest.mark.parametrize(
    ("scale", "total", "grade"),
    [
        *[("A", 90, "优秀"), ("A", 89.99, "良好"), ("A", 79.99, "中"), ("A", 59.99, "不合格")],
        *[("A4", 79.99, "合格"), ("A4", 60, "合格"), ("A4", 59.99, "不合格")],
        *[
            ("B", 95, "超额完成"),
            ("B", 94.99, "完成"),
            ("B", 79.99, "基本完成"),
            ("B", 59.99, "未完成"),
        ],
        *[("C", 90, "优秀"), ("C", 89.99, "合格"), ("C", 69.99, "不合格")],
    ],
)
def test_the_named_scales(scale: str, total: float, grade: str) -> None:
    assert KNOWN.plan is not None
    assert grade_of_bands(total, from_the_best(KNOWN.plan.assessment.scales[scale])).zh == grade


def test_the_scale_whose_thresholds_nobody_published_is_not_offered() -> None:
    assert KNOWN.plan is not None
    assert set(KNOWN.plan.assessment.scales) == {"A", "A4", "B", "C"}
