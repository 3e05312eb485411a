"""Methods that learn from others: refused where the others are respondents, named with what to use."""

from __future__ import annotations

from pathlib import Path

import pytest
from params_builder import load, problems, replaced

TOWN = "frameworks/town.yml"
HEAD = "index: {code: TOWN, en: Town index}\n"
DECIDED = "public_types: [city]\n"
Changed = dict[str, str | bytes | None]
OBSERVED = [
    "normalisation: min_max",
    "normalisation: z_score",
    "normalisation: rank",
    "normalisation: percentile_rank",
    "normalisation: borda",
    "normalisation: distance_to_maximum",
    "normalisation: fraction_of_maximum",
    "{normalisation: distance_to_reference, reference: T1}",
    "imputation: {method: mean}",
    "imputation: {method: group_median, by: site}",
    "imputation: {method: row_mean}",
    "treatment: {method: skew_kurtosis, then: none}",
    "aggregation: topsis",
    "aggregation: copeland",
    "weighting: {method: entropy}",
    "weighting: {method: critic}",
]


def with_setting(setting: str, disclosure: str) -> Changed:
    lines = setting.strip("{}").split(", ") if setting.startswith("{") else [setting]
    top = HEAD + "".join(f"        {line}\n" for line in lines)
    return {**replaced(TOWN, HEAD, top), "disclosure.yml": disclosure}


@pytest.mark.parametrize("setting", OBSERVED)
def test_what_learns_from_respondents_is_refused_with_file_key_method_and_a_way_out(
    setting: str, tmp_path: Path
) -> None:
    key, _, value = setting.strip("{}").split(", ")[0].partition(": ")
    method = value.partition("method: ")[2].partition(",")[0].strip("}") or value
    found = problems(tmp_path, with_setting(setting, DECIDED))
    assert found
    for problem in found:
        assert problem.where.partition(":")[0].endswith(TOWN)
        assert problem.what.endswith(key) and method in problem.found
        assert "learning_over_respondents.town" in problem.expected


@pytest.mark.parametrize("setting", OBSERVED)
def test_public_bodies_and_types_allowed_with_a_reason_may_learn_from_one_another(
    setting: str, tmp_path: Path
) -> None:
    load(tmp_path / "public", with_setting(setting, "public_types: [town]\n"))
    reason = f"{DECIDED}learning_over_respondents: {{town: consented in writing}}\n"
    load(tmp_path / "allowed", with_setting(setting, reason))


def test_a_setting_of_one_indicator_or_group_is_refused_at_its_own_place(tmp_path: Path) -> None:
    own = replaced(
        TOWN, "formula: gas / gdp", "normalisation: rank\n            formula: gas / gdp"
    )
    (problem,) = problems(tmp_path, {**own, "disclosure.yml": DECIDED})
    assert problem.what == "indicators.carbon.normalisation" and "rank" in problem.found


@pytest.mark.parametrize(
    ("disclosure", "what"),
    [
        (f"{DECIDED}learning_over_respondents: {{twon: why}}\n", "learning_over_respondents"),
        ("public_types: [town]\nlearning_over_respondents: {town: why}\n", "town"),
        (f"{DECIDED}learning_over_respondents: {{town: ''}}\n", "town"),
    ],
)
def test_an_allowance_names_a_type_of_respondents_and_its_reason(
    disclosure: str, what: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, {"disclosure.yml": disclosure})
    assert what in problem.what and "disclosure.yml" in problem.where


def test_weights_learnt_from_fewer_than_twenty_respondents_are_refused_all_the_same(
    tmp_path: Path,
) -> None:
    reason = f"{DECIDED}learning_over_respondents: {{town: consented in writing}}\n"
    weighting = "weighting: {method: entropy, fewest: 5}"
    found = problems(tmp_path, with_setting(weighting, reason))
    assert {(p.what, p.found) for p in found} == {("weighting.fewest", "5")}
