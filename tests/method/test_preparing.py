"""Imputation, screening, availability per group: on three to six entities, worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cescore.definitions.model import Framework
from cescore.method.column import Flag, State
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.fitting import Fitted
from tests.method.builders import Cell, framework, group, indicator, panel

EXCLUDE = {"not_reported": "exclude", "nowhere_reported": "exclude"}
BY_INDUSTRY = {"method": "group_mean", "by": "industry"}


def made(**changed: Any) -> Framework:
    """A and B in group G, min-max over the entities."""
    rules = EXCLUDE | changed.pop("missing", {})
    return framework(
        [indicator("A"), indicator("B")], normalisation="min_max", missing=rules, **changed
    )


def run(cells: dict[str, list[list[Cell]]], how: Framework, industry: str = "") -> TypeEvaluation:
    """One year; industry: a letter per entity."""
    return evaluate(panel(cells, industry=industry), how, base_year=2020, run_year=2020)


# A: 0 and 4 in industry x have mean 2; 10 alone in industry y
GAP = {"a": [[0], [4], [None], [10], [None]], "b": [[0], [1], [2], [3], [4]]}


def test_a_gap_takes_the_mean_of_its_industry() -> None:
    done = run(GAP, made(imputation=BY_INDUSTRY), "xxxyy")
    scores = done.scored.scores.column("A")
    assert scores.values[:, 0].tolist() == [0, 40, 20, 100, 100]
    assert scores.flags[:, 0].tolist() == [0, 0, Flag.ESTIMATED, 0, Flag.ESTIMATED]
    assert done.scored.rule["A"][:, 0].tolist() == ["", "", "impute", "", "impute"]


def test_the_value_itself_stays_missing() -> None:
    done = run(GAP, made(imputation=BY_INDUSTRY), "xxxyy")
    assert done.indicators.column("A").state[2, 0] == State.MISSING


def test_an_imputed_value_does_not_count_as_covered() -> None:
    done = run(GAP, made(imputation=BY_INDUSTRY), "xxxyy")
    assert done.aggregation.coverage[:, 0].tolist() == [1, 1, 0.5, 1, 0.5]
    assert done.aggregation.index.values[2, 0] == pytest.approx((20 + 50) / 2)


@pytest.mark.parametrize(
    ("method", "value"), [("mean", 14 / 3), ("median", 4), ("group_median", 2)]
)
def test_other_averages(method: str, value: float) -> None:
    done = run(GAP, made(imputation={"method": method}), "xxxyy")
    assert done.scored.scores.column("A").values[2, 0] == pytest.approx(value * 10)


def test_a_group_in_which_nobody_reports_keeps_its_gaps() -> None:
    done = run({"a": [[0], [4], [None]], "b": [[0], [1], [2]]}, made(imputation=BY_INDUSTRY), "xxz")
    assert done.scored.scores.column("A").state[2, 0] == State.MISSING
    assert done.aggregation.index.values[2, 0] == 100


def test_an_entity_without_a_group_keeps_its_gaps() -> None:
    how = made(imputation=BY_INDUSTRY)
    cells = panel(
        {"a": [[0], [4], [None], [5]], "b": [[0], [1], [2], [3]]}, industry=["x", "x", "", ""]
    )
    done = evaluate(cells, how, base_year=2020, run_year=2020)
    assert done.scored.scores.column("A").state[2, 0] == State.MISSING


def test_what_does_not_apply_is_not_imputed() -> None:
    done = run({"a": [[0], [4], ["na"]], "b": [[0], [1], [2]]}, made(imputation=BY_INDUSTRY), "xxx")
    assert done.scored.scores.column("A").state[2, 0] == State.NOT_APPLICABLE


def test_nobody_gets_an_index_from_others_alone() -> None:
    cells = {"a": [[0], [4], [None]], "b": [[0], [1], [None]]}
    done = run(cells, made(imputation=BY_INDUSTRY), "xxx")
    assert done.aggregation.index.state[2, 0] == State.MISSING


def test_a_group_with_too_few_values_has_no_score_and_does_not_count() -> None:
    """H wants half of A and B; the third entity has neither: C alone makes its index."""
    how = framework(
        [indicator("A", group="H"), indicator("B", group="H"), indicator("C", group="I")],
        [group("H"), group("I")],
        missing=EXCLUDE | {"min_available": 0.6},
    )
    done = run({"a": [[5], [5], [5]], "b": [[5], [None], [None]], "c": [[3], [3], [None]]}, how)
    assert done.aggregation.groups.column("H").state[:, 0].tolist() == [
        0,
        State.MISSING,
        State.MISSING,
    ]
    index = done.aggregation.index
    assert index.values[:2, 0].tolist() == [40, pytest.approx(np.nan, nan_ok=True)]
    assert index.state[1, 0] == State.MISSING  # one group of two is below 0.6 as well
    assert done.aggregation.groups.column("I").values[1, 0] == 30  # which keeps its own score


def test_a_group_may_have_its_own_limit() -> None:
    how = framework(
        [indicator("A", group="H"), indicator("B", group="H"), indicator("C", group="I")],
        [group("H", min_available=0.6), group("I")],
        missing=EXCLUDE,
    )
    done = run({"a": [[5], [5]], "b": [[5], [None]], "c": [[3], [3]]}, how)
    assert done.aggregation.index.values[:, 0].tolist() == [40, 30]
    assert [done.aggregation.weights[c][1, 0] for c in "ABC"] == [0, 0, 1]


@pytest.mark.parametrize(("method", "place"), [("row_mean", 0.35), ("row_median", 0.3)])
def test_a_gap_takes_the_place_that_the_entity_holds_elsewhere(method: str, place: float) -> None:
    """B, C and D at 0.2, 0.3 and 0.55 of their ranges, less being better of C; A runs from 10 to 20."""
    columns = {"a": [[10], [20], [None]], "b": [[0], [10], [2]]}
    columns |= {"c": [[0], [10], [7]], "d": [[0], [100], [55]]}
    how = framework(
        [indicator("A"), indicator("B"), indicator("C", direction=-1), indicator("D")],
        normalisation="min_max", missing=EXCLUDE, imputation={"method": method},
    )  # fmt: skip
    scores = run(columns, how).scored.scores.column("A")
    assert scores.values[2, 0] == pytest.approx(100 * place, rel=1e-12)
    assert scores.flags[2, 0] == Flag.ESTIMATED


def test_a_row_may_end_at_its_group() -> None:
    how = framework(
        [indicator("A", group="H"), indicator("B", group="H"), indicator("C", group="I")],
        [group("H"), group("I")], normalisation="min_max", missing=EXCLUDE,
        imputation={"method": "row_mean", "by": "group"},
    )  # fmt: skip
    cells = {"a": [[10], [20], [None]], "b": [[0], [10], [2]], "c": [[0], [10], [10]]}
    assert run(cells, how).scored.scores.column("A").values[2, 0] == pytest.approx(20)


def test_members_that_do_not_apply_count_in_neither_number() -> None:
    how = made(missing={"min_available": 1})
    done = run({"a": [[0], [4], [2]], "b": [[0], [1], ["na"]]}, how)
    assert done.aggregation.index.values[2, 0] == 50


def test_an_imputed_value_counts_as_available() -> None:
    done = run(GAP, made(imputation=BY_INDUSTRY, missing={"min_available": 1}), "xxxyy")
    assert not np.isnan(done.aggregation.index.values).any()


def test_an_entity_with_too_little_data_teaches_nothing_and_has_no_index() -> None:
    """C has one of two values: without it A ranges over 0-4, not 0-10."""
    cells: dict[str, list[list[Cell]]] = {"a": [[0], [4], [10], [3]], "b": [[0], [1], [None], [2]]}
    done = run(cells, made(missing={"screen_below": 0.6}))
    assert done.scored.scores.column("A").values[[0, 1, 3], 0].tolist() == [0, 100, 75]
    assert done.aggregation.index.state[2, 0] == State.MISSING


def test_a_framework_that_asks_for_nothing_gets_its_indicators_unchanged() -> None:
    done = run({"a": [[0], [4], [2]], "b": [[0], [1], [None]]}, made())
    assert dict(done.fitted.constants["A"][2020]) == {"low": 0, "high": 4}


SIX = {"a": [[1], [2], [3], [4], [None], [90]], "b": [[6], [5], [4], [None], [2], [1]]}
ALL_STEPS = made(
    imputation=BY_INDUSTRY,
    treatment={"method": "skew_kurtosis"},
    missing={"screen_below": 0.5, "min_available": 0.5},
)


def test_outliers_are_treated_after_gaps_are_filled_and_before_scaling() -> None:
    """A's gap becomes (3 + 4 + 90) / 3, and then 90 does not stand out; without the gap it does."""
    filled = run(SIX, ALL_STEPS, "xxyyyy").fitted.constants["A"][2020]
    assert (filled["fill:y"], filled["high"]) == (pytest.approx(97 / 3), 90)
    alone = {"a": [[1], [2], [3], [4], [5], [90]], "b": SIX["b"]}
    treated = run(alone, ALL_STEPS, "xxyyyy")
    assert treated.fitted.constants["A"][2020] == {
        "win_low": 1,
        "win_high": 5,
        "low": 1,
        "high": 5,
    } | {key: value for key, value in treated.fitted.constants["A"][2020].items() if "fill" in key}
    assert treated.scored.scores.column("A").values[:, 0].tolist() == [0, 25, 50, 75, 100, 100]


