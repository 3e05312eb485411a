"""params/norms.yml and factors in series: what is read, and what is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.errors import ParamsError

FILES: Mapping[str, str] = {
    "variables.yml": """
energy: {en: Energy, unit: tce}
made: {en: Product, unit: t}
product: {en: Product, unit: code, kind: code, allowed: [brick, steel]}
""",
    "accounts.yml": """
factors:
  grid_2021: {en: Grid 2021, value: 0.6, unit: t CO2/tce, source: made up, tag: P, vintage: 2021, series: grid}
  grid_2022: {en: Grid 2022, value: 0.5, unit: t CO2/tce, source: made up, tag: P, vintage: 2022, series: grid}
accounts:
  co2: {en: CO2, unit: t CO2, formula: energy * grid_2022, source: made up, tag: P}
""",
    "norms.yml": """
limit:
  en: Limit
  unit: tce/t
  by: product
  source: made up
  tag: P
  values:
    brick: {value: 0.05, source: a standard, tag: V}
""",
    "frameworks/kiln.yml": """
version: "1"
source: made up
index: {code: IX}
groups: {G: {weight: 1}}
indicators:
  USE: {en: Use against the limit, group: G, weight: 1, formula: energy / made / limit, unit: ratio, direction: -1,
        goalposts: {2024: {worst: 2, best: 0, source: ours, tag: P}}, source: made up, tag: P}
""",
}


def loaded(root: Path, **changed: str) -> Definitions:
    for name, text in {
        **FILES,
        **{k.replace("_yml", ".yml"): v for k, v in changed.items()},
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_definitions(root, 2024)


def refusal(root: Path, **changed: str) -> str:
    with pytest.raises(ParamsError) as caught:
        loaded(root, **changed)
    return str(caught.value)


def test_a_norm_is_an_account_whose_word_travels_with_the_framework(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert found.accounts["limit"].values["brick"].value == 0.05
    framework = found.frameworks["kiln"]
    assert "limit" in framework.accounts
    assert "product" in framework.variables  # forms ask for it, bundles carry it


def test_a_bare_number_has_the_table_s_own_source_and_tag(tmp_path: Path) -> None:
    norms = FILES["norms.yml"] + "    steel: 0.5\n  otherwise: 0.7\n"
    table = loaded(tmp_path, norms_yml=norms).accounts["limit"]
    lines = [table.line(word) for word in ("brick", "steel", "glass")]
    assert [(x.value, x.source, x.tag) for x in lines if x is not None] == [
        (0.05, "a standard", "V"),
        (0.5, "made up", "P"),
        (0.7, "made up", "P"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("by: product", "by: prodct", "norms.limit.by"),
        ("by: product", "by: energy", "industry or a variable of kind code"),
        ("brick:", "brik:", "a value of product"),
        ("by: product", "formula: energy", "unknown key"),
        ("    brick: {value: 0.05, source: a standard, tag: V}", "    {}", "values"),
    ],
)
def test_a_norm_that_nothing_can_be_looked_up_in_is_refused_by_name(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert said in refusal(tmp_path, norms_yml=FILES["norms.yml"].replace(old, new))


def test_no_table_may_be_written_as_an_account_or_looked_up_by_a_rule(tmp_path: Path) -> None:
    accounts = FILES["accounts.yml"] + "  t: {en: T, unit: t, by: product, source: x, tag: P}\n"
    assert "unknown key" in refusal(tmp_path, accounts_yml=accounts)
    rules = "rules: {r: {en: R, rule: limit * made <= energy, severity: soft}}\n"
    assert "'limit' is a table" in refusal(tmp_path, checks_yml=rules)


def test_two_vintages_of_one_series_are_refused_wherever_they_meet(tmp_path: Path) -> None:
    accounts = FILES["accounts.yml"] + (
        "  other: {en: Other, unit: t CO2, formula: energy * grid_2021, source: x, tag: P}\n"
    )
    message = refusal(tmp_path, accounts_yml=accounts)
    assert "grid_2021 is of 2021, grid_2022 in co2 of 2022" in message
    framework = FILES["frameworks/kiln.yml"].replace(
        "energy / made", "energy * grid_2021 / (energy * grid_2021) * energy / made"
    )
    assert "one vintage of grid" in refusal(tmp_path, **{"frameworks/kiln_yml": framework})


def test_a_series_without_a_year_is_refused(tmp_path: Path) -> None:
    accounts = FILES["accounts.yml"].replace("vintage: 2021, ", "")
    assert "series 'grid' without a year" in refusal(tmp_path, accounts_yml=accounts)


def test_what_no_formula_uses_may_stand_beside_it(tmp_path: Path) -> None:
    assert {"grid_2021", "grid_2022"} <= set(loaded(tmp_path).factors)


def test_only_an_account_that_says_so_sets_two_bases_beside_each_other(tmp_path: Path) -> None:
    bases = """
factors:
  low: {en: Low, value: 1, unit: tce/t, source: x, tag: P, basis: calorific}
  high: {en: High, value: 3, unit: tce/t, source: x, tag: P, basis: equivalent}
accounts:
  a: {en: A, unit: tce, formula: made * low, source: x, tag: P}
  gap: {en: Gap, unit: tce, formula: made * high - a, across_bases: true, source: x, tag: P}
  b: {en: B, unit: tce, formula: a + gap, source: x, tag: P}
"""
    assert loaded(tmp_path, accounts_yml=bases).accounts["b"].executable == "a + gap"
    mixed = bases.replace("across_bases: true, ", "")
    assert "factors on one basis" in refusal(tmp_path, accounts_yml=mixed)
