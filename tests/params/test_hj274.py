"""HJ 274-2015 as shipped: its 32 items, their counts, and what it may not do."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from shipped import liaoyuan

from cescore.method.column import Column, Panel
from cescore.method.grading.standards import standard_compliance
from cescore.method.index.indicators import compute_indicators

KNOWN = liaoyuan()
HJ = KNOWN.standards["hj274-2015"]
PARK = KNOWN.frameworks["park"]


def item(requirement: str) -> int:
    return int(requirement[1:3])


def test_there_are_32_items_17_compulsory_and_15_to_choose_from() -> None:
    kinds = {item(code): line.compulsory for code, line in HJ.requirements.items()}
    assert sorted(kinds) == list(range(1, 33))
    assert Counter(kinds.values()) == {True: 17, False: 15}
    assert all(line.choose for line in HJ.requirements.values() if not line.compulsory)


def test_items_are_shown_and_never_scored() -> None:
    hj = [i for code, i in PARK.indicators.items() if code.startswith("HJ")]
    assert len(hj) == 31  # 32 items, 4 of them older indicators, 1 of them four pollutants
    assert {i.role for i in hj} == {"reported"}


def test_each_comparison_points_the_way_its_indicator_improves() -> None:
    for line in HJ.requirements.values():
        assert line.op == (">=" if PARK.indicators[line.indicator].direction == 1 else "<=")


def test_only_thresholds_read_elsewhere_are_tagged_above_memory() -> None:
    read = {item(code) for code, line in HJ.requirements.items() if line.tag == "C"}
    assert read == {2, 3, 4, 5, 6, 7, 21, 22}
    assert {line.tag for line in HJ.requirements.values()} == {"C", "M"}


def test_elasticities_turn_round_with_the_growth_of_value_added() -> None:
    turning = {item(code) for code, line in HJ.requirements.items() if line.sign_of == "HJ03"}
    assert turning == {10, 13, 25}


def test_only_the_provincial_parks_are_judged() -> None:
    parks = tuple(f"PK0{n}" for n in range(1, 10))
    found = standard_compliance(HJ, Panel(parks, (2025,)), PARK, year=2025)
    assert [park for park in parks if found[park].is_judged] == ["PK01", "PK02", "PK03"]


def test_no_threshold_of_the_standard_is_a_veto() -> None:
    assert KNOWN.plan is not None
    assert not any("HJ 274" in veto.source for veto in KNOWN.plan.vetoes.values())


@pytest.mark.parametrize(
    ("value_added", "energy", "turned"), [(1.1, 1.05, False), (0.9, 0.95, True)]
)
def test_an_elasticity_of_one_half_is_met_or_not_as_value_added_rises_or_falls(
    value_added: float, energy: float, turned: bool
) -> None:
    years = (2022, 2023, 2024, 2025)
    grown = {"va_industry_constant": value_added, "energy_total_tce": energy}
    columns = {
        c: Column.of(np.array([[100 * rate**n for n in range(4)]])) for c, rate in grown.items()
    }
    indicators = compute_indicators(Panel(("PK01",), years, columns), PARK, base_year=2022)
    found = standard_compliance(HJ, indicators, PARK, year=2025)["PK01"]
    line = next(line for line in found.lines if line.id == "S10")
    assert line.value == pytest.approx(0.5)
    assert (line.turned, line.status) == (turned, "not_met" if turned else "met")
    assert found.verdict == "undetermined"
