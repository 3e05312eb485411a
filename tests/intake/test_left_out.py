"""What a return leaves out although the year before had it: told once a return, by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cescore.intake.checks.left_out import left_out
from cescore.intake.observations.panel import build_panels

HEADER = "entity_id,year,variable,value,status\n"
LAST_YEAR = ("D1,2023,waste,5,", "D1,2023,stock_change,2,", "D1,2023,gdp,9,")


@pytest.fixture
def told(read, variables) -> Callable[..., list]:
    """What is told of rows of 2023 and 2024."""

    def do(*rows: str, refused=frozenset()):
        received = read({"observations.csv": HEADER + "\n".join(rows) + "\n"})
        panels = build_panels(received.register, received.observations, variables, (2023, 2024))
        return list(left_out(panels.cubes.values(), variables, refused))

    return do


def codes_of(finding) -> set[str]:
    return {term.text for term in dict(finding.values)["codes"]}


def test_one_warning_names_all_that_a_return_left_out(told):
    [finding] = told(*LAST_YEAR, "D1,2024,gdp,9,")
    assert (finding.severity, finding.entity_id, finding.year) == ("warning", "D1", 2024)
    assert codes_of(finding) == {"waste", "stock_change"}


@pytest.mark.parametrize("status", ["missing", "not_applicable"])
def test_a_status_is_an_answer(told, status):
    [finding] = told(*LAST_YEAR, "D1,2024,gdp,9,", f"D1,2024,waste,,{status}")
    assert codes_of(finding) == {"stock_change"}


def test_what_had_no_value_last_year_is_not_asked_for(told):
    rows = ("D1,2023,gdp,9,", "D1,2023,waste,,missing", "D1,2024,gdp,9,")
    assert told(*rows) == []


def test_a_body_that_returned_nothing_is_told_elsewhere(told):
    assert told(*LAST_YEAR, "D2,2024,gdp,9,") == []


def test_a_required_variable_is_told_by_its_own_finding(told, variables):
    assert variables["gdp"].required
    assert told("D1,2023,gdp,5,", "D1,2023,waste,5,", "D1,2024,waste,5,") == []


def test_a_value_that_was_refused_is_no_blank(told):
    refused = {("D1", 2024, "waste")}
    [finding] = told(*LAST_YEAR, "D1,2024,gdp,9,", refused=refused)
    assert codes_of(finding) == {"stock_change"}
