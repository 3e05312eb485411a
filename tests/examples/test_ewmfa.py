"""The economy-wide accounts stated in YAML, on published flows: any place, no code of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cescore.definitions.load import load_definitions
from cescore.method.column import STATE_NAMES, Column, Panel, State
from cescore.method.index.formulas import evaluate
from cescore.method.index.indicators import compute_accounts

HERE = Path(__file__).parent
FLOWS = ("de", "imports", "exports", "rcv_r", "imports_waste", "exports_waste")
FRAMEWORK = """
version: "1"
source: test
index: {code: IDX, en: Index}
groups: {all: {en: All, weight: 1}}
indicators:
  CMU: {en: CMU, formula: cmu, unit: "%", direction: 1, group: all, weight: 1, source: test, tag: P,
        goalposts: {2000: {worst: 0, best: 25, source: test, tag: P}}}
  RP: {en: RP, formula: productivity, unit: EUR/kg, direction: 1, source: test, tag: P}
  PTB: {en: PTB, formula: ptb, unit: kt, direction: -1, source: test, tag: P}
"""


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("ewmfa") / "params"
    (root / "frameworks").mkdir(parents=True)
    (root / "runs").mkdir()
    sign = "{en: x, unit: kt, additive: false}"
    lines = [f"{code}: {sign}" for code in FLOWS]
    lines.append("gdp: {en: GDP, unit: 1000 EUR}")
    (root / "variables.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "accounts.yml").write_bytes((HERE / "ewmfa_accounts.yml").read_bytes())
    (root / "frameworks" / "country.yml").write_text(FRAMEWORK, encoding="utf-8")
    (root / "runs" / "2018.yml").write_text("status: draft\n", encoding="utf-8")
    return load_definitions(root, 2018)


def panel(**given: float) -> Panel:
    columns = {code: Column.of(np.array([[value]])) for code, value in given.items()}
    return Panel(("ES",), (2018,), columns)


def test_the_accounts_give_the_published_figures_of_spain(definitions) -> None:
    # INE, material flow accounts, press release of 16/12/2019: DMC 422,974.6 kt, PTB 72,951.9 kt
    flows = panel(de=350_022.7, imports=279_054.0, exports=206_102.1)
    found = compute_accounts(flows, definitions.frameworks["country"], base_year=2018)
    assert found.column("dmc").values[0, 0] == pytest.approx(422_974.6, abs=0.1)
    assert found.column("ptb").values[0, 0] == pytest.approx(72_951.9, abs=0.1)
    assert found.column("cmu").state[0, 0] == State.NOT_COLLECTED  # U was not given here


def test_exported_waste_adds_to_circular_use_and_imported_waste_takes_from_it(definitions) -> None:
    base = {"rcv_r": 100.0, "imports_waste": 20.0, "exports_waste": 20.0}

    def circular(**changed: float) -> float:
        flows = panel(**{**base, **changed})
        formula = definitions.accounts["u"].executable
        return float(evaluate(formula, flows, base_year=2018).values[0, 0])

    assert circular() == 100
    assert circular(exports_waste=30.0) == 110
    assert circular(imports_waste=30.0) == 90


@pytest.mark.parametrize("code", ["dmi", "dmc", "ptb", "u", "cmu", "productivity"])
def test_every_example_of_the_accounts_holds(definitions, code: str) -> None:
    account = definitions.accounts[code]
    assert account.examples
    for example in account.examples:
        given = panel(**{k: float(v) for k, v in example.given.items()})
        found = evaluate(account.executable, given, base_year=2018, factor=account.factor)
        state = State(int(found.state[0, 0]))
        value = float(found.values[0, 0]) if state == State.PRESENT else STATE_NAMES[state]
        assert value == (
            pytest.approx(example.expect) if state == State.PRESENT else example.expect
        )


# extraction, imports, exports -> consumption, trade balance
NATIONAL = [
    # INE (Spain), material flow accounts, kt: press releases of 19/12/2017 and 16/12/2019; Mt: 26/11/2024
    pytest.param(330_693.4, 257_500.0, 185_404.1, 402_789.4, 72_095.9, id="Spain 2016"),
    pytest.param(350_022.7, 279_054.0, 206_102.1, 422_974.6, 72_951.9, id="Spain 2018"),
    pytest.param(344.1, 249.2, 175.4, 417.9, 73.8, id="Spain 2023"),
    # CSO (Ireland), Material Flow Accounts 2023, Mt
    pytest.param(96.5, 42.3, 18.1, 120.7, 24.2, id="Ireland 2023"),
    # INE (Spain), main indicators in tonnes of 2022 and 2008: DMI 607,257,946 and 937,536,683
    pytest.param(350_342_661, 256_915_285, 188_031_489, 419_226_457, 68_883_796, id="Spain 2022"),
    pytest.param(661_570_195, 275_966_488, 125_596_866, 811_939_817, 150_369_622, id="Spain 2008"),
]


@pytest.mark.parametrize(("de", "imports", "exports", "consumed", "balance"), NATIONAL)
def test_published_national_accounts(definitions, de, imports, exports, consumed, balance) -> None:
    flows = panel(de=de, imports=imports, exports=exports)
    found = compute_accounts(flows, definitions.frameworks["country"], base_year=2018)
    assert found.column("dmc").values[0, 0] == pytest.approx(consumed, abs=0.11)
    assert found.column("ptb").values[0, 0] == pytest.approx(balance, abs=0.11)
    assert found.column("dmi").values[0, 0] == pytest.approx(consumed + exports, abs=0.11)


def test_the_rate_is_over_all_material_used_not_over_consumption(definitions) -> None:
    # Eurostat 2022: 11.5 % of the material used; a plain U / DMC would print 13.0 %
    used = 1000 * 0.115 / 0.885
    flows = panel(de=1000.0, imports=0.0, exports=0.0, rcv_r=used, imports_waste=0, exports_waste=0)
    found = compute_accounts(flows, definitions.frameworks["country"], base_year=2018)
    assert found.column("cmu").values[0, 0] == pytest.approx(11.5)
    assert used / 1000 == pytest.approx(0.13, abs=5e-4)
