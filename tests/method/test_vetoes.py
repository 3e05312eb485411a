"""Vetoes: what a record or the figures say of each, and the grade that a standing one leads to."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cescore.definitions.model import Plan
from cescore.method.grading.grades import GradeStep
from cescore.method.grading.schedules import Light
from cescore.method.grading.targets import TargetLine
from cescore.method.grading.veto_signs import VetoSign
from cescore.method.grading.vetoes import (
    VetoLine,
    broken_targets,
    fails_by_veto,
    veto_lines,
    vetoed_grade,
)

from .builders import plan

BANDS = (GradeStep("优", "A", 90), GradeStep("良", "B", 80), GradeStep("中", "C", 60),
         GradeStep("差", "D", 0))  # fmt: skip


def made(**grades: str) -> Plan:
    """A plan with a veto of lakes for each grade that one leads to."""
    return plan(
        vetoes={
            code: {"id": code, "zh": code, "entity_types": ["lake"], "grade": grade,
                   "source": "made up", "tag": "P"}
            for code, grade in grades.items()
        }
    )  # fmt: skip


def sign(**changed: Any) -> VetoSign:
    given: dict[str, Any] = {"value": 2.0, "against": 1.0, "against_year": None, "shown": True}
    return VetoSign("x", "", "", "t", ">=", **(given | changed))


def lines(signs: dict[str, VetoSign] | None = None, **record: str) -> tuple[VetoLine, ...]:
    return veto_lines(made(V="差"), "lake", {"V": record} if record else {}, signs=signs)


@pytest.mark.parametrize(
    ("signs", "record", "status"),
    [
        (None, {}, "unchecked"),
        ({"V": sign(shown=None)}, {}, "unchecked"),
        ({"V": sign(shown=False)}, {}, "unchecked"),
        ({"V": sign()}, {}, "proposed"),
        ({"V": sign()}, {"status": "clear"}, "clear"),
        ({"V": sign()}, {"status": "standing"}, "standing"),
        ({"V": sign()}, {"status": "perhaps"}, "proposed"),
        ({"V": sign(applies=False)}, {"status": "standing"}, "standing"),
    ],
)
def test_a_record_decides_and_without_one_what_the_figures_show(
    signs: dict[str, VetoSign] | None, record: dict[str, str], status: str
) -> None:
    (line,) = lines(signs, **record)
    assert line.status == status
    assert line.sign == (signs or {}).get("V")


@pytest.mark.parametrize("record", [{}, {"status": "perhaps"}])
def test_what_does_not_apply_and_stands_on_no_record_is_no_veto(record: dict[str, str]) -> None:
    assert lines({"V": sign(applies=False)}, **record) == ()


def test_a_veto_concerns_its_own_types_alone() -> None:
    assert veto_lines(made(V="差"), "wood", {}) == ()


def test_a_record_brings_its_document_and_the_years_are_those_asked_for() -> None:
    record = {"status": "clear", "document": "doc", "confirming_unit": "bureau", "date": "2025"}
    (line,) = veto_lines(made(V="差"), "lake", {"V": record}, years=(2021, 2025))
    assert (line.document, line.confirmed_by, line.date) == ("doc", "bureau", "2025")
    assert (line.since, line.until) == (2021, 2025)
    (bare,) = veto_lines(made(V="差"), "lake", {"V": {"status": "clear"}})
    assert (bare.document, bare.confirmed_by, bare.date) == ("", "", "")
    assert (bare.since, bare.until) == (None, None)


@pytest.mark.parametrize(
    ("binding", "light", "stands"),
    [(True, "not_met", True), (True, "met", False), (False, "not_met", False)],
)
def test_a_binding_target_that_was_not_met_stands(
    binding: bool, light: Light, stands: bool
) -> None:
    target = TargetLine(
        "T", "目标", "target", "level", "t", ">=", 1, "S", "own", binding=binding, light=light
    )
    expected = (VetoLine("target_T", "目标", "target", "standing"),) if stands else ()
    assert broken_targets([target]) == expected


def standing(*ids: str) -> list[VetoLine]:
    return [VetoLine(i, "", "", "standing") for i in ids]


@pytest.mark.parametrize(
    ("ids", "earned", "grade"),
    [
        (["good"], None, BANDS[1]),
        (["good", "fair"], None, BANDS[2]),
        (["good"], BANDS[2], BANDS[2]),  # never better than what was earned
        (["good"], BANDS[0], BANDS[1]),
        (["target_T"], BANDS[0], BANDS[3]),  # of a target: the lowest
        (["below", "target_T"], BANDS[3], GradeStep("劣", "劣", -math.inf)),
    ],
)
def test_the_worst_of_the_grades_led_to_and_earned_is_given(
    ids: list[str], earned: GradeStep | None, grade: GradeStep
) -> None:
    assert (
        vetoed_grade(made(good="良", fair="中", below="劣"), standing(*ids), BANDS, earned) == grade
    )


def test_what_does_not_stand_decides_no_grade() -> None:
    proposed = [VetoLine("V", "", "", "proposed"), VetoLine("V", "", "", "clear")]
    assert vetoed_grade(made(V="差"), proposed, BANDS, BANDS[0]) is None
    assert fails_by_veto(made(V="差"), proposed, BANDS) is False


@pytest.mark.parametrize(("grade", "fails"), [("差", True), ("中", False), ("良", False)])
def test_a_body_fails_by_a_veto_that_leads_to_the_lowest_grade(grade: str, fails: bool) -> None:
    assert fails_by_veto(made(V=grade), standing("V"), BANDS) is fails
