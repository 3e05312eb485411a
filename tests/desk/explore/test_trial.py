"""A setting being tried: its numbers are the evaluation's, it is refused as a whole, undone, saved and loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cescore.desk.explore.choices import Choices
from cescore.desk.explore.trial import Trial
from cescore.desk.whole_type import TypeDesk
from cescore.errors import CescoreError, VariantError

NORMALISATIONS = ("goalposts", "min_max", "z_score", "rank", "percentile_rank", "borda", "efficacy")
MEANS = ("arithmetic_mean", "geometric_mean", "harmonic_mean", "copeland", "topsis")


@st.composite
def any_choices(draw: st.DrawFn, start: Choices) -> Choices:
    """A setting of a few controls; some settings make no sense."""
    codes = sorted(start.weights)
    weights = draw(
        st.dictionaries(st.sampled_from(codes), st.sampled_from([0.0, 0.5, 3.0]), max_size=3)
    )
    gone = draw(st.frozensets(st.sampled_from(sorted(start.ends)), max_size=2))
    mean = draw(st.sampled_from([(m, 1.0) for m in MEANS] + [("generalised_mean", 0.5)]))
    rule = draw(st.sampled_from(["floor", "exclude", "propagate"]))
    return replace(
        start,
        weights={**start.weights, **weights},
        left_out=gone,
        normalisation=draw(st.sampled_from(NORMALISATIONS)),
        means={**start.means, draw(st.sampled_from(sorted(start.means))): mean},
        missing={**start.missing, "not_reported": rule},
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_the_order_of_changes_the_numbers_are_those_of_the_whole_evaluation(
    trial: Trial, data: st.DataObject
) -> None:
    start = Choices.of(trial.desk.framework, trial.desk.year)
    for _ in range(2):
        try:
            trial.choose(data.draw(any_choices(start)))
        except CescoreError:
            continue
        whole = trial.desk.evaluate(trial.framework)
        np.testing.assert_allclose(trial.result.index, whole.index(), rtol=1e-12)
        ranks = [np.nan if rank is None else rank for rank in whole.ranks()]
        np.testing.assert_array_equal(trial.moves.rank, ranks)


def test_what_the_controls_say_of_a_framework_gives_the_framework_back(trial: Trial) -> None:
    f = trial.desk.framework
    for variant in (
        f, f.with_weights(use=3, CMU=2), f.with_goalposts(CMU=(0, 30)), f.with_normalisation("min_max"),
        f.with_aggregation("harmonic_mean"), f.with_missing(not_reported="exclude", min_weight_covered=0.5),
    ):  # fmt: skip
        assert Choices.of(variant, 2022).framework(f, 2022).hash == variant.hash


def test_a_setting_that_makes_no_sense_leaves_all_as_it_was(trial: Trial) -> None:
    before = trial.framework.hash
    with pytest.raises(VariantError, match="expected one above 0"):
        trial.choose(replace(trial.choices, weights=dict.fromkeys(trial.choices.weights, 0.0)))
    with pytest.raises(VariantError, match="worst 30, best 30"):
        trial.choose(replace(trial.choices, ends={**trial.choices.ends, "CMU": (30.0, 30.0)}))
    assert trial.framework.hash == before
    assert not trial.undo()


def test_undo_takes_back_one_change_and_reset_all(trial: Trial) -> None:
    heavy = replace(trial.choices, weights={**trial.choices.weights, "CMU": 5.0})
    trial.choose(heavy)
    one = trial.framework.hash
    trial.choose(replace(heavy, left_out=frozenset({"WEEE_R"})))
    assert trial.undo()
    assert trial.framework.hash == one
    trial.reset()
    assert not trial.is_variant
    assert trial.undo()
    assert trial.framework.hash == one


@pytest.mark.parametrize("kind", ["weights", "without", "indicator", "means"])
def test_a_saved_setting_is_the_same_when_it_is_loaded(
    countries: TypeDesk, trial: Trial, tmp_path: Path, kind: str
) -> None:
    f = countries.framework
    variant = {
        "weights": lambda: f.with_weights(CMU=4),
        "without": lambda: f.without("WEEE_R", "packaging"),
        "indicator": lambda: f.with_indicator(
            "NEW", formula="CMU", unit="%", direction=1, group="use", goalposts=(0, 40)
        ),
        "means": lambda: f.with_aggregation("geometric_mean").with_missing(not_reported="exclude"),
    }[kind]()
    countries.save(variant, tmp_path / "v.yml")
    trial.load(tmp_path / "v.yml")
    np.testing.assert_allclose(trial.result.index, countries.evaluate(variant).index(), rtol=1e-12)
    countries.save(trial.framework, tmp_path / "again.yml")
    assert (tmp_path / "again.yml").read_text("utf-8") == (tmp_path / "v.yml").read_text("utf-8")


def test_what_a_loaded_file_left_out_can_be_taken_in_again(trial: Trial, tmp_path: Path) -> None:
    trial.desk.save(trial.desk.framework.without("WEEE_R"), tmp_path / "v.yml")
    trial.load(tmp_path / "v.yml")
    assert trial.choices.left_out == {"WEEE_R"}
    trial.choose(replace(trial.choices, left_out=frozenset()))
    assert not trial.is_variant


@pytest.mark.parametrize(
    "text", ["", "a: [", "entity_type: shop\nframework: {hash: x}\n", "!!python/object:os.system {}", "weights: {CMU: .nan}"]
)  # fmt: skip
def test_a_file_that_is_no_variant_of_this_framework_is_refused_in_words(
    trial: Trial, tmp_path: Path, text: str
) -> None:
    (tmp_path / "v.yml").write_text(text, "utf-8")
    with pytest.raises(CescoreError):
        trial.load(tmp_path / "v.yml")
    assert not trial.is_variant


def test_the_official_setting_moves_nobody(trial: Trial) -> None:
    moves = trial.moves
    assert (moves.moved, moves.mean_shift) == (0, 0.0)
    np.testing.assert_array_equal(moves.difference[np.isfinite(moves.difference)], 0.0)