def test_one_entity_alone_gets_the_score_it_has_among_all() -> None:
    """From the constants, or where they are withheld from its released scores."""
    whole = panel(SIX, industry="xxyyyy")
    done = evaluate(whole, ALL_STEPS, base_year=2020, run_year=2020)
    for row, entity in enumerate(whole.entities):
        scores = {c: done.scores.column(c).values[row] for c in "AB"}
        released = {c: {2020: None if np.isnan(s[0]) else float(s[0])} for c, s in scores.items()}
        for fitted in (done.fitted, Fitted(nowhere=done.fitted.nowhere, released_scores=released)):
            alone = evaluate(
                whole.only([entity]), ALL_STEPS, base_year=2020, run_year=2020, fitted=fitted
            )
            assert alone.aggregation.index.values[0] == done.aggregation.index.values[row]
            assert alone.aggregation.coverage[0] == done.aggregation.coverage[row]
            assert alone.scored.rule["A"][0, 0] == done.scored.rule["A"][row, 0]


def test_screening_first_counts_only_what_was_returned() -> None:
    """C returns one value of two. Screened after imputation it stays; before, it goes."""
    cells: dict[str, list[list[Cell]]] = {"a": [[0], [4], [9], [2]], "b": [[0], [1], [None], [2]]}
    for first, state in ((False, State.PRESENT), (True, State.MISSING)):
        rules = {"screen_below": 0.6, "screen_before_imputation": first}
        done = run(cells, made(imputation={"method": "mean"}, missing=rules))
        assert done.aggregation.index.state[2, 0] == state
    assert done.scored.scores.column("A").values[[0, 1, 3], 0].tolist() == [0, 100, 50]


def test_bounds_over_all_years_make_scores_compare_over_time() -> None:
    cells: dict[str, list[list[Cell]]] = {"a": [[0, 5], [4, 10]], "b": [[0, 0], [1, 1]]}
    for over, expected in (("year", [[0, 0], [100, 100]]), ("all_years", [[0, 50], [40, 100]])):
        how = made(observed_over=over)
        done = evaluate(panel(cells), how, base_year=2020, run_year=2021)
        assert done.scored.scores.column("A").values.tolist() == expected
