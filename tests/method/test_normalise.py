"""Scores: each method alone, and as a framework chooses it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Goalposts, Scale
from cescore.errors import MethodError
from cescore.method.column import Flag, Panel, State
from cescore.method.index import scaling as methods
from cescore.method.index.normalise import Fitted, fit, normalise

from .builders import framework, indicator, panel

distinct = st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=30, unique=True)


@given(distinct)
def test_reversing_the_direction_mirrors_the_score(values: list[int]) -> None:
    x = pd.Series(values, dtype=float)
    for method in (methods.min_max, methods.rank_scores):
        mirrored = 100 - method(x, direction=-1)
        pd.testing.assert_series_equal(method(x, direction=1), mirrored)
    pd.testing.assert_series_equal(
        methods.z_score(x, direction=1), -methods.z_score(x, direction=-1) + 0.0
    )


@given(distinct, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_a_change_of_unit_changes_no_score(values: list[int], a: float, b: float) -> None:
    x = pd.Series(values, dtype=float)
    for method in (methods.min_max, methods.z_score, methods.rank_scores):
        np.testing.assert_allclose(
            method(a * x + b, direction=1), method(x, direction=1), atol=1e-4
        )


@given(distinct)
def test_scores_rise_with_the_value_and_stay_on_the_scale(values: list[int]) -> None:
    x = pd.Series(sorted(values), dtype=float)
    scores = methods.goalposts(x, worst=-1000, best=1000, scale=methods.EFFICACY)
    assert scores.is_monotonic_increasing
    assert scores.between(60, 100).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: methods.min_max(x, direction=1),
        lambda x: methods.goalposts(x, worst=7, best=7),
        lambda x: methods.efficacy(x, satisfactory=7, not_allowed=7),
    ],
)
def test_equal_ends_are_refused_by_name(call: object) -> None:
    with pytest.raises(MethodError, match=r"'dmc'.*are 7"):
        call(pd.Series([7.0, 7.0], name="dmc"))  # type: ignore[operator]


def test_the_other_methods_refuse_what_they_cannot_answer() -> None:
    same = pd.Series([7.0, 7.0], name="dmc")
    with pytest.raises(MethodError, match="'dmc'.*do not differ"):
        methods.z_score(same, direction=1)
    with pytest.raises(MethodError, match="'dmc'.*above 0"):
        methods.distance_to_target(same, target=0, direction=1)
    with pytest.raises(MethodError, match="'dmc'.*two or more"):
        methods.rank_scores(same[:1], direction=1)


def test_on_a_logarithmic_scale_a_doubling_costs_the_same_points_everywhere() -> None:
    scores = methods.log_goalposts(pd.Series([1.0, 2.0, 4.0, 8.0, 16.0]), worst=16, best=1)
    assert scores.tolist() == pytest.approx([100, 75, 50, 25, 0])
    beyond = methods.log_goalposts(pd.Series([0.0, -1.0, 99.0]), worst=16, best=1)
    assert beyond.tolist() == [100, 100, 0]
    with pytest.raises(MethodError, match="no logarithm"):
        methods.log_goalposts(pd.Series([1.0]), worst=16, best=0)


def test_missing_values_stay_missing() -> None:
    x = pd.Series([1.0, np.nan, 3.0])
    for scores in (
        methods.min_max(x, direction=-1),
        methods.goalposts(x, worst=0, best=4),
        methods.log_goalposts(x, worst=4, best=1),
        methods.efficacy(x, satisfactory=3, not_allowed=1),
        methods.distance_to_target(x, target=2, direction=-1),
        methods.z_score(x, direction=1),
        methods.rank_scores(x, direction=1),
    ):
        assert scores.isna().tolist() == [False, True, False]


def test_a_series_keeps_its_labels_and_name() -> None:
    x = pd.Series({"A": 1.0, "B": 3.0}, name="dmc")
    assert methods.min_max(x, direction=1).to_dict() == {"A": 0, "B": 100}
    assert methods.min_max(x, direction=1).name == "dmc"


def scores_of(data: Panel, *changes: object, **changed: object) -> np.ndarray:
    frame = framework([indicator("X", "x", **changed)], *changes)
    return normalise(data, frame, fit(data, frame)).columns["X"].values


def test_goalposts_are_those_of_the_year_and_hold_until_the_next() -> None:
    posts = {
        2021: Goalposts(worst=0, best=10, source="made up", tag="P"),
        2023: Goalposts(worst=0, best=20, source="made up", tag="P"),
    }
    data = panel({"X": [[5, 5, 5, 5]]})
    frame = framework([indicator("X", goalposts=posts)])
    scores = normalise(data, frame, Fitted()).columns["X"]
    assert scores.state.tolist() == [[State.NOT_COMPUTABLE, 0, 0, 0]]
    assert scores.values[0, 1:].tolist() == [50, 50, 25]


def test_goalposts_may_differ_by_industry() -> None:
    posts = Goalposts(worst=0, best=10, source="made up", tag="P", by_industry={"steel": (0, 50)})
    data = panel({"X": [[5], [5], [5]]}, industry=["steel", "", "food"])
    frame = framework([indicator("X", goalposts={2020: posts})])
    assert normalise(data, frame, Fitted()).columns["X"].values.ravel().tolist() == [10, 50, 50]


def test_scores_lie_on_the_scale_of_the_framework() -> None:
    data = panel({"X": [[-1], [5], [99]]})
    frame = framework([indicator("X")], scale=Scale(floor=60, top=100))
    scores = normalise(data, frame, Fitted()).columns["X"].values
    assert scores.ravel().tolist() == [60, 80, 100]


def test_less_is_better_lies_in_the_goalposts() -> None:
    assert scores_of(panel({"X": [[60], [30], [20]]}), ends=(60, 20)).ravel().tolist() == [
        0,
        75,
        100,
    ]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("min_max", [0, 50, 100]),
        ("rank", [0, 50, 100]),
        ("z_score", [40, 50, 60]),
        ("distance_to_target", [20, 40, 60]),
    ],
)
def test_other_methods_by_name(method: str, expected: list[float]) -> None:
    scores = scores_of(panel({"X": [[2], [4], [6]]}), normalisation=method)
    np.testing.assert_allclose(scores.ravel(), expected)


def test_a_z_score_beyond_five_standard_deviations_is_not_cut() -> None:
    values = [float(i % 3) for i in range(40)] + [1000.0]
    frame = framework([indicator("X")], normalisation="z_score", scale=Scale(floor=-5, top=5))
    data = panel({"X": [[value] for value in values]})
    scores = normalise(data, frame, fit(data, frame)).columns["X"].values[:, 0]
    expected = (np.array(values) - np.mean(values)) / np.std(values, ddof=1)
    assert expected[-1] > 6
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ["min_max", "rank", "z_score"])
def test_one_entity_with_the_fitted_constants_scores_as_among_all(method: str) -> None:
    data = panel({"X": [[2, 5], [4, 5], [9, 7]]})
    frame = framework([indicator("X", normalisation=method)])
    fitted = fit(data, frame)
    together = normalise(data, frame, fitted).columns["X"].values
    for i, entity in enumerate(data.entities):
        alone = normalise(data.only([entity]), frame, fitted).columns["X"].values
        assert alone.tolist() == together[[i]].tolist()


@pytest.mark.parametrize("method", ["min_max", "rank", "z_score"])
def test_without_two_different_values_nobody_is_scored(method: str) -> None:
    data = panel({"X": [[7, 7], [None, 7]]})
    frame = framework([indicator("X", normalisation=method)])
    scores = normalise(data, frame, fit(data, frame)).columns["X"]
    if method == "rank":  # equal values share the middle
        assert scores.values[:, 1].tolist() == [50, 50]
    else:
        assert scores.state[:, 1].tolist() == [State.NOT_COMPUTABLE] * 2
    assert scores.state[:, 0].tolist() == [State.NOT_COMPUTABLE, State.MISSING]


def test_entities_left_out_of_the_fit_are_scored_and_teach_nothing() -> None:
    data = panel({"X": [[0], [10], [1000]]})
    frame = framework([indicator("X", normalisation="min_max")])
    fitted = fit(data, frame, among=np.array([[True], [True], [False]]))
    assert fitted.constants["X"][2020] == {"low": 0, "high": 10}
    assert normalise(data, frame, fitted).columns["X"].values.ravel().tolist() == [0, 100, 100]


def test_a_released_score_stands_in_place_of_withheld_constants() -> None:
    data = panel({"X": [[5]]})
    frame = framework([indicator("X", normalisation="min_max")])
    fitted = Fitted(released_scores={"X": {2020: 42.0}})
    assert normalise(data, frame, fitted).columns["X"].values.tolist() == [[42]]
    with pytest.raises(MethodError, match="'X'"):
        normalise(panel({"X": [[5], [6]]}), frame, fitted)


def test_a_score_passes_state_and_flags_of_its_indicator_on() -> None:
    data = panel({"X": [[5], [None], ["na"]]})
    data.columns["X"].flags[0, 0] = Flag.ESTIMATED
    scores = normalise(data, framework([indicator("X")]), Fitted()).columns["X"]
    assert scores.state.ravel().tolist() == [0, State.MISSING, State.NOT_APPLICABLE]
    assert scores.flags.ravel().tolist() == [Flag.ESTIMATED, 0, 0]


def test_nowhere_names_what_nobody_reports_though_it_applies() -> None:
    data = panel({"X": [[None, None], ["na", 3]], "Y": [["na", 1], ["na", 1]]})
    frame = framework([indicator("X"), indicator("Y")])
    assert fit(data, frame).nowhere == {2020: ("X",), 2021: ()}


def test_one_row_is_held_against_many_targets_either_way() -> None:
    goals = np.array([[2.0], [4.0], [20.0]])
    for direction in (1, -1):
        many = methods.distance_to_target(np.array([[10.0]]), target=goals, direction=direction)  # type: ignore[arg-type]
        alone = [
            methods.distance_to_target(np.array([10.0]), target=float(goal), direction=direction)
            for goal in goals[:, 0]
        ]
        np.testing.assert_allclose(many, alone)


@pytest.mark.parametrize("method", ["rank", "percentile_rank", "borda"])
def test_where_nobody_is_known_to_compare_with_there_is_no_place_among_them(method: str) -> None:
    data = panel({"X": [[3.0], [5.0]]})
    frame = framework([indicator("X", normalisation=method)])
    fitted = replace(fit(data, frame), distributions={})
    assert np.isnan(normalise(data, frame, fitted).columns["X"].values).all()
