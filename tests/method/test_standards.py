"""Standards: choose-one groups, elasticities that turn round, and what a doubtful threshold may not do."""

from __future__ import annotations

from typing import Any

import pytest

from cescore.definitions.model import Standard
from cescore.method.grading.standards import (
    Compliance,
    Counts,
    RequirementLine,
    counts_of,
    standard_compliance,
)

from .builders import framework, indicator, panel


def standard(lines: dict[str, dict[str, Any]], **changed: Any) -> Standard:
    """At least 10, compulsory, read in the text, unless told otherwise."""
    usual = {"op": ">=", "threshold": 10, "compulsory": True, "tag": "V"}
    filled = {
        code: usual | {"id": code, "compulsory": "choose" not in line} | line
        for code, line in lines.items()
    }
    entry = {"id": "made-up", "entity_type": "lake", "source": "made up", "tag": "V"}
    groups = {line["choose"]: {} for line in lines.values() if "choose" in line}
    return Standard.model_validate(entry | {"requirements": filled, "choose": groups} | changed)


def judged(made: Standard, **cells: Any) -> Compliance:
    names = {line.indicator for line in made.requirements.values()} | set(cells)
    frame = framework([indicator(code) for code in sorted(names)])
    values = panel({code: [[cell]] for code, cell in cells.items()})
    return standard_compliance(made, values, frame, year=2020)["A"]


def only(found: Compliance) -> RequirementLine:
    [line] = found.lines
    return line


@pytest.mark.parametrize(
    ("value", "status", "verdict"),
    [(10, "met", "met"), (9.9, "not_met", "not_met"), (10 - 1e-13, "met", "met")],
)
def test_a_compulsory_line_decides(value: float, status: str, verdict: str) -> None:
    found = judged(standard({"S": {"indicator": "X"}}), X=value)
    assert (only(found).status, found.verdict) == (status, verdict)


@pytest.mark.parametrize("tag", ["M", "P"])
@pytest.mark.parametrize("value", [9, 11])
def test_a_threshold_from_memory_or_of_our_own_never_decides(tag: str, value: float) -> None:
    found = judged(standard({"S": {"indicator": "X", "tag": tag}}), X=value)
    assert only(found).status == ("met" if value > 10 else "not_met")
    assert not only(found).decides
    assert (found.verdict, found.reasons) == ("undetermined", ("unconfirmed_threshold",))


def test_one_clear_failure_is_enough_whatever_else_is_open() -> None:
    lines = {"S": {"indicator": "X"}, "T": {"indicator": "Y"}, "U": {"indicator": "Z", "tag": "M"}}
    assert judged(standard(lines), X=9, Z=0).verdict == "not_met"


@pytest.mark.parametrize(("cell", "status"), [(None, "not_reported"), ("withheld", "suppressed")])
def test_without_a_value_the_verdict_is_open_and_says_why(cell: object, status: str) -> None:
    found = judged(standard({"S": {"indicator": "X"}}), X=cell)
    assert (only(found).status, found.verdict, found.reasons) == (status, "undetermined", (status,))


def test_what_nobody_collects_is_neither_met_nor_failed() -> None:
    found = judged(standard({"S": {"indicator": "X"}, "T": {"indicator": "Y"}}), X=11)
    assert [line.status for line in found.lines] == ["met", "not_collected"]
    assert (found.verdict, found.reasons) == ("undetermined", ("not_collected",))


def test_what_is_not_applicable_binds_nobody() -> None:
    lines = {"S": {"indicator": "X"}, "T": {"indicator": "Y"}}
    assert judged(standard(lines), X=11, Y="na").verdict == "met"


@pytest.mark.parametrize(
    ("growth", "elasticity", "status"),
    [
        (5, 0.5, "met"),
        (5, 0.7, "not_met"),
        (-5, 0.7, "met"),
        (-5, 0.5, "not_met"),
        (-5, 0.6, "met"),
    ],
)
def test_an_elasticity_turns_round_where_value_added_falls(
    growth: float, elasticity: float, status: str
) -> None:
    line = {"indicator": "EL", "op": "<=", "threshold": 0.6, "sign_of": "GROWTH"}
    found = only(judged(standard({"S": line}), EL=elasticity, GROWTH=growth))
    assert (found.status, found.turned) == (status, growth < 0)
    assert found.op == (">=" if growth < 0 else "<=")


@pytest.mark.parametrize(
    ("x", "y", "status", "verdict"),
    [
        (11, 0, "met", "met"),
        (0, 0, "not_met", "not_met"),
        (0, None, "open", "undetermined"),
        (11, None, "met", "met"),
        (0, "na", "not_met", "not_met"),
        ("na", "na", "not_applicable", "undetermined"),
    ],
)
def test_of_a_group_one_is_enough(x: object, y: object, status: str, verdict: str) -> None:
    lines = {"S": {"indicator": "X", "choose": "any"}, "T": {"indicator": "Y", "choose": "any"}}
    found = judged(standard(lines), X=x, Y=y)
    assert (found.groups[0].status, found.verdict) == (status, verdict)


def test_a_group_fails_only_if_no_doubtful_threshold_could_still_save_it() -> None:
    doubtful = {"indicator": "Y", "choose": "any", "tag": "M"}
    made = standard({"S": {"indicator": "X", "choose": "any"}, "T": doubtful})
    assert judged(made, X=0, Y=0).verdict == "undetermined"
    assert judged(made, X=0, Y=11).verdict == "undetermined"
    assert judged(made, X=11, Y=0).verdict == "met"


def test_two_of_three_where_the_standard_says_so() -> None:
    lines = {code: {"indicator": code, "choose": "any"} for code in ("X", "Y", "Z")}
    made = standard(lines, choose={"any": {"least": 2}})
    assert judged(made, X=11, Y=11, Z=0).verdict == "met"
    assert judged(made, X=11, Y=0, Z=0).verdict == "not_met"
    assert judged(made, X=11, Y=0, Z=None).verdict == "undetermined"


def test_a_line_that_is_neither_compulsory_nor_a_choice_is_only_shown() -> None:
    made = standard({"S": {"indicator": "X"}, "T": {"indicator": "Y", "compulsory": False}})
    found = judged(made, X=11, Y=0)
    assert [line.status for line in found.lines] == ["met", "not_met"]
    assert found.verdict == "met"


def test_an_entity_the_standard_is_not_for_is_not_judged() -> None:
    found = judged(standard({"S": {"indicator": "X"}}, applies_to_entities=("B",)), X=0)
    assert (found.verdict, found.lines, found.is_judged) == ("not_judged", (), False)


def test_a_year_outside_the_panel_is_a_year_not_reported() -> None:
    made, frame = standard({"S": {"indicator": "X"}}), framework([indicator("X")])
    found = standard_compliance(made, panel({"X": [[11]]}), frame, year=2031)["A"]
    assert only(found).status == "not_reported"


def test_a_threshold_from_memory_is_not_counted_among_what_can_be_decided() -> None:
    lines = {
        "R": {"indicator": "W"},
        "S": {"indicator": "X"},
        "T": {"indicator": "Y", "tag": "M"},
        "U": {"indicator": "Z"},
        "V": {"indicator": "V"},
    }
    found = judged(standard(lines), W=11, X=9, Y=11, Z=None, V="na")
    assert counts_of(found.lines) == Counts(decidable=2, met=1, unconfirmed=1, without_value=1)
