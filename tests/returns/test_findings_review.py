"""Findings weighed: by rule, the weightiest first, with the fewest cells that would mend a return."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from evaluation.test_yearly import PLAN
from intake.test_workspace import HEADER, RETURNS, ROWS, workspace  # noqa: F401

from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.returns.review import FindingsReview
from cescore.run.results.tables import write_findings_whole
from cescore.run.telling.reviewed import OF_ONE_RULE, TOP, Selected, suggested, told

VARIABLES = """
gdp: {zh: 生产总值, en: GDP, unit: CNY, department: Statistics}
waste: {zh: 废物, en: Waste, unit: t, department: Environment}
used: {en: Used, unit: t}
kept: {en: Kept, unit: t}
dumped: {en: Dumped, unit: t}
"""
CHECKS = """
rules:
  balance: {en: Waste balance, zh: 废物平衡, rule: "abs(waste - total(used, kept, dumped)) <= max(0.005 * waste, rounding(waste, used, kept, dumped))", severity: hard}
  within: {en: Used within waste, zh: 利用不超过产生, rule: used <= waste, severity: hard}
  rest: {en: Rest, zh: 其余, rule: "total(kept, dumped) >= 0.1 * waste", severity: hard}
  kept_within: {en: Kept within used, zh: 贮存不超过利用, rule: kept <= used, severity: hard}
