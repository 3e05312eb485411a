"""The rules over a return: they catch what they are for, and leave alone what they should."""

from __future__ import annotations

import pytest
from shipped import liaoyuan, panel, with_accounts

from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import CheckRule
from cescore.method.index.formulas import holds, names

KNOWN = liaoyuan()
RULES = {rule.id: rule for rule in KNOWN.checks}
FACTORS = {code: factor.value for code, factor in KNOWN.factors.items()}
FUELS = {
    f"energy_{fuel}"
    for fuel in [
        "raw_coal",
        "washed_coal",
        "coke",
        "gasoline",
        "diesel",
        "fuel_oil",
        "lpg",
        "natural_gas",
        "electricity",
        "heat",
        "biomass",
    ]
}
BALANCED = {
    "sw_fly_ash_generated": 1000,
    "sw_fly_ash_utilised": 900,
    "sw_fly_ash_from_stock": 100,
    "sw_fly_ash_disposed": 120,
    "sw_fly_ash_disposed_from_stock": 20,
    "sw_fly_ash_stored": 90,
    "sw_fly_ash_dumped": 10,
}


def passes(rule: CheckRule, **given: float | str) -> bool | None:
    """Whether a rule holds for one return; None where it cannot be evaluated."""
    text = rule.executable or rule.rule
    found = with_accounts(given, names_of(text))
    is_true, is_known = holds(text, found, base_year=2020, factors=FACTORS)
    return bool(is_true[0, 0]) if is_known[0, 0] else None


def names_of(text: str) -> tuple[str, ...]:
    return parse(text, conditions=True).names


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_says_what_it_asks_and_where_it_comes_from(rule: CheckRule) -> None:
    assert rule.zh
    assert rule.en
    assert rule.source
    assert rule.entity_types


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_asks_only_types_that_return_its_variables(rule: CheckRule) -> None:
    def variables(codes: tuple[str, ...]) -> set[str]:
        inner = [
            variables(names(KNOWN.accounts[c].executable)) for c in codes if c in KNOWN.accounts
        ]
        return {c for c in codes if c in KNOWN.variables}.union(*inner)

    for code in variables(names_of(rule.rule)):
        missing = set(rule.entity_types) - set(KNOWN.variables[code].entity_types)
        assert not missing, code


def test_the_waste_identity_holds_net_of_earlier_stock_and_fails_beyond_half_a_percent() -> None:
    rule = RULES["sw_fly_ash_balance"]
    assert passes(rule, **BALANCED) is True
    assert passes(rule, **{**BALANCED, "sw_fly_ash_stored": 95}) is True
    assert passes(rule, **{**BALANCED, "sw_fly_ash_stored": 96}) is False


def test_a_rule_with_a_figure_that_was_not_returned_is_not_evaluated() -> None:
    rule = RULES["sw_fly_ash_balance"]
    assert passes(rule, **{**BALANCED, "sw_fly_ash_stored": "missing"}) is None


def test_a_part_that_does_not_exist_here_does_not_fail_a_sum() -> None:
    rule = RULES["gdp_is_sum"]
    given = {"gdp_current": 100, "va_secondary": 40, "va_tertiary": 60}
    assert passes(rule, **given, va_primary="not_applicable") is True
    assert passes(rule, **given, va_primary=5) is False


def test_utilisation_above_generation_is_legal_when_old_stock_is_used() -> None:
    rule = RULES["gisw_utilised_within"]
    assert passes(rule, gisw_utilised=120, gisw_generated=100, gisw_from_stock=30) is True
    assert passes(rule, gisw_utilised=120, gisw_generated=100, gisw_from_stock=10) is False


def test_a_net_export_beyond_extraction_warns_and_negative_consumption_is_an_error() -> None:
    soft, hard = RULES["mf_coal_net_export"], RULES["mf_coal_not_negative"]
    assert (soft.severity, hard.severity) == ("soft", "hard")
    flows = {"mf_coal_extraction": 0, "mf_coal_inflow": 50, "mf_coal_outflow": 60}
    assert passes(soft, **flows) is False
    assert passes(hard, **flows, mf_coal_stock_change=-20) is True
    assert passes(hard, **flows, mf_coal_stock_change=0) is False


def test_film_recovered_a_year_late_and_hazardous_stock_are_soft() -> None:
    assert RULES["film_within"].severity == "soft"
    assert RULES["hw_within"].severity == "soft"
    assert passes(RULES["film_within"], film_recovered=105, film_used=100) is False


def test_refuse_per_person_is_read_in_kg_per_day() -> None:
    rule = RULES["msw_per_person"]
    assert passes(rule, msw_collected=36500, pop_resident=100000) is True  # 1.0 kg a day
    assert passes(rule, msw_collected=73000, pop_resident=100000) is False  # 2.0 kg a day


def test_a_share_in_percent_is_compared_in_percent() -> None:
    rule = RULES["sorting_coverage_range"]
    assert passes(rule, msw_sorting_coverage=98) is True
    assert passes(rule, msw_sorting_coverage=101) is False


def test_energy_by_fuel_is_compared_in_standard_coal() -> None:
    rule = RULES["energy_is_sum"]
    fuels = dict.fromkeys(FUELS, 0.0)
    given = {**fuels, "energy_raw_coal": 1000, "energy_transformation_output": 214.3}
    assert passes(rule, **given, energy_total_tce=500) is True
    assert passes(rule, **given, energy_total_tce=600) is False


def test_figures_at_current_and_constant_prices_agree_in_the_base_year() -> None:
    rule = RULES["gdp_constant_at_base"]
    years = panel((2020, 2025), gdp_constant=[100, 130], gdp_current=[100, 140])
    is_true, is_known = holds(rule.executable or rule.rule, years, base_year=2020)
    assert is_known.all()
    assert is_true.all()
