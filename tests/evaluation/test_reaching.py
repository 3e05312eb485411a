"""The cheapest way to a grade: exact where gains add up, and honest where none leads there."""

from __future__ import annotations

import pytest
from evaluation.test_yearly import PLAN
from intake.test_workspace import FRAMEWORK, HEADER, ROWS, workspace  # noqa: F401

from cescore.errors import DataError, ParamsError
from cescore.evaluation.reaching import PathToGrade, path_to_grade
from cescore.evaluation.ways import _within
from cescore.evaluation.yearly import evaluate_workspace

SECOND = """
  thrift:
    en: Thrift
    formula: waste / gdp
    unit: t/CNY
    direction: -1
    group: all
    weight: 1
    goalposts: {2020: {worst: 0.2, best: 0, source: test, tag: P}}
    source: test
    tag: P
"""
PLAN_OF_INDEX = PLAN.replace("{targets: 0.5, index: 0.5}", "{index: 1}")
RETURNS = HEADER + ROWS[2024]  # D1: productivity 50 of 100, thrift 0.02 of 0.2


def path(workspace, movable: str, grade: str = "good", **changed: str) -> PathToGrade:  # noqa: F811
    files = {
        "params/plans/p.yml": PLAN_OF_INDEX,
        "params/runs/2024.yml": "year: 2024\nplan: p\n",
        "params/frameworks/district.yml": FRAMEWORK,
        "params/movable.yml": movable,
        "data/2024/observations.csv": HEADER + ROWS[2024].replace("gdp,500", "gdp,300"),
        **changed,
    }
    return path_to_grade(evaluate_workspace(workspace(**files)), "D1", grade)


def test_one_lever_is_moved_exactly_as_far_as_needed(workspace) -> None:  # noqa: F811
    found = path(workspace, "general: {most: 0.5, cost: 2}")
    (move,) = found.moves
    assert (found.before, found.is_reachable, found.is_cheapest) == (30, True, True)
    assert move.after == pytest.approx(60, abs=1e-4)  # the band begins at 60 points
    assert move.cost == pytest.approx(0.3 * 2, abs=1e-6)
    assert found.reached[1] == "good" and found.total == pytest.approx(60, abs=1e-6)


def test_a_grade_that_is_had_costs_nothing(workspace) -> None:  # noqa: F811
    found = path(workspace, "general: {most: 0.5}", "poor")
    assert (found.moves, found.cost, found.is_reachable) == ((), 0, True)


def test_not_reachable_says_how_near(workspace) -> None:  # noqa: F811
    found = path(workspace, "general: {most: 0.2}")
    assert (found.is_reachable, found.total, found.short_by) == (False, 50, 10)
    assert found.why == ""


def test_of_two_levers_the_cheaper_gain_goes_first(workspace) -> None:  # noqa: F811
    two = {"params/frameworks/district.yml": FRAMEWORK + SECOND}
    # thrift stands at 1/30 of 0.2: 83.3 points; productivity at 30: together 56.7
    cheap = "types: {district: {thrift: {most: 0.5, cost: 1}, productivity: {most: 0.5, cost: 3}}}"
    dear = "types: {district: {thrift: {most: 0.5, cost: 3}, productivity: {most: 0.5, cost: 1}}}"
    assert [m.code for m in path(workspace, cheap, **two).moves] == ["thrift"]
    found = path(workspace, dear, **two)
    assert [m.code for m in found.moves] == ["productivity"]
    assert found.is_cheapest and found.moves[0].cost == pytest.approx(0.0666667, abs=1e-5)


def test_a_lever_that_cannot_be_moved_is_left(workspace) -> None:  # noqa: F811
    fixed = "types: {district: {productivity: {most: 0}}}"
    assert path(workspace, fixed).moves == ()


def test_a_veto_stands_whatever_is_moved(workspace) -> None:  # noqa: F811
    head = "veto_id,entity_id,year,status,document,confirming_unit,date\n"
    vetoes = {"data/2024/vetoes.csv": head + "accident,D1,2024,standing,d,u,2024-01-01\n"}
    found = path(workspace, "general: {most: 0.9}", **vetoes)
    assert (found.is_reachable, found.why) == (False, "veto_standing")


def test_what_is_not_there_is_refused_by_name(workspace) -> None:  # noqa: F811
    with pytest.raises(DataError, match="no grade 'great', expected one of 好 good"):
        path(workspace, "general: {most: 0.5}", "great")
    with pytest.raises(ParamsError, match="productivty.*nearest: productivity"):
        path(workspace, "types: {district: {productivty: {most: 0.1}}}")


def test_on_a_long_logarithmic_scale_nothing_is_moved_by_more_than_the_factor() -> None:
    most = _within(1.25, (200.0, 8000.0), 0.2)
    assert (8000 / 200) ** most == pytest.approx(1.25)
    assert _within(1.25, (100.0, 110.0), 0.2) == 0.2  # a fifth of a short one is less
    assert _within(None, (200.0, 8000.0), 0.2) == 0.2
