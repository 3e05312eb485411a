"""An entity as it would stand with other values: the same evaluation, each question an entity."""

from __future__ import annotations

import pytest
from evaluation.test_yearly import PLAN
from intake.test_workspace import HEADER, RETURNS, ROWS, workspace  # noqa: F401

from cescore.evaluation.what_if import ReplacedValue, WhatIf, standings
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

WITH_PLAN = {"params/plans/p.yml": PLAN, "params/runs/2024.yml": "year: 2024\nplan: p\n"}


@pytest.fixture
def yearly(workspace) -> YearlyEvaluation:  # noqa: F811
    return evaluate_workspace(workspace(**WITH_PLAN))


def test_without_changes_everybody_stands_where_they_stand(yearly: YearlyEvaluation) -> None:
    entities = [e.entity_id for e in yearly.entities]
    answers = standings(yearly, [WhatIf(entity_id) for entity_id in entities])
    for entity_id, answer in zip(entities, answers, strict=True):
        assessment, panel = yearly.assessments[entity_id], yearly.evaluation_of(entity_id).panel
        index = yearly.evaluation_of(entity_id).aggregation.index
        place = panel.row(entity_id), panel.year_position(2024)
        assert answer.index == (index.values[place] if index.is_present[place] else None)
        assert (answer.total, answer.grade[0]) == (assessment.total, assessment.grade_zh)
        assert answer.lights == {t.id: t.light for t in yearly.targets[entity_id]}


def test_a_changed_value_moves_index_total_grade_and_target_of_its_question_alone(yearly) -> None:
    halved = WhatIf("D1", (ReplacedValue(2024, "gdp", 100.0),))
    before, after, other = standings(yearly, [WhatIf("D1"), halved, WhatIf("D2")])
    assert (before.index, after.index, other.index) == (50, 10, 30)
    assert (before.grade[1], after.grade[1]) == ("good", "poor")
    assert (before.lights, after.lights) == ({"T1": "met"}, {"T1": "not_met"})


def test_a_value_may_be_missing_and_one_of_the_base_year_counts(yearly: YearlyEvaluation) -> None:
    missing = WhatIf("D1", (ReplacedValue(2024, "gdp", None),))
    doubled = WhatIf("D1", (ReplacedValue(2023, "gdp", 400.0),))
    gone, base = standings(yearly, [missing, doubled])
    assert gone.index in (None, 0)
    assert base.lights == {"T1": "not_met"}  # from 40 to 50 is no doubling


def test_a_blocked_entity_has_a_standing_of_its_own(workspace) -> None:  # noqa: F811
    rows = ROWS[2024].replace("D1,2024,waste,10", "D1,2024,waste,5000")
    loaded: Workspace = workspace(**WITH_PLAN, **{RETURNS: HEADER + rows})
    assert "D1" in loaded.blocked
    mended = WhatIf("D1", (ReplacedValue(2024, "waste", 10.0),))
    (answer,) = standings(evaluate_workspace(loaded), [mended])
    assert answer.index == 50
