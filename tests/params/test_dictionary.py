"""The variable dictionary: complete, named in both languages, and each state of things of the right kind."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from shipped import TYPES, liaoyuan

from cescore.definitions.model import Variable

KNOWN = liaoyuan()
VARIABLES = list(KNOWN.variables.values())
EACH = pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.code)


def test_the_dictionary_has_286_variables_under_names_that_tell_them_apart() -> None:
    assert len(VARIABLES) == 286
    for names in ([v.zh for v in VARIABLES], [v.en for v in VARIABLES]):
        assert [name for name, n in Counter(names).items() if n > 1] == []


@EACH
def test_every_variable_names_who_returns_it_and_in_what_unit(
    variable: Variable,
) -> None:
    assert variable.department.startswith("市")
    assert variable.entity_types
    assert set(variable.entity_types) <= set(TYPES)
    KNOWN.units.parse(variable.unit)
    assert re.match(r"[A-Z]", variable.en), "an English name that reads alone"
    assert "_" not in variable.en


@EACH
def test_only_stock_changes_net_purchases_and_value_added_may_be_negative(
    variable: Variable,
) -> None:
    may = variable.code.endswith("_stock_change") or variable.code in {
        "energy_electricity",
        "energy_heat",
        "va_industry_current",
        "va_industry_constant",
    }
    assert (variable.sign == "any") == may


@EACH
def test_gross_trade_rates_and_states_are_never_summed(variable: Variable) -> None:
    if re.fullmatch(r"mf_.*_(inflow|outflow)", variable.code) or variable.kind in {
        "code",
        "flag",
    }:
        assert not variable.additive
    if variable.unit == "%":
        assert not variable.additive
    if re.fullmatch(r"mf_.*_(extraction|stock_change)", variable.code) or variable.code in {
        "gdp_constant",
        "energy_total_tce",
        "pop_resident",
    }:
        assert variable.additive


@EACH
def test_a_usual_range_is_of_a_type_that_returns_the_variable(
    variable: Variable,
) -> None:
    assert set(variable.low) == set(variable.high)
    assert set(variable.low) <= set(variable.entity_types)
    assert all(variable.low[t] <= variable.high[t] for t in variable.low)


def test_codes_have_their_allowed_words_and_flags_are_bool() -> None:
    codes = {v.code: v.allowed for v in VARIABLES if v.kind == "code"}
    assert set(codes) == {
        "energy_basis",
        "cp_audit_status",
        "park_retrofit_status",
        "product_code",
    }
    assert codes["energy_basis"] == ("calorific", "equivalent")
    assert [v.code for v in VARIABLES if v.kind == "flag"] == ["submission_on_time"]