"""
PARAMS = {
    "params/variables.yml": VARIABLES,
    "params/checks.yml": CHECKS,
    "params/plans/p.yml": PLAN,
    "params/runs/2024.yml": "year: 2024\nplan: p\n",
}
Reviewing = Callable[..., FindingsReview]


def rows(entity_id: str, waste: float, used: float, kept: float, dumped: float, year: int = 2024):
    values = {"gdp": 500, "waste": waste, "used": used, "kept": kept, "dumped": dumped}
    return "".join(f"{entity_id},{year},{code},{v:.10g}\n" for code, v in values.items())


@pytest.fixture
def review(workspace) -> Reviewing:  # noqa: F811
    def do(*returns: str, **changed: str) -> FindingsReview:
        files = {**PARAMS, RETURNS: HEADER + "".join(returns), **changed}
        loaded = workspace(**files)
        return FindingsReview.of(loaded, evaluate_workspace(loaded))

    return do


def only(review: FindingsReview, entity_id: str):
    (found,) = [s for s in review.suggestions if s.entity_id == entity_id]
    return found


def test_a_transposed_digit_is_caught_by_the_balance_of_its_own_return(review: Reviewing) -> None:
    found = only(review(rows("D1", 1265, 1162, 64, 75)), "D1")
    assert set(found.failing) == {"balance"}
    ((cell,),) = found.choices
    assert (cell.variable, cell.value) == ("used", 1162)
    assert (cell.slip.kind, cell.slip.value) == ("transposed", 1126)


def test_the_cell_that_mends_all_failing_rules_is_named_with_what_it_may_hold(review) -> None:
    weighed = review(rows("D1", 1000, 6170, 300, 100))
    found = only(weighed, "D1")
    assert set(found.failing) == {"balance", "within"}
    assert [[cell.variable for cell in cells] for cells in found.choices] == [["used"]]
    assert (found.choices[0][0].low, found.choices[0][0].high) == (595, 605)
    words = suggested(weighed, found, "en")
    assert "Used (used) 6170 → 595 to 605" in words


def test_where_the_rules_do_not_tell_all_cells_are_listed(review: Reviewing) -> None:
    weighed = review(rows("D1", 1000, 500, 300, 337))
    choices = only(weighed, "D1").choices
    assert [c.variable for (c,) in choices] == ["dumped", "kept", "used", "waste"]
    assert suggested(weighed, only(weighed, "D1"), "zh").count("；或 ") == 3


def test_nothing_is_changed_by_a_suggestion(review: Reviewing) -> None:
    weighed = review(rows("D1", 1000, 6170, 300, 100))
    panel = weighed.workspace.panels["district"]
    assert panel.columns["used"].values[panel.row("D1"), -1] == 6170


def test_a_finding_says_what_it_could_move(review: Reviewing) -> None:
    """In 2023 D1 had waste of 10: now 100, a unit slip; with 10 the index is 50 and not 5."""
    slip = "D1,2024,gdp,500\nD1,2024,waste,100\nD2,2024,gdp,300\nD2,2024,waste,10\n"
    weighed = review(slip)
    (line,) = [
        x for x in weighed.lines if x.finding.code == "unit_slip" and x.finding.entity_id == "D1"
    ]
    effect = line.effect
    assert effect is not None
    assert (effect.before.index, effect.after.index) == (5, 50)
    assert (effect.is_regraded, effect.targets) == (True, ("T1",))
    assert (line.kind, line.department) == ("unit", "Environment")
    shown = "\n".join(told(weighed, Selected.of(weighed, 100, is_all=True), "en"))
    assert "index 5.0 → 50.0" in shown and "grade poor → good" in shown
    assert "target T1 not met → met" in shown and "ask: D1, Environment" in shown


def test_what_moves_most_comes_first_and_this_year_before_others(review: Reviewing) -> None:
    slips = "D1,2024,gdp,500\nD1,2024,waste,100\nD2,2024,gdp,303\nD2,2024,waste,1000\n"
    weighed = review(slips)
    group = next(g for g in weighed.groups if g.code == "unit_slip")
    assert [line.finding.entity_id for line in group.lines][:1] == ["D1"]
    assert weighed.groups[0].code != "too_few_to_compare"


def test_a_return_that_did_not_come_is_weighed_by_last_years(review: Reviewing) -> None:
    weighed = review("D2,2024,gdp,300\nD2,2024,waste,10\n")
    (line,) = [
        x for x in weighed.lines if x.finding.entity_id == "D1" and x.finding.code == "not_filed"
    ]
    assert line.effect is not None and line.effect.before.index is None
    assert line.effect.after.index == 10
    assert line.finding.found == "2 values in 2023, none for the year"


def test_the_table_of_findings_has_the_weights_in_its_last_columns(
    review: Reviewing, tmp_path: Path
) -> None:
    weighed = review("D1,2024,gdp,500\nD1,2024,waste,100\n" + rows("D2", 1000, 6170, 300, 100))
    write_findings_whole(tmp_path, weighed, "en")
    text = (tmp_path / "findings.csv").read_text("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert list(lines[0])[-8:] == [
        *("rule", "group", "effect_index", "effect_total"),
        *("grade_change", "target_changes", "suggested_action", "ask"),
    ]
    slip = next(x for x in lines if x["code"] == "unit_slip" and x["entity_id"] == "D1")
    assert (slip["effect_index"], slip["grade_change"]) == ("45", "grade poor → good")
    assert (slip["group"], slip["ask"]) == ("unit", "D1, Environment")
    within = next(x for x in lines if x["code"] == "within")
    assert "Used (used) 6170 → 595 to 605" in within["suggested_action"]


def test_without_all_the_errors_and_the_weightiest_others_are_shown(review: Reviewing) -> None:
    weighed = review(rows("D1", 1000, 6170, 300, 100), rows("D2", 100, 60, 30, 10))
    some, every = (Selected.of(weighed, 2000, is_all=a) for a in (False, True))
    errors = sum(line.finding.is_open_error for line in weighed.lines)
    assert len(some.lines) <= errors + TOP
    assert every.hidden == 0
    assert len(some.lines) + some.hidden == len(weighed.lines)


MANY = [f"M{i:03}" for i in range(100)]


def test_a_rule_that_most_break_hides_no_other_rule(review: Reviewing) -> None:
    """Thirty have not filed yet; beside the first five of them the unit slip is shown too."""
    register = "entity_id,entity_type\n" + "".join(f"{e},district\n" for e in ("D1", *MANY[:30]))
    last = "".join(f"{e},2023,gdp,500\n{e},2023,waste,1\n" for e in ("D1", *MANY[:30]))
    weighed = review(
        "D1,2024,gdp,500\nD1,2024,waste,100\n",
        **{"data/entities.csv": register, "data/2023/observations.csv": HEADER + last},
    )
    some = Selected.of(weighed, 2000, is_all=False)
    codes = [line.finding.code for line in weighed.lines if id(line) in some.lines]
    assert codes.count("not_filed") == OF_ONE_RULE
    assert "unit_slip" in codes


def test_two_hundred_faults_come_out_in_one_pass_and_a_few_seconds(review: Reviewing) -> None:
    register = "entity_id,entity_type\n" + "".join(f"{e},district\n" for e in MANY)
    returns = [rows(e, 1000, 6170 + i, 300, 100) for i, e in enumerate(MANY)]
    began = time.process_time()
    weighed = review(
        *returns, **{"data/entities.csv": register, "data/2023/observations.csv": HEADER}
    )
    seconds = time.process_time() - began
    errors = [f for f in weighed.workspace.findings if f.is_open_error and f.kind == "rule"]
    assert len(errors) == 200
    assert all(len(s.choices) == 1 for s in weighed.suggestions) and len(weighed.suggestions) == 100
    assert seconds < 5


def test_rules_that_contradict_each_other_are_named(review: Reviewing) -> None:
    checks = (
        CHECKS
        + '  least: {en: Least, zh: 至少, rule: "used >= 2 * waste and waste >= 1", severity: hard}\n'
    )
    weighed = review(rows("D1", 1000, 500, 400, 100), **{"params/checks.yml": checks})
    found = only(weighed, "D1")
    assert found.choices == ()
    assert {"within", "least"} <= set(found.contradiction)
    assert "no change of cells satisfies together" in suggested(weighed, found, "en")


def test_a_review_without_an_evaluation_weighs_nothing(workspace) -> None:  # noqa: F811
    loaded: Workspace = workspace(**PARAMS, **{RETURNS: HEADER + ROWS[2024]})
    assert {line.effect for line in FindingsReview.of(loaded).lines} == {None}
