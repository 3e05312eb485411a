"""Checks counted by status, and scored by their yardsticks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.model import Check, Plan
from cescore.definitions.scored_elsewhere import Elsewhere
from cescore.errors import MethodError
from cescore.method.ladder_points import PointsLadder
from cescore.method.measures import (
    InspectedCheck,
    MeasureLine,
    inspected_share,
    measure_lines,
    measure_points,
)
from cescore.method.yardsticks import STATUSES, CheckStatus, JudgedCheck, judge

from .builders import plan

EVIDENCE = {"document": 1.0, "record": 0.8, "statement": 0.5, "none": 0.0}


def inspected(*checks: str, evidence: Any = None, **changed: Any) -> Plan:
    """One measure for lakes with the checks named, another for woods."""
    entries = [{"id": c, "zh": c, "levels": ["lake"], "type": "bool"} | changed for c in checks]
    shared = {"system": "4", "levels": ["lake", "wood"], "units": ["市发改委"]}
    measures = {
        "4.1": {"id": "4.1", **shared, "checks": entries},
        "4.2": {"id": "4.2", **shared, "checks": [{"id": "w", "levels": ["wood"], "type": "doc"}]},
    }
    made = plan(measures=measures, units_of="wood")
    rules = made.assessment.model_copy(update={"evidence": evidence or made.assessment.evidence})
    return made.model_copy(update={"assessment": rules})


def record(check: str, status: str, **changed: Any) -> dict[str, str]:
    told = {"check_id": check, "status": status, "evidence_ref": "doc 1"}
    return told | {"evidence_kind": "document"} | changed


def lines_of(
    made: Plan, *records: dict[str, str], before: Any = None, **also: Any
) -> tuple[MeasureLine, ...]:
    """The lines of 2024, with the records of years before it."""
    return measure_lines(made, "lake", {**(before or {}), 2024: records}, year=2024, **also)


def check_of(made: Plan, *records: dict[str, str], **also: Any) -> InspectedCheck:
    return lines_of(made, *records, **also)[0].checks[0]


def test_the_five_statuses_are_kept_apart() -> None:
    records = [record(s, s) for s in STATUSES[:4]]
    (line,) = lines_of(inspected(*STATUSES), *records)
    assert dict(line.counts) == dict.fromkeys(STATUSES, 1)
    assert measure_points([line]) == 0.5  # done 1, partial 1/2, not done 0
    assert inspected_share([line]) == 0.75


def test_done_without_evidence_is_partial_and_says_so() -> None:
    (line,) = lines_of(inspected("a"), record("a", "done", evidence_ref=" "))
    assert (line.counts["done"], line.counts["partial"]) == (0, 1)
    assert line.checks[0]["notes"] == ("no_evidence",)
    assert line.checks[0]["recorded"] == "done"
    assert line.credit == 0.5


def test_a_check_without_a_record_is_not_inspected_and_neither_passes_nor_fails() -> None:
    lines = lines_of(inspected("a", "b"), record("a", "done"))
    assert lines[0].checks[1]["status"] == "not_inspected"
    assert measure_points(lines) == 1
    assert measure_points(lines_of(inspected("a"))) is None


def test_only_checks_of_the_type_appear() -> None:
    made = inspected("a")
    types = {
        t: [m.id for m in measure_lines(made, t, {}, year=2024)] for t in ("lake", "wood", "hill")
    }
    assert types == {"lake": ["4.1"], "wood": ["4.2"], "hill": []}


def test_a_check_without_a_yardstick_is_recorded_and_not_scored_and_says_so() -> None:
    made = inspected("a", "b", type="amount", yardstick="none")
    records = [record("a", "done", value="1"), record("b", "not_done", value="999")]
    (line,) = lines_of(made, *records)
    assert (line.counts["done"], line.counts["not_done"]) == (1, 1)
    assert [c["unscored"] for c in line.checks] == ["no_yardstick"] * 2
    assert [c["credit"] for c in line.checks] == [None, None]
    assert (measure_points([line]), inspected_share([line])) == (None, None)


@pytest.mark.parametrize(
    ("better", "value", "status", "credit"),
    [
        ("more", "80", "done", 1), ("more", "81", "done", 1), ("more", "79.2", "partial", 0.99),
        ("more", "40", "partial", 0.5), ("more", "20", "not_done", 0.25), ("more", "-5", "not_done", 0),
        ("less", "80", "done", 1), ("less", "100", "partial", 0.8), ("less", "400", "not_done", 0.2),
    ],
)  # fmt: skip
def test_the_number_decides_against_the_goal_of_the_year_whatever_status_was_recorded(
    better: str, value: str, status: str, credit: float
) -> None:
    goal = {2021: 50.0, 2024: 80.0, 2025: 90.0}
    made = inspected("a", type="rate", better=better, goal=goal)
    smooth = made.assessment.model_copy(update={"ladder": (), "ladder_form": "continuous"})
    made = made.model_copy(update={"assessment": smooth})
    for recorded in ("done", "partial", "not_done"):
        found = check_of(made, record("a", recorded, value=value))
        assert (found["status"], found["credit"]) == (status, pytest.approx(credit))
        assert found["notes"] == (("by_yardstick",) if recorded != status else ())
        assert found["goal"] == 80


def test_before_the_first_goal_and_without_a_number_nothing_is_made_up() -> None:
    late = check_of(inspected("a", type="rate", goal={2025: 90.0}), record("a", "done", value="95"))
    assert (late["credit"], late["unscored"]) == (None, "no_goal_yet")
    for kind in ({"goal": {2021: 90.0}}, {"yardstick": "improves", "better": "more"}):
        silent = check_of(inspected("a", type="rate", **kind), record("a", "done", value="九成"))
        assert (silent["credit"], silent["notes"]) == (0, ("no_value",))
        assert silent["status"] == "partial"


@pytest.mark.parametrize(
    ("better", "now", "status", "credit"),
    [
        ("more", "61", "done", 1), ("more", "60", "partial", 0.5), ("more", "59", "not_done", 0),
        ("less", "59", "done", 1), ("less", "60", "partial", 0.5), ("less", "61", "not_done", 0),
    ],
)  # fmt: skip
def test_better_than_last_year_is_held_against_last_years_number(
    better: str, now: str, status: str, credit: float
) -> None:
    made = inspected("a", type="count", yardstick="improves", better=better)
    last = {2023: [record("a", "done", value="60")]}
    found = check_of(made, record("a", "done", value=now), before=last)
    assert (found["status"], found["credit"], found["last"]) == (status, credit, 60)
    first = check_of(made, record("a", "done", value=now))
    assert (first["credit"], first["unscored"]) == (None, "no_last_year")


@pytest.mark.parametrize(("better", "end"), [("more", "100"), ("less", "0")])
def test_a_rate_at_its_end_can_be_no_better(better: str, end: str) -> None:
    made = inspected("a", type="rate", yardstick="improves", better=better)
    found = check_of(
        made, record("a", "done", value=end), before={2023: [record("a", "done", value=end)]}
    )
    assert (found["status"], found["credit"]) == ("done", 1)


@given(st.floats(-10, 300), st.floats(0.1, 200), st.sampled_from(["more", "less"]))
def test_one_number_has_one_status_and_one_credit_wherever_it_is_recorded(
    value: float, goal: float, better: Any
) -> None:
    check = Check(id="a", levels=("lake",), type="rate", better=better, goal={2021: goal})
    words: list[CheckStatus] = ["done", "partial", "not_done"]
    asked = {"value": value, "last": None, "goal": goal, "ladder": PointsLadder()}
    found = {judge(check, word, **asked) for word in words}
    assert len(found) == 1


@pytest.mark.parametrize(("status", "share"), [("done", 1), ("partial", 0.5), ("not_done", 0)])
@pytest.mark.parametrize("kind", EVIDENCE)
def test_evidence_grades_the_credit(kind: str, status: str, share: float) -> None:
    ref = "" if kind == "none" else "doc 1"
    made = inspected("a", evidence=EVIDENCE)
    found = check_of(made, record("a", status, evidence_ref=ref, evidence_kind=kind))
    assert found["credit"] == share * EVIDENCE[kind]


def test_evidence_of_a_kind_that_nobody_stated_counts_as_a_statement() -> None:
    made = inspected("a", evidence=EVIDENCE)
    found = check_of(made, record("a", "done", evidence_kind=""))
    assert (found["credit"], found["notes"]) == (0.5, ("evidence_unstated",))
    without = check_of(made, record("a", "done", evidence_ref="", evidence_kind="document"))
    assert without["credit"] == 0  # a kind proves nothing without the proof


def test_what_a_unit_finds_of_itself_counts_as_its_statement() -> None:
    made = inspected("a", evidence=EVIDENCE).model_copy(update={"units_of": "lake"})
    own = check_of(made, record("a", "done", inspector_unit="市发改委"))
    assert (own["credit"], own["notes"]) == (0.5, ("self_inspected",))
    other = check_of(made, record("a", "done", inspector_unit="市统计局"))
    assert (other["credit"], other["notes"]) == (1, ())
    elsewhere = inspected("a", evidence=EVIDENCE)  # whose units are no lake's: they inspect lakes
    assert check_of(elsewhere, record("a", "done", inspector_unit="市发改委"))["credit"] == 1


def test_what_is_scored_elsewhere_has_the_status_of_its_yardstick_and_no_credit() -> None:
    made = inspected("a", type="rate", better="more", goal={2021: 80.0})
    elsewhere = {"a": Elsewhere("R07", "in_index")}
    (line,) = lines_of(made, record("a", "done", value="60"), elsewhere=elsewhere)
    (found,) = line.checks
    assert (found["status"], found["recorded"], found["goal"]) == ("partial", "done", 80)
    assert (found["credit"], found["unscored"], found["elsewhere"]) == (None, "in_index", "R07")
    assert line.counts["partial"] == 1  # it is on the page as before
    assert (line.due, line.scored, measure_points([line])) == (0, 0, None)


def test_unknown_words_and_double_records_are_refused_by_name() -> None:
    with pytest.raises(MethodError, match="'finished'"):
        lines_of(inspected("a"), record("a", "finished"))
    with pytest.raises(MethodError, match="'hearsay'"):
        lines_of(inspected("a"), record("a", "done", evidence_kind="hearsay"))
    with pytest.raises(MethodError, match="a has two records"):
        lines_of(inspected("a"), record("a", "done"), record("a", "partial"))


def test_a_goal_of_nothing_is_met_or_not() -> None:
    check = Check(id="a", levels=("lake",), type="amount", better="less", goal={2021: 0.0})
    asked: dict[str, Any] = {"last": None, "goal": 0.0, "ladder": PointsLadder()}
    assert judge(check, "done", value=0.0, **asked) == JudgedCheck("done", 1.0)
    assert judge(check, "done", value=3.0, **asked) == JudgedCheck("not_done", 0.0)
