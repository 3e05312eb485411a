"""What a body is advised for a better grade within a year: few indicators, no farther than it came."""

from __future__ import annotations

import pytest
from evaluation.test_reaching import PLAN_OF_INDEX
from intake.test_workspace import FRAMEWORK, HEADER, ROWS, workspace  # noqa: F401

from cescore.evaluation.grade_margins import margin_of
from cescore.evaluation.yearly import evaluate_workspace
from cescore.method.grading.grade_margin import MOST_MOVES, GradeMargin

ONE = """  n{i}:
    {{en: N{i}, formula: v{i} / waste, unit: CNY/t, direction: 1, group: all, weight: 1, source: test,
     tag: P, goalposts: {{2020: {{worst: 0, best: 100, source: test, tag: P}}}}}}
"""
BEGINNING = FRAMEWORK[: FRAMEWORK.index("  productivity:")]


def margin(workspace, before: float, now: float, n: int = 1) -> GradeMargin:  # noqa: F811
    """Of D1 with n indicators, all at one value last year and now; the grade begins at 60 points."""
    variables = "".join(f"v{i}: {{en: v{i}, unit: CNY}}\n" for i in range(n))
    rows = {
        year: "".join(f"D1,{year},v{i},{10 * value}\n" for i in range(n)) + f"D1,{year},waste,10\n"
        for year, value in ((2023, before), (2024, now))
    }
    plan = PLAN_OF_INDEX.replace("productivity", "n0").replace(
        "applies_to: [district]", "applies_to: [city]"
    )
    framework = BEGINNING.replace("productivity", "n0") + "".join(ONE.format(i=i) for i in range(n))
    files = {
        "params/variables.yml": variables + "waste: {en: Waste, unit: t}\n",
        "params/frameworks/district.yml": framework,
        "params/plans/p.yml": plan,
        "params/runs/2024.yml": "year: 2024\nplan: p\n",
        "params/movable.yml": "general: {most: 0.9}",
        **{f"data/{year}/observations.csv": HEADER + text for year, text in rows.items()},
    }
    yearly = evaluate_workspace(workspace(**files))
    found = margin_of(
        yearly, "D1", yearly.assessments["D1"], yearly.targets["D1"], with_indicators=True
    )
    assert found is not None
    return found


@pytest.mark.parametrize(("before", "is_reached"), [(35.0, True), (41.0, False), (55.0, False)])
def test_no_indicator_is_asked_for_more_than_its_own_years_have_brought(
    workspace,  # noqa: F811
    before: float,
    is_reached: bool,
) -> None:
    found = margin(workspace, before, 50.0)  # 10 points are missing; it rose by 15, by 9, or fell
    assert (bool(found.path), bool(found.turns)) == (is_reached, is_reached)
    assert found.is_out_of_reach is not is_reached
    assert all(move.needed == pytest.approx(60, abs=1e-4) for move in found.path)


@pytest.mark.parametrize(("n", "is_reached"), [(MOST_MOVES, True), (MOST_MOVES + 1, False)])
def test_no_path_has_more_indicators_than_a_body_can_work_at(
    workspace,  # noqa: F811
    n: int,
    is_reached: bool,
) -> None:
    found = margin(
        workspace, 35.0, 49.5, n
    )  # every one would have to rise by 10.5 of 50.5 left, and came 14.5 of 65
    assert len(found.path) == (n if is_reached else 0)
    assert found.is_out_of_reach is not is_reached
