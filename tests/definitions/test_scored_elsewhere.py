"""Nothing is scored twice: a check of what an index, a target or another check scores is recorded only."""

from __future__ import annotations

from pathlib import Path

import pytest
from params_builder import FILES, load

from cescore.definitions.frameworks.scored_elsewhere import scored_elsewhere
from cescore.definitions.standing import uncompared_checks
from cescore.errors import ParamsError
from cescore.intake.checks.unused import unread_check_formulas

PLAN = """
    en: Five years
    base_year: 2020
    first_year: 2021
    last_year: 2025
    source: made
    targets:
      T1: {{en: Less carbon, indicator: carbon, type: cumulative_reduction, value: 10, unit: "%", op: ">=", {concerned}, source: made, tag: P}}
    systems: {{s: {{en: One}}}}
    measures:
      m:
        en: Reuse
        system: s
        levels: [town]
        units: [office]
        checks: [{checks}]
"""
CHECK = (
    "{{id: {id}, en: {id}, levels: [town], type: {type}, better: more, yardstick: {yardstick}, "
    'formula: "{formula}"}}'
)


def files(*formulas: str, concerned: str = "applies_to: [town]", **check: str) -> dict[str, str]:
    """A plan with a check of each formula, a, b, c and so on."""
    about = {"type": "rate", "yardstick": "improves", **check}
    checks = [
        CHECK.format(id="abcdef"[i], formula=formula, **about) for i, formula in enumerate(formulas)
    ]
    plan = PLAN.format(concerned=concerned, checks=", ".join(checks))
    return {"plans/p.yml": plan, "runs/2025.yml": "status: sample\nplan: p\n"}


def found(folder: Path, *formulas: str, **changed: str) -> dict[str, tuple[str, str]]:
    """What each check repeats: where it is scored, under which code."""
    definitions = load(folder, {**files(*formulas, **changed)})
    assert definitions.plan is not None
    repeats = scored_elsewhere(definitions.plan, definitions.frameworks["town"])
    return {check: (other.where, other.code) for check, other in repeats.items()}


def test_a_check_of_a_scored_indicator_is_scored_in_the_index(tmp_path: Path) -> None:
    repeats = found(tmp_path, "reused / waste", "gdp / (ore + coal)", "reused", "reused / gdp")
    assert repeats == {
        "a": ("in_index", "reuse"),
        "b": ("in_index", "productivity"),  # material, an account, written out
        "c": ("in_index", "reuse"),  # what the rate divides
    }


def test_an_indicator_of_no_weight_scores_nothing(tmp_path: Path) -> None:
    definitions = load(tmp_path, {**files("gas / gdp", concerned="applies_to: [town]")})
    framework = definitions.frameworks["town"].reweighted({"carbon": 0})
    assert definitions.plan is not None
    (repeat,) = scored_elsewhere(definitions.plan, framework).values()
    assert (repeat.where, repeat.code) == ("as_target", "T1")


def test_a_target_shown_as_a_reference_is_not_made_one_by_a_check(tmp_path: Path) -> None:
    fall = "1 - (gas / gdp) / base(gas / gdp)"
    indicator = (
        "\n          fall: {en: Fall, formula: 1 - carbon / base(carbon), unit: '%', direction: 1, "
        "source: made, tag: P}\n        progress:"
    )
    town = FILES["frameworks/town.yml"].replace("\n        progress:", indicator)
    for concerned, where in (
        ("applies_to: [town]", "as_target"),
        ("reference_for: [town]", "reference_target"),
    ):
        changed = {**files(fall, concerned=concerned), "frameworks/town.yml": town}
        definitions = load(tmp_path, {**changed})
        assert definitions.plan is not None
        (repeat,) = scored_elsewhere(definitions.plan, definitions.frameworks["town"]).values()
        assert (repeat.where, repeat.code) == (where, "T1")


def test_the_second_check_of_one_quantity_is_scored_as_the_first(tmp_path: Path) -> None:
    assert found(tmp_path, "coal / gdp", "gdp / coal") == {"b": ("as_check", "a")}


def test_a_check_that_is_only_recorded_is_compared_with_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, "reused / waste", yardstick="none") == {}


@pytest.mark.parametrize("formula", ["reusd / waste", "reused / ", "in words?"])
def test_a_formula_that_cannot_be_compared_is_named_and_repeats_nothing(
    tmp_path: Path, formula: str
) -> None:
    definitions = load(tmp_path, {**files("reused / waste", formula)})
    assert definitions.plan is not None
    assert uncompared_checks(definitions) == ("b",)
    (finding,) = unread_check_formulas(definitions, tmp_path / "params")
    assert str(finding.at).startswith("params/plans/p.yml:")
    assert [*scored_elsewhere(definitions.plan, definitions.frameworks["town"])] == ["a"]


OVERLAPS = """
    overlaps:
      O1: {{of: {of}, beside: {{town: {beside}}}, counts: {counts}{reason}}}
"""


def overlapping(
    of: str = "b", beside: str = "reuse", counts: str = "once", reason: str = ", en: part"
) -> dict[str, str]:
    made = files("coal / gdp", "ore / gdp", "gdp / ore")
    stated = OVERLAPS.format(of=of, beside=beside, counts=counts, reason=reason)
    return made | {"plans/p.yml": made["plans/p.yml"] + stated}


@pytest.mark.parametrize(
    ("beside", "where"), [("reuse", "in_index"), ("T1", "as_target"), ("a", "as_check")]
)
def test_a_stated_overlap_counts_once_and_so_does_what_asks_again_for_it(
    tmp_path: Path, beside: str, where: str
) -> None:
    definitions = load(tmp_path, {**overlapping(beside=beside)})
    assert definitions.plan is not None
    repeats = scored_elsewhere(definitions.plan, definitions.frameworks["town"])
    assert {c: (o.where, o.code) for c, o in repeats.items()} == dict.fromkeys(
        "bc", (where, beside)
    )


def test_an_overlap_that_counts_in_both_places_leaves_the_check_scored(tmp_path: Path) -> None:
    definitions = load(tmp_path, {**overlapping(counts="both")})
    assert definitions.plan is not None
    assert [*scored_elsewhere(definitions.plan, definitions.frameworks["town"])] == ["c"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"of": "z"}, "a check of town"),
        ({"of": "T1"}, "a check of town"),
        ({"beside": "rouse"}, "an indicator, target or check of town"),
        ({"reason": ""}, "why it counts so"),
    ],
)
def test_an_overlap_that_names_nothing_or_no_reason_is_refused(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(ParamsError, match=said):
        load(tmp_path, {**overlapping(**changed)})
