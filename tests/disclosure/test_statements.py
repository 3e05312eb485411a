"""What the figure of a body says of what was returned: by its formula, or of the year it is carried from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cases import evaluate_again, evaluated, firms

from cescore.disclosure.behind import Behind
from cescore.disclosure.statements import Figure, Statements


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
