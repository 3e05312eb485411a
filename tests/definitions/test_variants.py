"""Variants of a framework: each change another hash, nonsense refused in a sentence, files that give them again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from definitions.params_builder import load

from cescore.definitions.frameworks.variant_file import (
    applied,
    difference,
    read_variant,
    write_variant,
)
from cescore.definitions.model import Framework
from cescore.definitions.model.variants import BY_RULE, Terms
from cescore.errors import ParamsError, VariantError
from cescore.method.index.missing import CASES

Change = Callable[[Framework], Framework]
WATER = {
    "formula": "reused / coal",
    "unit": "%",
    "direction": 1,
    "group": "air",
    "goalposts": (0, 50),
}

CHANGES: dict[str, Change] = {
    "weights": lambda f: f.with_weights(carbon=2, resources=0.5),
    "goalposts": lambda f: f.with_goalposts(reuse=(10, 90)),
    "goalposts from a year on": lambda f: f.with_goalposts(since=2024, carbon=(8, 2)),
    "goalposts of an industry": lambda f: f.with_goalposts(industry="钢铁", carbon=(8, 2)),
    "normalisation": lambda f: f.with_normalisation("min_max"),
    "normalisation of one": lambda f: f.with_normalisation(reuse="rank"),
    "aggregation": lambda f: f.with_aggregation("geometric_mean"),
    "aggregation of the index": lambda f: f.with_aggregation(TOWN="harmonic_mean"),
    "a power": lambda f: f.with_aggregation(resources="generalised_mean", power=0.5),
    "missing": lambda f: f.with_missing(not_reported="exclude", min_weight_covered=0.7),
    "without an indicator": lambda f: f.without("reuse"),
    "without a group": lambda f: f.without("resources"),
    "a further indicator": lambda f: f.with_indicator("water", **WATER),
    "a formula": lambda f: f.with_formula("reuse", "reused / (waste + reused)"),
}  # fmt: skip


@pytest.fixture
def town(tmp_path: Path) -> Framework:
    return load(tmp_path).frameworks["town"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_gives_another_framework_and_leaves_the_first(
    town: Framework, change: Change
) -> None:
    before = town.model_dump()
    assert change(town).hash != town.hash
    assert town.model_dump() == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_gives_the_same_variant_again(
    town: Framework, tmp_path: Path, change: Change
) -> None:
    variant = change(town)
    write_variant(tmp_path / "variant.yml", difference(town, variant, note="试一试"))
    patch = read_variant(tmp_path / "variant.yml")
    assert applied(town, patch).hash == variant.hash
    assert patch.note == "试一试"


def test_all_changes_together_are_one_file(town: Framework, tmp_path: Path) -> None:
    variant = town
    for name in ("weights", "a further indicator", "missing", "without an indicator", "a formula"):
        variant = CHANGES[name](variant)
    write_variant(tmp_path / "v.yml", difference(town, variant))
    assert applied(town, read_variant(tmp_path / "v.yml")).hash == variant.hash


def test_no_change_is_an_empty_patch(town: Framework) -> None:
    assert difference(town, town.with_weights(air=1)).is_empty
    assert difference(town, town.with_goalposts(reuse=(0, 100))).is_empty


NONSENSE: dict[str, tuple[Callable[[Framework], Any], str]] = {
    "unknown code": (lambda f: f.with_weights(carbn=1), "'carbn'.*nearest: carbon"),
    "a name": (lambda f: f.with_weights(Productivity=1), "is the name of productivity"),
    "negative weight": (lambda f: f.with_weights(air=-1), "weight of air: -1"),
    "no number": (lambda f: f.with_weights(air="1"), "weight of air: '1'"),
    "all zero": (lambda f: f.with_weights(air=0, resources=0), "every weight"),
    "ends reversed": (lambda f: f.with_goalposts(reuse=(9, 1)), "best above worst"),
    "one end": (lambda f: f.with_goalposts(reuse=5), "two numbers"),
    "ends without a number": (lambda f: f.with_goalposts(reuse=(0, float("nan"))), "two numbers"),
    "normalisation": (lambda f: f.with_normalisation("minmax"), "nearest: min_max"),
    "no reference": (lambda f: f.with_normalisation("distance_to_reference"), "no reference"),
    "aggregation": (lambda f: f.with_aggregation("mean"), "'mean' is not an aggregation"),
    "a group": (lambda f: f.with_aggregation(airs="geometric_mean"), "'airs'.*air"),
    "a power of none": (lambda f: f.with_aggregation("geometric_mean", power=2), "generalised"),
    "a rule": (lambda f: f.with_missing(not_reported="drop"), "floor, exclude, propagate"),
    "an unknown rule": (lambda f: f.with_missing(not_reporte="floor"), "nearest: not_reported"),
    "a share above 1": (lambda f: f.with_missing(min_weight_covered=2), "min_weight_covered"),
    "nothing left": (lambda f: f.without("air", "resources"), "nothing is left"),
    "taken": (lambda f: f.with_indicator("reuse", **WATER), "with_formula|already"),
    "taken by a variable": (lambda f: f.with_indicator("waste", **WATER), "taken already"),
    "unknown operand": (lambda f: f.with_formula("reuse", "reusd / waste"), "nearest: reused"),
    "no formula": (lambda f: f.with_formula("reuse", "__import__('os')"), "not allowed"),
    "other dimension": (lambda f: f.with_formula("reuse", "reused * waste"), "dimension"),
    "a circle": (lambda f: f.with_formula("reuse", "carbon * gdp / gas").with_formula(
        "carbon", "reuse * gas / gdp"), "in a circle"),
    "unknown unit": (lambda f: f.with_indicator("n", **{**WATER, "unit": "tonnnes"}), "unit of n"),
    "no direction": (lambda f: f.with_indicator("n", formula="coal", unit="t"), "direction"),
    "unknown key": (lambda f: f.with_indicator("n", colour="red", **WATER), "colour"),
    "no goalposts": (lambda f: f.with_indicator("n", **{**WATER, "goalposts": {}}), "no goalposts"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused_in_one_sentence(
    town: Framework, change: Callable[[Framework], Any], words: str
) -> None:
    with pytest.raises(VariantError, match=words) as caught:
        change(town)
    assert "\n" not in str(caught.value)


def test_a_weight_set_by_hand_holds_where_a_method_gave_it(tmp_path: Path) -> None:
    equal = load(tmp_path).frameworks["town"].changed({"weighting": {"method": "entropy"}})
    variant = equal.with_weights(air=3)
    assert variant.weighting_of("").method == "given"
    assert variant.weighting_of("output").method == "entropy"
    assert applied(equal, difference(equal, variant)).hash == variant.hash


def test_an_indicator_without_a_place_in_the_index_is_still_computed(town: Framework) -> None:
    variant = town.without("reuse")
    assert "reuse" in variant.indicators and "reuse" in variant.order
    assert "rates" not in variant.groups  # left empty
    assert variant.headline == town.headline


def test_a_further_indicator_brings_what_it_stands_on(tmp_path: Path) -> None:
    definitions = load(tmp_path)
    town = definitions.frameworks["town"]
    terms = Terms(accounts=definitions.accounts)
    variant = town.with_indicator(
        "spare", terms=terms, formula="unused / gdp", unit="t/10k CNY", direction=-1
    )
    assert variant.order.index("unused") < variant.order.index("spare")
    assert variant.indicators["spare"].role == "reported"
    factor = town.with_indicator("per", formula="gdp / coal", unit="CNY/t", direction=1)
    assert factor.indicators["per"].factor == "10000"


def test_a_file_of_another_framework_is_refused_by_version_and_hash(
    town: Framework, tmp_path: Path
) -> None:
    patch = difference(town, town.with_weights(air=3))
    later = town.model_copy(update={"version": "2"})
    with pytest.raises(VariantError, match=rf"framework 1 \({town.hash[:12]}\), in use is 2"):
        applied(later, patch)


def test_what_no_change_makes_is_not_saved(town: Framework) -> None:
    with pytest.raises(VariantError, match="cannot hold"):
        difference(town, town.model_copy(update={"version": "2"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("weights: {air: 1}", "entity_type: is missing"),
        ("entity_type: town\nframework: {hash: ab}\nwieghts: {air: 1}", "nearest: weights"),
        ("entity_type: town\nframework: {hash: ab}\nweights: {air: -1}", "weights.air"),
        ("entity_type: town\nframework: {hash: ab}\nweights: {air: &a [*a]}", "v.yml"),
        ("- 1", "v.yml"),
    ],
)
def test_a_file_that_is_no_variant_is_refused_with_its_lines(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "v.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=words):
        read_variant(tmp_path / "v.yml")
    with pytest.raises(ParamsError, match="no such variant file"):
        read_variant(tmp_path / "w.yml")


def test_the_rules_that_can_be_changed_are_all_there_are() -> None:
    assert BY_RULE == CASES
