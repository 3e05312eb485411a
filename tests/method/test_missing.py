"""The missing-data rules, case by case."""

from __future__ import annotations

from cescore.definitions.model import MissingRules, Scale
from cescore.method.column import State
from cescore.method.evaluation import TypeEvaluation, evaluate

from .builders import framework, indicator, panel


def evaluated(cells: dict, rules: MissingRules | None = None, **changed: object) -> TypeEvaluation:
    entries = [indicator(code, code.lower()) for code in ("X", "Y")]
    frame = framework(entries, missing=rules or MissingRules(), **changed)
    return evaluate(panel(cells), frame, base_year=2020, run_year=2020)


def test_not_reported_keeps_its_weight_at_the_floor_and_is_not_covered() -> None:
    found = evaluated({"x": [[8], [8]], "y": [[None], [5]]}, scale=Scale(floor=60, top=100))
    assert found.scored.scores.columns["Y"].values[0, 0] == 60
    assert found.scored.rule["Y"][:, 0].tolist() == ["floor", ""]
    assert found.scored.reason["Y"][:, 0].tolist() == ["not_reported", ""]
    assert found.aggregation.index.values[0, 0] == (92 + 60) / 2
    assert found.aggregation.coverage.ravel().tolist() == [0.5, 1]


def test_reported_by_nobody_is_told_apart() -> None:
    found = evaluated({"x": [[8], [8]], "y": [[None], ["na"]]})
    assert found.scored.reason["Y"][:, 0].tolist() == ["nowhere_reported", "not_applicable"]


def test_not_applicable_gives_its_weight_to_the_others_and_leaves_coverage() -> None:
    found = evaluated({"x": [[8]], "y": [["na"]]})
    assert found.aggregation.index.values[0, 0] == 80
    assert found.aggregation.weights["X"][0, 0] == 1
    assert found.aggregation.coverage[0, 0] == 1
    assert found.scored.rule["Y"][0, 0] == "exclude"


def test_propagate_leaves_group_and_index_without_a_value() -> None:
    rules = MissingRules(not_reported="propagate", nowhere_reported="propagate")
    found = evaluated({"x": [[8]], "y": [[None]]}, rules)
    assert found.aggregation.groups.columns["G"].state[0, 0] == State.MISSING
    assert found.aggregation.index.state[0, 0] == State.MISSING
    assert found.scored.rule["Y"][0, 0] == "propagate"


def test_left_out_because_not_reported_still_lowers_the_coverage() -> None:
    rules = MissingRules(not_reported="exclude", nowhere_reported="exclude")
    found = evaluated({"x": [[8]], "y": [[None]]}, rules)
    assert found.aggregation.index.values[0, 0] == 80
    assert found.aggregation.coverage[0, 0] == 0.5


def test_without_any_value_there_is_no_index_even_where_the_floor_is_filled_in() -> None:
    found = evaluated({"x": [[None], ["na"]], "y": [[None], ["na"]]})
    assert found.aggregation.index.state.ravel().tolist() == [State.MISSING, State.MISSING]
    assert found.aggregation.coverage.ravel().tolist() == [0, 0]


def test_the_floor_of_a_zero_based_scale_is_zero() -> None:
    found = evaluated({"x": [[8]], "y": [[None]]})
    assert found.scored.scores.columns["Y"].values[0, 0] == 0
