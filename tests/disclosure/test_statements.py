"""What the figure of a body says of what was returned: by its formula, or of the year it is carried from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import evaluate_again, evaluated, firms

from cescore.disclosure.ledger.behind import Behind
from cescore.disclosure.ledger.statements import Figure, Statements
from cescore.method.disclosure.linear_forms import Meaning


def changed(root: Path, framework: str, **more: object) -> None:
    """Writes facts into the rate of output of a type."""
    path = root / f"params/frameworks/{framework}.yml"
    rules = json.loads(path.read_text("utf-8"))
    rules["indicators"]["productivity"] |= more
    path.write_text(json.dumps(rules), encoding="utf-8")


def without_output(root: Path, body: str, year: int) -> None:
    path = root / f"data/{year}/observations.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"{body},{year},output,")]
    path.write_text("".join(kept), encoding="utf-8")


@pytest.mark.parametrize("within", [1, 2])
def test_a_rate_carried_from_an_earlier_year_says_what_it_said_in_that_year(
    within: int, tmp_path: Path
) -> None:
    evaluated(tmp_path, firms(6))
    changed(tmp_path, "park", latest_within=within)
    without_output(tmp_path, "PK1", 2025)
    statements = Statements(Behind(evaluate_again(tmp_path)))
    now, then = (statements.of(Figure("PK1", "productivity", year)) for year in (2025, 2024))
    assert now.is_present and now == then
    assert {one.quantity.year for one in now.inputs} == {2024}


def test_a_rate_of_its_own_year_says_nothing_of_the_year_before(tmp_path: Path) -> None:
    evaluated(tmp_path, firms(6))
    changed(tmp_path, "park", latest_within=1)
    found = Statements(Behind(evaluate_again(tmp_path))).of(Figure("PK1", "productivity", 2025))
    assert {one.quantity.year for one in found.inputs} == {2025}


def test_a_sum_of_two_units_says_how_much_of_each(tmp_path: Path) -> None:
    """Waste in ten thousands of tons beside tons recycled."""
    evaluated(tmp_path, firms(6))
    variables = json.loads((tmp_path / "params/variables.yml").read_text("utf-8"))
    variables["waste"]["unit"] = "10k t"
    (tmp_path / "params/variables.yml").write_text(json.dumps(variables), encoding="utf-8")
    changed(tmp_path, "park", formula="output / (recycled + waste)")
    found = Statements(Behind(evaluate_again(tmp_path))).of(Figure("PK1", "productivity", 2025))
    terms = {atom.quantity.code: share for atom, share in found.denominator.terms.items()}  # type: ignore[union-attr]
    assert terms["waste"] == pytest.approx(10_000 * terms["recycled"])


def test_a_figure_that_a_body_lacks_is_the_sum_of_the_bodies_inside_it(tmp_path: Path) -> None:
    evaluated(tmp_path, [*firms(5), *firms(5, seed=2, park="PK2")], ("PK1", "PK2"))
    statements = Statements(Behind(evaluate_again(tmp_path)))
    account = SimpleNamespace(executable="not_of_the_city", formula="", factor="1")
    summed = statements._computed(Figure("C1", "output", 2025), account, 7.0)  # type: ignore[arg-type]
    assert {one.body for one in summed.inputs} == {"PK1", "PK2"}
    nothing = statements._computed(Figure("C1", "nothing", 2025), account, 7.0)  # type: ignore[arg-type]
    assert nothing == Meaning.number(7.0)


def test_a_table_of_params_is_nobody_s_figure(tmp_path: Path) -> None:
    evaluated(tmp_path, firms(5))
    table = SimpleNamespace(executable="", formula="", factor="1")
    statements = Statements(Behind(evaluate_again(tmp_path)))
    found = statements._computed(Figure("PK1", "output", 2025), table, 7.0)  # type: ignore[arg-type]
    assert found == Meaning.number(7.0)


def test_variables_are_tied_by_what_rules_equate_for_their_own_type(tmp_path: Path) -> None:
    made = {"en": "a rule", "severity": "hard", "kind": "balance", "source": "the tests"}
    equated = "abs(material - total(waste, recycled)) <= 0.005 * material"
    rules = {
        "sum": {**made, "rule": equated, "entity_types": ["firm"]},
        "least": {**made, "rule": "output >= 1", "entity_types": ["park"]},
    }
    path = tmp_path / "params/checks.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    evaluated(tmp_path, [replace(f, material=f.waste + f.recycled) for f in firms(5)])
    statements = Statements(Behind(evaluate_again(tmp_path)))
    assert list(statements._tied("firm")) == [{"material", "waste", "recycled"}]
    assert list(statements._tied("park")) == []
