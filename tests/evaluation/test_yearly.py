"""One year evaluated whole: what results hold for those that filed, did not file, or are blocked."""

from __future__ import annotations

import math

import pytest
from intake.test_workspace import HEADER, RETURNS, ROWS, workspace  # noqa: F401  (the fixture)

from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace

PLAN = """
id: p
base_year: 2023
first_year: 2024
last_year: 2024
source: test
targets:
  T1: {en: More, indicator: productivity, type: cumulative_increase, value: 100, unit: "%",
       op: ">=", applies_to: [district], source: test, tag: P}
systems: {"4": {en: Industry}}
measures:
  "4.1": {en: Act, system: "4", levels: [district], units: [office],
          checks: [{id: 4.1.a, en: Done, levels: [district], type: doc}]}
assessment:
  weights: {district: {targets: 0.5, index: 0.5}}
  scale_of: {district: A}
  scales: {A: {code: A, en: A, source: test, tag: P,
               bands: [{zh: 好, en: good, least: 60}, {zh: 差, en: poor, least: 0}]}}
  ladder: [[100, 1], [50, 0.5]]
vetoes:
  accident: {en: Accident, entity_types: [district], grade: 差, source: test, tag: P}
"""


@pytest.fixture
def evaluated(workspace):  # noqa: F811
    """The evaluation of the small city, some of its files changed."""

    def do(**changed: str) -> YearlyEvaluation:
        return evaluate_workspace(workspace(**changed))

    return do


def row(yearly: YearlyEvaluation, entity_id: str, kind: str, code: str, year: int = 2024):
    """Value and status of one row of the results; None where there is none."""
    results = yearly.results()
    mask = (results["entity_id"] == entity_id) & (results["kind"] == kind)
    rows = results[mask & (results["code"] == code) & (results["year"] == year)]
    assert len(rows) <= 1
    return None if rows.empty else (rows["value"].item(), rows["status"].item())


def test_results_have_the_columns_and_kinds_others_rely_on(evaluated):
    results = evaluated().results()
    assert list(results.columns) == [
        "entity_type", "entity_id", "year", "kind", "code", "value", "unit", "status",
    ]  # fmt: skip
    assert {"variable", "indicator", "score", "group", "index"} <= set(results["kind"])


def test_the_index_is_on_every_entity_of_the_year_that_filed(evaluated):
    yearly = evaluated()
    assert row(yearly, "D1", "index", "IDX") == (50.0, "reported")  # 500 / 10 on 0 to 100
    assert row(yearly, "C1", "index", "IDX")[0] == 40.0  # 800 / 20, summed over the districts
    assert [e.entity_id for e in yearly.entities] == ["C1", "D1", "D2", "DX"]


def test_an_entity_that_did_not_file_has_no_index_and_says_why(evaluated):
    value, status = row(evaluated(), "DX", "index", "IDX")
    assert math.isnan(value) and status == "not_filed"


def test_a_blocked_entity_keeps_one_row_and_the_others_go_on(evaluated):
    yearly = evaluated(**{RETURNS: HEADER + ROWS[2024] + "D2,2024,gdp,x\n"})
    mine = yearly.results().query("entity_id == 'D2'")
    assert mine[["kind", "code", "status"]].to_numpy().tolist() == [["index", "IDX", "blocked"]]
    assert row(yearly, "D1", "index", "IDX") == (50.0, "reported")
    assert "D2" not in yearly.evaluations["district"].panel.entities


def test_a_new_entity_has_no_rows_of_years_before_it(evaluated):
    rows = "D8,2025,gdp,100\nD8,2025,waste,10\n"
    yearly = evaluated(
        year=2025,
        **{
            "params/runs/2025.yml": "year: 2025\nfirst_year: 2023\n",
            "data/2025/observations.csv": HEADER + rows,
        },
    )
    assert set(yearly.results().query("entity_id == 'D8'")["year"]) == {2025}
    assert "D9" not in set(yearly.results()["entity_id"])  # closed in 2023


def test_without_a_plan_there_are_no_targets_measures_or_grades(evaluated):
    yearly = evaluated()
    assert (yearly.targets, yearly.measures, yearly.assessments) == ({}, {}, {})


@pytest.fixture
def planned(evaluated):
    """The same with a plan, and records of an inspection and a veto."""
    return evaluated(
        **{
            "params/plans/p.yml": PLAN,
            "params/runs/2024.yml": "year: 2024\nfirst_year: 2023\nplan: p\n",
            "data/2024/measures.csv": "check_id,entity_id,year,status,value,evidence_ref\n"
            "4.1.a,D1,2024,done,3,doc\n",
            "data/2024/vetoes.csv": "veto_id,entity_id,year,status,document\n"
            "accident,D1,2024,clear,\naccident,D2,2024,standing,No 7\n",
        }
    )


def test_targets_measures_and_assessment_are_rows_of_the_year(planned):
    value, status = row(planned, "D1", "target", "T1")  # 10 -> 50: a rise of 400 %
    assert (round(value, 9), status) == (400.0, "met")
    assert row(planned, "D1", "measure", "4.1.a") == (3.0, "done")
    assert row(planned, "D2", "measure", "4.1.a")[1] == "not_inspected"
    assert row(planned, "D1", "assessment", "total") == (75.0, "好")  # (100 + 50) / 2


def test_a_standing_veto_decides_the_grade_and_an_unchecked_one_leaves_it_open(planned):
    assert row(planned, "D2", "assessment", "total")[1] == "差+provisional"
    assert planned.assessments["DX"].reason == "not_filed"
    assert planned.vetoes["D2"]["accident"]["document"] == "No 7"


def test_types_without_rules_are_not_graded(planned):
    assert row(planned, "C1", "assessment", "total")[1] == "no_rules"


STANDARD = """
en: A standard
entity_type: district
source: made
tag: V
applies_to_entities: [D1, D2]
choose: {any: {en: Any}}
requirements:
  S1: {indicator: productivity, op: ">=", threshold: 40, compulsory: true, tag: V}
  S2: {indicator: productivity, op: ">=", threshold: 1, choose: any, tag: M}
"""


def test_the_lines_of_a_standard_are_rows_of_the_year(evaluated):
    yearly = evaluated(**{"params/standards/x.yml": STANDARD})
    assert row(yearly, "D1", "standard", "x.S1") == (50.0, "met")
    assert row(yearly, "D2", "standard", "x.S1") == (30.0, "not_met")
    assert row(yearly, "D1", "standard", "x.S2") == (50.0, "met+unconfirmed")
    assert row(yearly, "D1", "standard", "x.any") == (1.0, "met+unconfirmed")
    assert row(yearly, "D1", "standard", "x")[1] == "undetermined+unconfirmed_threshold"
    assert row(yearly, "D2", "standard", "x")[1] == "not_met"
    judged = yearly.results().query("kind == 'standard'")
    assert set(judged["entity_id"]) == {"D1", "D2"}  # it is not for DX
