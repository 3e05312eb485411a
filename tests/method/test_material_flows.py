"""Economy-wide material flows against national accounts, and the sign of traded waste."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.formulas import evaluate
from cescore.method.material_flows import (
    circular_use,
    cmu_rate,
    crr1,
    crr2,
    dmc,
    dmi,
    ptb,
    resource_productivity,
)

from .builders import panel

tonnes = st.floats(0, 1e9)


def one(value: float) -> pd.Series:
    return pd.Series([value])


# extraction, imports, exports -> consumption, trade balance
NATIONAL = [
    # INE (Spain), material flow accounts, kt: press releases of 19/12/2017 and 16/12/2019; Mt: 26/11/2024
    pytest.param(330_693.4, 257_500.0, 185_404.1, 402_789.4, 72_095.9, 0.11, id="Spain 2016"),
    pytest.param(350_022.7, 279_054.0, 206_102.1, 422_974.6, 72_951.9, 0.11, id="Spain 2018"),
    pytest.param(344.1, 249.2, 175.4, 417.9, 73.8, 0.11, id="Spain 2023"),
    # CSO (Ireland), Material Flow Accounts 2023, Mt
    pytest.param(96.5, 42.3, 18.1, 120.7, 24.2, 0.11, id="Ireland 2023"),
]


@pytest.mark.parametrize(("de", "imports", "exports", "consumed", "balance", "tol"), NATIONAL)
def test_published_national_accounts(
    de: float, imports: float, exports: float, consumed: float, balance: float, tol: float
) -> None:
    assert dmc(one(de), one(imports), one(exports))[0] == pytest.approx(consumed, abs=tol)
    assert ptb(one(imports), one(exports))[0] == pytest.approx(balance, abs=tol)


# INE (Spain), material flow account, main indicators in tonnes: DMI, DMC, PTB of 2022 and 2008
@pytest.mark.parametrize(
    ("direct_input", "consumption", "balance"),
    [(607_257_946, 419_226_457, 68_883_796), (937_536_683, 811_939_817, 150_369_622)],
)
def test_the_published_indicators_hang_together(
    direct_input: float, consumption: float, balance: float
) -> None:
    exports = direct_input - consumption
    imports = balance + exports
    de = consumption - balance
    assert dmi(one(de), one(imports))[0] == pytest.approx(direct_input)
    assert dmc(one(de), one(imports), one(exports))[0] == pytest.approx(consumption)


@given(de=tonnes, imports=tonnes, exports=tonnes)
def test_consumption_is_extraction_plus_the_trade_balance(
    de: float, imports: float, exports: float
) -> None:
    x, m, e = one(de), one(imports), one(exports)
    assert dmc(x, m, e)[0] == pytest.approx(de + ptb(m, e)[0], abs=1e-3)
    assert dmc(x, m, e)[0] == pytest.approx(dmi(x, m)[0] - exports, abs=1e-3)


def test_exported_waste_is_added_and_imported_waste_subtracted() -> None:
    used = circular_use(one(100), imports_w=one(30), exports_w=one(10))
    assert used.tolist() == [80]
    assert cmu_rate(used, one(720)).tolist() == [0.1]
    assert circular_use(one(100), one(10), one(30)).tolist() == [120]  # the other way round


def test_recycling_beyond_the_border_counts_where_the_waste_was_collected() -> None:
    # two countries, one recycles the other's waste: in sum the trade cancels
    a = circular_use(one(0), one(0), one(50))
    b = circular_use(one(80), one(50), one(0))
    assert (a + b).tolist() == [80]


def test_the_rate_is_over_all_material_used_not_over_consumption() -> None:
    # Eurostat 2022: 11.5 % of the material used; a plain U / DMC would print 13.0 %
    consumption = one(1000)
    used = consumption * 0.115 / 0.885
    assert cmu_rate(used, consumption)[0] == pytest.approx(0.115)
    assert (used / consumption)[0] == pytest.approx(0.13, abs=5e-4)


def test_rates_of_nothing_are_missing_and_missing_stays_missing() -> None:
    nothing, gap = one(0.0), one(np.nan)
    for rate in (cmu_rate, crr1, crr2, resource_productivity):
        assert rate(nothing, nothing).isna().all()
        assert rate(one(1.0), gap).isna().all()
        assert rate(gap, one(1.0)).isna().all()
    assert resource_productivity(one(5.0), one(-3.0)).isna().all()


def test_the_two_chinese_rates_differ_in_what_stands_below() -> None:
    assert crr1(one(20), one(180)).tolist() == [0.1]
    assert crr2(one(20), one(40)).tolist() == [0.5]


def test_columns_are_matched_by_entity() -> None:
    x = pd.Series({"A": 1.0, "B": 2.0})
    assert ptb(x, x[::-1]).tolist() == [0.0, 0.0]


def test_the_same_forms_as_accounts_of_a_workspace() -> None:
    flows = {"de": 350_022.7, "imports": 279_054.0, "exports": 206_102.1}  # Spain 2018, kt
    data = panel({code: [[value]] for code, value in (flows | {"u": 46_997.2}).items()})
    consumption = evaluate("total(de, imports, -exports)", data, base_year=2020)
    assert consumption.values[0, 0] == pytest.approx(422_974.6)
    with_dmc = data.with_columns({"dmc": consumption})
    rate = evaluate("u / (dmc + u)", with_dmc, base_year=2020).values[0, 0]
    assert rate == pytest.approx(cmu_rate(one(46_997.2), one(422_974.6))[0])
    assert rate == pytest.approx(0.1, abs=1e-6)
