"""Imputation, outliers and availability in a framework: read, and refused where they cannot work."""

from __future__ import annotations

from pathlib import Path

import pytest
from params_builder import line_of, load, problems, replaced

from cescore.definitions.model import Imputation, MissingRules, Treatment

NAME = "frameworks/town.yml"
HEAD = "index: {code: TOWN, en: Town index}\n"
Changed = dict[str, str | bytes | None]


def with_top(text: str) -> Changed:
    """Lines added at the top of the framework."""
    return replaced(NAME, HEAD, HEAD + "".join(f"        {line}\n" for line in text.splitlines()))


def test_nothing_is_imputed_or_treated_unless_asked_for(tmp_path: Path) -> None:
    town = load(tmp_path).frameworks["town"]
    assert (town.imputation.method, town.treatment.method) == ("none", "none")
    assert (town.missing.min_available, town.missing.screen_below) == (0, 0)


def test_settings_are_read_and_an_indicator_has_its_own(tmp_path: Path) -> None:
    changed = with_top(
        "normalisation: min_max\n"
        "imputation: {method: group_mean, by: site}\n"
        "treatment: {method: skew_kurtosis, winsorise_max: 3}\n"
        "missing: {min_available: 0.5, screen_below: 0.7}"
    )
    text = changed[NAME]
    assert isinstance(text, str)
    changed[NAME] = text.replace("group: air", "group: air\n            treatment: {method: none}")
    town = load(tmp_path, changed).frameworks["town"]
    assert town.imputation == Imputation(method="group_mean", by="site")
    assert town.treatment_of(town.indicators["reuse"]).winsorise_max == 3
    assert town.treatment_of(town.indicators["carbon"]) == Treatment()
    assert town.missing == MissingRules(min_available=0.5, screen_below=0.7)


def test_a_code_that_the_type_does_not_return_groups_nobody(tmp_path: Path) -> None:
    changed = with_top("imputation: {method: group_mean, by: site}")
    changed |= replaced("variables.yml", "unit: code}", "unit: code, entity_types: [mine]}")
    assert "'site' groups nobody" in {p.found for p in problems(tmp_path, changed)}


@pytest.mark.parametrize("by", ["industri", "gdp", "name_en"])
def test_a_grouping_that_groups_nobody_is_refused(tmp_path: Path, by: str) -> None:
    changed = with_top(f"imputation: {{method: group_mean, by: {by}}}")
    (found,) = problems(tmp_path, changed)
    assert (found.what, found.found) == ("imputation.by", f"{by!r} groups nobody")
    assert found.where == line_of(NAME, "imputation", changed)
    assert "industry" in found.expected


def test_a_transformed_value_is_not_held_against_goalposts(tmp_path: Path) -> None:
    found = problems(tmp_path, with_top("treatment: {method: skew_kurtosis}"))
    assert [p.what for p in found] == [
        f"indicators.{code}.treatment.then" for code in ("carbon", "productivity", "reuse")
    ]
    assert "goalposts stand on untransformed values" in found[0].found
    assert load(tmp_path, with_top("treatment: {method: skew_kurtosis, then: none}"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("treatment: {method: skew_kurt}", "framework.treatment.method"),
        ("treatment: {winsorise_max: -1}", "framework.treatment.winsorise_max"),
        ("treatment: {skew_thresh: 0}", "framework.treatment.skew_thresh"),
        ("treatment: {winsorize_max: 5}", "framework.treatment.winsorize_max"),
        ("imputation: {method: knn}", "framework.imputation.method"),
        ("missing: {min_available: 1.5}", "framework.missing.min_available"),
    ],
)
def test_settings_that_mean_nothing_are_refused_by_name(
    tmp_path: Path, text: str, what: str
) -> None:
    assert what in {p.what for p in problems(tmp_path, with_top(text))}


def test_a_group_may_have_its_own_availability_limit(tmp_path: Path) -> None:
    changed = replaced(NAME, "air: {weight: 1}", "air: {weight: 1, min_available: 0.25}")
    groups = load(tmp_path, changed).frameworks["town"].groups
    assert (groups["air"].min_available, groups["resources"].min_available) == (0.25, None)
