"""Checks counted by status, and scored by their yardsticks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.definitions.frameworks.scored_elsewhere import Elsewhere
from cescore.definitions.model import AskedBody, AssessmentRules, Check, Plan
from cescore.errors import MethodError
from cescore.method.grading.measures import (
    InspectedCheck,
    MeasureLine,
    inspected_share,
    is_recorded_only,
    measure_lines,
    measure_points,
    open_scored,
    recorded_number,
    share_done,
    verdicts,
)
from cescore.method.grading.yardsticks import STATUSES, CheckStatus, HeldAgainst, JudgedCheck, judge

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
    ("first", "value", "expected"),
    [
        (60.0, 75.0, JudgedCheck("partial", 0.75)),  # 15 of 20 points, where 75 / 80 is 0.94
        (60.0, 60.0, JudgedCheck("not_done", 0.0)),  # what never moved has come no way
        (60.0, 50.0, JudgedCheck("not_done", 0.0)),
        (90.0, 76.0, JudgedCheck("partial", 0.95)),  # met at first: held, but for 4 of 80
        (None, 60.0, JudgedCheck("partial", 0.75, note="no_first")),
    ],
)
def test_goals_that_lead_somewhere_count_the_way_from_the_first_number(
    first: float | None, value: float, expected: JudgedCheck
) -> None:
    goal = {2021: 65.0, 2024: 80.0}
    check = Check(id="a", levels=("lake",), type="rate", better="more", goal=goal)
    rules = AssessmentRules(ladder_form="continuous")
    found = judge(check, "done", value, HeldAgainst(goal=80.0, first=first), rules)
    assert (found.status, found.note) == (expected.status, expected.note)
    assert found.share == pytest.approx(expected.share)


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
    made = inspected("a", type="rate", better=better, goal={2021: 80.0})
    smooth = made.assessment.model_copy(update={"ladder": (), "ladder_form": "continuous"})
    made = made.model_copy(update={"assessment": smooth})
    for recorded in ("done", "partial", "not_done"):
        found = check_of(made, record("a", recorded, value=value))
        assert (found["status"], found["credit"]) == (status, pytest.approx(credit))
        assert found["notes"] == (("by_yardstick",) if recorded != status else ())
        assert (found["goal"], found["better"]) == (80, better)


def test_before_the_first_goal_and_without_a_number_nothing_is_made_up() -> None:
    late = check_of(inspected("a", type="rate", goal={2025: 90.0}), record("a", "done", value="95"))
    assert (late["credit"], late["unscored"]) == (None, "no_goal_yet")
    for kind in ({"goal": {2021: 90.0}}, {"yardstick": "improves", "better": "more"}):
        silent = check_of(inspected("a", type="rate", **kind), record("a", "done", value="九成"))
        assert (silent["credit"], silent["notes"]) == (0, ("no_value",))
        assert silent["status"] == "partial"


NONE, HALF, ALL = ("not_done", 0), ("partial", 0.5), ("done", 1)


def improved(now: str, *before: str, **check: Any) -> InspectedCheck:
    """A number held against those of the years before, the last one first."""
    kind = {"type": "amount", "better": "more", "yardstick": "improves", **check}
    earlier = {
        2023 - i: [record("a", "done", value=value)] for i, value in enumerate(before) if value
    }
    return check_of(inspected("a", **kind), record("a", "done", value=now), before=earlier)


@pytest.mark.parametrize(
    ("better", "now", "expected"),
    [
        ("more", "60", HALF), ("more", "63", ALL), ("more", "70", ALL), ("more", "57", NONE),
        ("more", "61.5", ("partial", 0.75)), ("more", "58.5", ("partial", 0.25)),
        ("less", "60", HALF), ("less", "57", ALL), ("less", "63", NONE), ("less", "61.5", ("partial", 0.25)),
    ],
)  # fmt: skip
def test_an_amount_earns_all_from_five_per_cent_better_and_nothing_from_as_much_worse(
    better: str, now: str, expected: tuple[str, float]
) -> None:
    found = improved(now, "60", better=better)
    assert (found["status"], pytest.approx(found["credit"])) == expected
    assert found["last"] == 60


@pytest.mark.parametrize(
    ("better", "now", "expected"),
    [
        ("more", "60", HALF), ("more", "61", ALL), ("more", "59", NONE), ("more", "60.5", ("partial", 0.75)),
        ("less", "59.5", ("partial", 0.75)), ("less", "61", NONE),
    ],
)  # fmt: skip
def test_a_rate_changes_by_percentage_points(
    better: str, now: str, expected: tuple[str, float]
) -> None:
    found = improved(now, "60", type="rate", better=better)
    assert (found["status"], pytest.approx(found["credit"])) == expected


@pytest.mark.parametrize(("better", "end"), [("more", 100.0), ("less", 0.0)])
def test_a_rate_near_its_end_earns_what_it_lacks_leaves_and_at_its_end_all(
    better: str, end: float
) -> None:
    inward = 1 if better == "less" else -1
    for gap, credit in ((0.0, 1), (0.2, 0.8), (0.4, 0.6), (2.0, 0.5)):
        value = f"{end + inward * gap:g}"
        found = improved(value, value, type="rate", better=better)
        assert found["credit"] == pytest.approx(credit)


@given(st.floats(0.1, 99), st.floats(-3, 3), st.sampled_from(["rate", "amount"]))
def test_no_hundredth_of_a_number_turns_a_credit(last: float, change: float, kind: Any) -> None:
    check = Check(id="a", levels=("lake",), type=kind, better="more", yardstick="improves")
    against = HeldAgainst(before=last)

    def credit(value: float) -> float:
        return judge(check, "done", value, against, AssessmentRules()).share or 0.0

    step = 0.0001 * last
    assert 0 <= credit(last + change + step) - credit(last + change) < 0.02


def test_the_tolerance_is_the_plans() -> None:
    rules = AssessmentRules(improves={"rate": 4, "amount": 20})
    for kind, value in (("rate", 62.0), ("amount", 66.0)):
        check = Check(id="a", levels=("lake",), type=kind, better="more", yardstick="improves")
        found = judge(check, "done", value, HeldAgainst(before=60.0), rules)
        assert found.share == pytest.approx(0.75)


def test_a_stock_is_held_against_last_year_and_a_flow_against_the_mean_of_three_years() -> None:
    years = ("90", "60", "30", "1000")
    assert improved("60", *years, quantity="stock")["last"] == 90
    flow = improved("60", *years, quantity="flow")
    assert (flow["last"], flow["credit"]) == (60, 0.5)
    assert improved("60", "", "60", quantity="flow")["last"] == 60  # the years that have one
    stock = improved("60", "", "60", quantity="stock")
    assert (stock["credit"], stock["unscored"]) == (None, "no_last_year")


@pytest.mark.parametrize(
    ("now", "expected"), [("66", ALL), ("54", NONE), ("63", ("partial", 0.75)), ("60", HALF)]
)
def test_a_flow_has_the_tolerance_of_as_many_years_as_its_mean_lies_back(
    now: str, expected: tuple[str, float]
) -> None:
    found = improved(now, "60", "60", "60", quantity="flow")
    assert (found["status"], pytest.approx(found["credit"])) == expected


@pytest.mark.parametrize(
    ("now", "better", "share"),
    [(98.0, "more", 0.8), (95.0, "more", 0.5), (60.0, "more", 0.5), (2.0, "less", 0.8)],
)
def test_the_nearer_a_rate_is_to_its_end_the_more_holding_it_earns(
    now: float, better: Any, share: float
) -> None:
    check = Check(id="a", levels=("lake",), type="rate", better=better, yardstick="improves")
    rules = AssessmentRules(improves={"near": 10})
    assert judge(check, "done", now, HeldAgainst(before=now), rules).share == pytest.approx(share)


@pytest.mark.parametrize(("now", "before"), [(9.0, 3.0), (0.0, 9.0)])
def test_of_few_cases_one_more_or_less_decides_nothing(now: float, before: float) -> None:
    check = Check(id="a", levels=("lake",), type="count", better="more", yardstick="improves")
    rules = AssessmentRules(improves={"few": 10})
    found = judge(check, "done", now, HeldAgainst(before=before), rules)
    assert found == JudgedCheck("done", None, "few_cases")
    assert judge(check, "done", 10.0, HeldAgainst(before=before), rules).share == 1
    tonnes = check.model_copy(update={"type": "amount"})  # of which there are no few
    assert judge(tonnes, "done", now, HeldAgainst(before=before), rules).share is not None


def test_from_nothing_any_amount_is_a_rise_and_nothing_again_is_no_success_that_was_held() -> None:
    nothing = improved("0", "0")
    assert (nothing["credit"], nothing["unscored"]) == (None, "nothing_yet")
    assert improved("0.1", "0")["credit"] == 1
    assert [improved(now, "0", better="less")["credit"] for now in ("0", "0.1")] == [1, 0]


@given(st.floats(-10, 300), st.floats(0.1, 200), st.sampled_from(["more", "less"]))
def test_one_number_has_one_status_and_one_credit_wherever_it_is_recorded(
    value: float, goal: float, better: Any
) -> None:
    check = Check(id="a", levels=("lake",), type="rate", better=better, goal={2021: goal})
    words: list[CheckStatus] = ["done", "partial", "not_done"]
    against, rules = HeldAgainst(goal=goal), AssessmentRules()
    found = {judge(check, word, value, against, rules) for word in words}
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


def test_what_is_held_against_nothing_has_no_verdict_though_its_quantity_is_scored_elsewhere() -> (
    None
):
    made = inspected("a", type="count", better="more", yardstick="improves", quantity="stock")
    records = {year: [record("a", "not_done", value="0")] for year in (2020, 2021)}
    elsewhere = {"a": Elsewhere("R07", "in_index")}
    lines = measure_lines(made, "lake", records, year=2021, elsewhere=elsewhere)
    ((found,),) = (line.checks for line in lines)
    assert (found["unscored"], found["elsewhere"]) == ("nothing_yet", "R07")
    assert verdicts(lines)["not_done"] == 0 and is_recorded_only(found)


@pytest.mark.parametrize(
    ("kind", "formula", "unit"),
    [
        ("rate", "a / b", "%"),
        ("count", "n", "count"),
        ("amount", "steel", "steel"),
        ("amount", "a + b", None),
    ],
)
def test_a_number_of_a_check_is_in_the_unit_of_its_type_or_of_what_it_is(
    kind: Any, formula: str, unit: str | None
) -> None:
    made = inspected("a", type=kind, better="more", formula=formula)
    assert check_of(made, record("a", "done", value="1")).get("unit") == unit


@pytest.mark.parametrize("kind", ["rate", "count"])
@pytest.mark.parametrize("status", ["done", "partial", "not_done", "not_inspected"])
def test_a_line_has_its_parts_in_the_order_in_which_it_is_read_again(
    kind: Any, status: str
) -> None:
    # The number of a report stands on the bytes of its bundle, a reader puts parts in this order.
    made = inspected("a", type=kind, better="more", goal={2021: 80.0})
    found = check_of(made, record("a", status, value="60", evidence_ref=""))
    assert list(found) == [part for part in InspectedCheck.__annotations__ if part in found]


def test_unknown_words_and_double_records_are_refused_by_name() -> None:
    with pytest.raises(MethodError, match="'finished'"):
        lines_of(inspected("a"), record("a", "finished"))
    with pytest.raises(MethodError, match="'hearsay'"):
        lines_of(inspected("a"), record("a", "done", evidence_kind="hearsay"))
    with pytest.raises(MethodError, match="a has two records"):
        lines_of(inspected("a"), record("a", "done"), record("a", "partial"))


@pytest.mark.parametrize(
    ("value", "first", "expected"),
    [
        (0.0, 1200.0, JudgedCheck("done", 1.0)),
        (300.0, 1200.0, JudgedCheck("partial", 0.75)),
        (900.0, 1200.0, JudgedCheck("not_done", 0.25)),
        (1300.0, 1200.0, JudgedCheck("not_done", 0.0)),
        (300.0, None, JudgedCheck("not_done", 0.0, note="no_first")),  # nothing tells the way
    ],
)
def test_a_goal_of_nothing_counts_how_much_of_the_first_number_is_gone(
    value: float, first: float | None, expected: JudgedCheck
) -> None:
    check = Check(id="a", levels=("lake",), type="amount", better="less", goal={2021: 0.0})
    rules = AssessmentRules(ladder_form="continuous")
    assert judge(check, "done", value, HeldAgainst(goal=0.0, first=first), rules) == expected


def test_the_first_number_is_that_of_the_first_year_of_the_plan_that_has_one() -> None:
    made = inspected("a", type="amount", better="less", goal={2021: 0.0})
    earlier = {
        year: [record("a", "done", value=value)]
        for year, value in ((2020, "900"), (2021, "x"), (2022, "400"), (2023, "300"))
    }
    assert check_of(made, record("a", "done", value="100"), before=earlier)["last"] == 400


def test_a_check_of_named_bodies_is_asked_of_nobody_else() -> None:
    made = inspected("a", entities=["A"])
    for body, status in (("A", "done"), ("B", "not_applicable")):
        (line,) = lines_of(made, record("a", "done"), body=AskedBody(body))
        assert line.checks[0]["status"] == status and line.scored == (status == "done")


@pytest.mark.parametrize(
    ("industry", "status"),
    [("steel", "done"), ("food 75%；steel 25%", "done"), ("", "done"), ("food", "not_applicable")],
)
def test_a_check_is_asked_of_its_industries_and_of_bodies_without_one(
    industry: str, status: str
) -> None:
    made = inspected("a", industries=["steel"])
    (line,) = lines_of(made, record("a", "done"), body=AskedBody("A", industry))
    (found,) = line.checks
    assert found["status"] == status
    assert (line.due, line.scored) == ((1, 1) if status == "done" else (0, 0))
    if status != "done":
        assert found["recorded"] == "done"  # it was said all the same, and the page tells


def test_open_are_the_scored_checks_that_lack_credit() -> None:
    """c lacks its proof; d is done; e is recorded only; f was not looked at."""
    made = inspected("a", "b", "c", "d", "f")
    bare = inspected("e", yardstick="none")
    records = [record("a", "partial"), record("b", "not_done"), record("d", "done")]
    lines = [
        *lines_of(made, *records, record("c", "done", evidence_ref="")),
        *lines_of(bare, record("e", "not_done")),
    ]
    assert [check["id"] for check in open_scored(lines)] == ["a", "b", "c"]


def test_verdicts_count_every_status_but_what_is_recorded_only() -> None:
    lines = [
        *lines_of(inspected("a", "b", "c"), record("a", "done"), record("b", "partial")),
        *lines_of(inspected("d", "e", yardstick="none"), record("d", "done")),
    ]
    counted = {"done": 1, "partial": 1, "not_done": 0, "not_inspected": 2, "not_applicable": 0}
    assert verdicts(lines) == counted


def test_the_share_that_is_done_and_that_is_inspected_need_something_to_be_a_share_of() -> None:
    assert share_done({"done": 3, "partial": 2, "not_done": 5}) == 0.4
    assert share_done({"done": 0, "partial": 0, "not_done": 0, "not_inspected": 4}) is None
    assert inspected_share([]) is None and measure_points([]) is None
    nothing = MeasureLine("4.1", "", "", "4", (), {})
    assert inspected_share([nothing]) is None and measure_points([nothing]) is None
    assert inspected_share([replace(nothing, due=4)]) == 0
    assert measure_points([replace(nothing, scored=4)]) == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [("12.5", 12.5), ("-3", -3.0), (" 7 ", 7.0), ("1_000", None), ("nan", None), ("inf", None), ("九成", None), ("", None)],
)  # fmt: skip
def test_a_recorded_number_is_a_finite_one_as_people_write_it(
    text: str, number: float | None
) -> None:
    assert recorded_number(text) == number


WRITTEN = {
    "value": "3",
    "evidence_ref": "doc 7",
    "finding": "leaks",
    "inspector_unit": "市统计局",
    "inspection_date": "2024-05-02",
    "due_date": "2024-06-30",
}


def test_a_check_tells_what_was_recorded_and_nothing_where_nothing_was() -> None:
    told = check_of(inspected("a"), record("a", "done", **WRITTEN))
    assert {field: told[field] for field in WRITTEN} == WRITTEN  # type: ignore[literal-required]
    silent = check_of(inspected("a"))
    assert {silent[field] for field in WRITTEN} == {""}  # type: ignore[literal-required]
    assert (silent["evidence"], silent["notes"], silent["elsewhere"]) == ("none", (), "")


def test_only_an_inspected_check_is_told_what_it_lacks() -> None:
    for status, notes in (("done", ("evidence_unstated",)), ("not_applicable", ())):
        assert check_of(inspected("a"), record("a", status, evidence_kind=""))["notes"] == notes
    assert check_of(inspected("a"), record("a", "partial", evidence_ref=""))["notes"] == ()


def test_what_was_recorded_is_told_where_something_else_counts() -> None:
    as_said = check_of(inspected("a"), record("a", "partial"))
    nobody = check_of(inspected("a", entities=["B"]), body=AskedBody("A"))
    assert nobody["status"] == "not_applicable"
    assert "recorded" not in as_said and "recorded" not in nobody
    nothing_there = inspected("a", type="rate", goal={2021: 90.0})
    assert check_of(nothing_there, record("a", "done"))["notes"] == ("no_value",)


def test_of_its_own_a_unit_may_say_that_nothing_proves_it() -> None:
    made = inspected("a", evidence=EVIDENCE).model_copy(update={"units_of": "lake"})
    for kind, proof in (("none", "none"), ("document", "statement"), ("", "statement")):
        found = check_of(made, record("a", "done", inspector_unit="市发改委", evidence_kind=kind))
        assert (found["evidence"], found["notes"]) == (proof, ("self_inspected",))
    unnamed = check_of(made, record("a", "done"))
    assert (unnamed["evidence"], unnamed["notes"]) == ("document", ())


def test_records_of_later_years_say_nothing_of_this_one() -> None:
    made = inspected("a", type="amount", better="more", yardstick="improves", quantity="stock")
    records = {year: [record("a", "done", value=str(year))] for year in (2022, 2023, 2024)}
    (line,) = measure_lines(made, "lake", records, year=2023)
    assert (line.checks[0]["value"], line.checks[0]["last"]) == ("2023", 2022)
    doubled = {2023: [record("a", "done", value="1")], 2024: [record("a", "done")] * 2}
    assert measure_lines(made, "lake", doubled, year=2023)[0].inspected == 1


def test_only_a_goal_that_leads_somewhere_has_a_first_number_and_only_a_rise_a_last() -> None:
    earlier = {2021: [record("a", "done", value="4")], 2023: [record("a", "done", value="6")]}
    lasts = []
    for kind in (
        {"goal": {2021: 9.0}},
        {"goal": {2021: 5.0, 2024: 9.0}},
        {"goal": {2021: 0.0}, "better": "less"},
        {"yardstick": "improves", "quantity": "stock"},
        {"yardstick": "done"},
    ):
        made = inspected("a", **{"type": "amount", "better": "more", **kind})
        lasts.append(check_of(made, record("a", "done", value="8"), before=earlier)["last"])
    assert lasts == [None, 4, 4, 6, None]


def test_a_check_that_applies_and_has_a_yardstick_is_due_whether_inspected_or_not() -> None:
    made = inspected("a", "b", "c", "d")
    (line,) = lines_of(made, record("a", "done"), record("b", "not_applicable"))
    assert (line.due, line.inspected, line.scored, line.credit) == (3, 1, 1, 1.0)
