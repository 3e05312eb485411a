"""The missing-data rules, case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from cescore.definitions.model import Group, Indicator, MissingRules, Scale
from cescore.method.column import Column, Panel, State
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.fitting import Fitted, Withheld
from cescore.method.index.missing import CASE_OF_STATE, Scored, apply_missing_rules

from .builders import Cell, framework, group, indicator, panel


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


# --- the rules alone, on scores and indicators as they are --------------------------------------------


def after(
    scores: Sequence[Cell],
    indicators: Sequence[Cell] | None = None,
    *,
    fitted: Fitted | None = None,
    groups: Sequence[Group] = (),
    entries: Sequence[Indicator] = (),
    **changed: object,
) -> Scored:
    """What comes of the scores of X, Y, … of one entity and year."""
    codes = "XYZ"[: len(scores)]
    frame = framework(entries or [indicator(code) for code in codes], groups, **changed)
    made, returned = (
        panel({c: [[v]] for c, v in zip(codes, row, strict=True)})
        for row in (scores, scores if indicators is None else indicators)
    )
    return apply_missing_rules(made, returned, frame, fitted or Fitted())


def held(mask: Mapping[str, np.ndarray]) -> dict[str, bool]:
    return {code: bool(where[0, 0]) for code, where in mask.items()}


@pytest.mark.parametrize(
    ("state", "case"), [*CASE_OF_STATE.items()], ids=[s.name for s in CASE_OF_STATE]
)
def test_each_state_without_a_value_has_the_case_that_its_name_says(
    state: State, case: str
) -> None:
    frame = framework([indicator("X")])
    column = Column(np.array([[np.nan]]), np.array([[state]], np.uint8), np.zeros((1, 1), np.uint8))
    one = Panel(("A",), (2020,), {"X": column})
    scored = apply_missing_rules(one, one, frame, Fitted())
    assert scored.reason["X"][0, 0] == case
    assert scored.rule["X"][0, 0] == getattr(frame.missing, case)


def test_only_what_is_missing_is_reported_by_nobody_and_only_in_that_year() -> None:
    frame = framework([indicator("X")])
    made = panel({"X": [[None, None], ["na", 5]]})
    scored = apply_missing_rules(made, made, frame, Fitted(nowhere={2020: {"X"}}))  # type: ignore[arg-type]
    assert scored.reason["X"].tolist() == [
        ["nowhere_reported", "not_reported"],
        ["not_applicable", ""],
    ]


def test_a_score_that_is_withheld_counts_by_the_case_it_falls_under() -> None:
    for case, takes_part in (("", True), ("not_applicable", False)):
        fitted = Fitted(withheld=Withheld(scores={"Y": {2020: case}}))
        scored = after([5, "withheld"], fitted=fitted)
        assert scored.reason["Y"][0, 0] == case
        assert held(scored.active) == {"X": True, "Y": takes_part}
        assert held(scored.covered) == {"X": True, "Y": case == ""}


def test_a_score_whose_indicator_has_no_value_is_imputed_and_not_covered() -> None:
    scored = after([5, 7], [5, None])
    assert held(scored.imputed) == {"X": False, "Y": True}
    assert held(scored.covered) == {"X": True, "Y": False}
    assert scored.rule["Y"][0, 0] == "impute"


def test_a_floor_is_a_number_without_a_flag() -> None:
    frame = framework([indicator("X")])
    column = Column(np.array([[np.nan]]), np.array([[2]], np.uint8), np.array([[4]], np.uint8))
    one = Panel(("A",), (2020,), {"X": column})
    filled = apply_missing_rules(one, one, frame, Fitted()).scores.column("X")
    assert (filled.values[0, 0], filled.state[0, 0], filled.flags[0, 0]) == (0, State.PRESENT, 0)


def test_a_group_with_values_for_too_few_of_its_members_is_left_out_with_all_below_it() -> None:
    limit = MissingRules(min_available=0.5)
    scored = after([5, None, None], missing=limit)
    assert held(scored.too_few) == {"G": True, "": True}
    assert not any(held(scored.active).values())
    assert all(held(scored.counted).values())
    assert held(after([5, 5, None], missing=limit).too_few) == {"G": False, "": False}
    assert held(after([5, None, "na"], missing=limit).too_few) == {"G": False, "": False}


def test_a_member_of_no_weight_counts_for_no_limit() -> None:
    entries = [indicator("X"), indicator("Y", weight=0), indicator("Z", weight=0)]
    scored = after([5, None, None], entries=entries, missing=MissingRules(min_available=1.0))
    assert held(scored.too_few) == {"G": False, "": False}


def test_a_group_s_own_limit_is_of_it_alone_and_reaches_what_is_nested_in_it() -> None:
    groups = [group("T", min_available=1.0), group("G", parent="T"), group("H")]
    entries = [indicator("X"), indicator("Y"), indicator("Z", group="H")]
    full = after([5, None, 5], entries=entries, groups=groups)
    assert held(full.too_few) == {"T": False}  # G has a value, and is T's one member
    none = after([None, None, 5], entries=entries, groups=groups)
    assert held(none.too_few) == {"T": True}
    assert held(none.active) == {"X": False, "Y": False, "Z": True}
