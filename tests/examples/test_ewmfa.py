"""The economy-wide accounts stated in YAML, on published flows: any place, no code of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cescore.definitions.load import load_definitions
from cescore.method.column import STATE_NAMES, Column, Panel, State
from cescore.method.formulas import evaluate
from cescore.method.indicators import compute_accounts

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
