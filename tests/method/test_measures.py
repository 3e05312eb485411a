"""Checks counted by status."""

from __future__ import annotations

from typing import Any

import pytest

from cescore.definitions.model import Plan
from cescore.errors import MethodError
from cescore.method.measures import STATUSES, inspected_share, measure_lines, measure_points

from .builders import plan


def inspected(*checks: str) -> Plan:
    """One measure for lakes with the checks named, another for woods."""
    entries = [{"id": c, "zh": c, "levels": ["lake"], "type": "bool"} for c in checks]
    shared = {"system": "4", "levels": ["lake", "wood"], "units": ["市发改委"]}
    measures = {
        "4.1": {"id": "4.1", **shared, "checks": entries},
        "4.2": {"id": "4.2", **shared, "checks": [{"id": "w", "levels": ["wood"], "type": "doc"}]},
    }
    return plan(measures=measures)


def record(check: str, status: str, **changed: Any) -> dict[str, str]:
    return {"check_id": check, "status": status, "evidence_ref": "doc 1"} | changed


def test_the_five_statuses_are_kept_apart() -> None:
    records = [record(s, s) for s in STATUSES[:4]]
    (line,) = measure_lines(inspected(*STATUSES), "lake", records)
    assert dict(line.counts) == dict.fromkeys(STATUSES, 1)
    assert measure_points([line]) == 0.5  # done 1, partial 1/2, not done 0
    assert inspected_share([line]) == 0.75


def test_done_without_evidence_is_partial_and_says_so() -> None:
    (line,) = measure_lines(inspected("a"), "lake", [record("a", "done", evidence_ref=" ")])
    assert (line.counts["done"], line.counts["partial"]) == (0, 1)
    assert line.checks[0]["note"] == "no_evidence"
    assert line.checks[0]["recorded"] == "done"


def test_a_check_without_a_record_is_not_inspected_and_neither_passes_nor_fails() -> None:
    lines = measure_lines(inspected("a", "b"), "lake", [record("a", "done")])
    assert lines[0].checks[1]["status"] == "not_inspected"
    assert measure_points(lines) == 1
    assert measure_points(measure_lines(inspected("a"), "lake", [])) is None


def test_only_checks_of_the_type_appear() -> None:
    assert [m.id for m in measure_lines(inspected("a"), "lake", [])] == ["4.1"]
    assert [m.id for m in measure_lines(inspected("a"), "wood", [])] == ["4.2"]
    assert measure_lines(inspected("a"), "hill", []) == ()


def test_an_amount_is_never_turned_into_points() -> None:
    small = measure_lines(inspected("a"), "lake", [record("a", "partial", value="1")])
    large = measure_lines(inspected("a"), "lake", [record("a", "partial", value="999")])
    assert measure_points(small) == measure_points(large) == 0.5


def test_unknown_statuses_and_double_records_are_refused_by_name() -> None:
    with pytest.raises(MethodError, match="'finished'"):
        measure_lines(inspected("a"), "lake", [record("a", "finished")])
    with pytest.raises(MethodError, match="a has two records"):
        measure_lines(inspected("a"), "lake", [record("a", "done"), record("a", "partial")])
