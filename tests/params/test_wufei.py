"""The list of waste-free cities (2021) and the plan to come, as shipped: what they say and what they may not do."""

from __future__ import annotations

import numpy as np
from shipped import PARAMS, liaoyuan

from cescore.definitions.load import load_definitions
from cescore.method.column import Column, Panel
from cescore.method.grading.standards import standard_compliance

KNOWN = liaoyuan()
LIST, CITY = KNOWN.standards["wufei2021"], KNOWN.frameworks["city"]


def test_there_are_25_compulsory_items_and_none_decides_against_the_city() -> None:
    assert sum(line.compulsory for line in LIST.requirements.values()) == 25
    assert {line.tag for line in LIST.requirements.values()} == {"M"}


def test_items_of_the_list_are_shown_and_never_scored() -> None:
    assert {i.role for c, i in CITY.indicators.items() if c.startswith("W")} == {"reported"}


def test_a_line_without_a_threshold_shows_its_value_and_judges_nothing() -> None:
    panel = Panel(("A",), (2025,), {"W01": Column.of(np.array([[0.3]]))})
    found = standard_compliance(LIST, panel, CITY, year=2025)["A"]
    line = next(line for line in found.lines if line.indicator == "W01")
    assert (line.value, line.threshold, line.status, line.decides) == (
        0.3,
        None,
        "no_threshold",
        False,
    )
    assert found.verdict == "undetermined"
    assert "no_threshold" in found.reasons


def test_the_year_after_the_plan_begins_on_the_next_one_with_its_targets_undecided() -> None:
    for year, plan in ((2025, "2021-2025"), (2026, "2026-2030"), (2030, "2026-2030")):
        found = load_definitions(PARAMS, year).plan
        assert found is not None and found.id == plan
    assert found.targets == {} and len(found.undecided) == 6
    assert found.base_year == 2025
    assert found.assessment.weights == {}  # nothing is graded before the plan says how
