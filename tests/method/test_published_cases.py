"""Published inputs and outputs: what others printed, this package computes too."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from cescore.definitions.model import MissingRules, Scale
from cescore.method.aggregate import arithmetic_mean, geometric_mean, harmonic_mean
from cescore.method.evaluation import evaluate as evaluated
from cescore.method.formulas import evaluate
from cescore.method.normalise import efficacy, goalposts
from cescore.method.schedules import cumulate, schedule, schedule_carbon, schedule_log

from .builders import framework, indicator, panel


def value(formula: str, **cells: float) -> float:
    data = panel({code: [[cell]] for code, cell in cells.items()})
    return float(evaluate(formula, data, base_year=2020).values[0, 0])


def test_the_plans_two_forms_of_the_energy_target_imply_its_2020_level() -> None:
    implied = 1.0481 / (1 - 0.15)
    assert implied == pytest.approx(1.23306, abs=5e-6)
    path = [implied * (1 - schedule(0.15, t / 5)) for t in (1, 2, 3, 4, 5)]
    assert path == pytest.approx([1.1936, 1.1555, 1.1185, 1.0827, 1.0481], abs=5e-5)


def test_gdp_of_dongliao_2022_and_its_shares() -> None:
    parts = {"a": 250867, "b": 244433, "c": 584743}
    assert value("total(a, b, c) / 10000", **parts) == pytest.approx(108.0043, abs=1e-9)
    shares = [100 * value(f"{p} / (a + b + c)", **parts) for p in "abc"]
    assert np.round(shares, 1).tolist() == [23.2, 22.6, 54.1]  # not forced to 100


def test_the_carbon_form_of_progress_against_schedule() -> None:
    due = [100 * schedule(0.18, t / 5) for t in (1, 2, 3, 4, 5)]
    assert due == pytest.approx([3.8913, 7.6311, 11.2255, 14.6800, 18], abs=5e-5)
    rates = [schedule_carbon(k / 100, 0.18, 0.6) for k in (11.2255, 9, -1)]
    assert [100 * r for r in rates if r is not None] == pytest.approx(
        [100, 80.17, -8.91], abs=0.005
    )
    assert 100 * cumulate([0.040, 0.041, 0.042, 0.045, 0.050]) == pytest.approx(19.983, abs=5e-4)


def test_the_two_official_forms_differ_on_the_same_data() -> None:
    # after 3 of 5 years the two forms were printed as 26.8 % of the whole, 46.1 % of the schedule
    goal, fall = 0.15, 1 - 0.85**0.268
    carbon = schedule_carbon(fall, goal, 0.6)
    assert schedule_log(fall, goal) == pytest.approx(0.268)
    assert carbon == pytest.approx(0.461, abs=0.003)


@pytest.mark.parametrize(
    ("intensity", "energy", "gdp"), [(-1.57, 0.8, 2.41), (3.96, 4.6, 0.62), (-0.1, 2.2, 2.30)]
)
def test_intensity_and_energy_use_imply_gdp_growth(
    intensity: float, energy: float, gdp: float
) -> None:
    found = value("(1 + e / 100) / (1 + i / 100) - 1", e=energy, i=intensity)
    assert 100 * found == pytest.approx(gdp, abs=0.1)


def test_no_equal_weighting_gives_the_published_nbs_index() -> None:
    groups, equal = [134.7, 146.5, 108.2, 174.6], [1, 1, 1, 1]
    assert arithmetic_mean(groups, equal) == pytest.approx(141.0, abs=0.005)
    assert geometric_mean(groups, equal) == pytest.approx(138.95, abs=0.005)
    assert harmonic_mean(groups, equal) == pytest.approx(136.90, abs=0.005)
    for mean in (arithmetic_mean, geometric_mean, harmonic_mean):
        assert abs(mean(groups, equal) - 137.6) > 0.5
    assert 100 * value("(x / 100) ** (1/8) - 1", x=137.6) == pytest.approx(4.07, abs=0.005)


def test_the_green_development_index_of_beijing_2016() -> None:
    weights = [29.3, 16.5, 19.3, 16.5, 9.2, 9.2]
    parts = [82.92, 98.36, 78.75, 70.86, 93.91, 83.15]
    assert arithmetic_mean(parts, weights) == pytest.approx(83.71, abs=0.01)


@pytest.mark.parametrize(("second", "expected"), [(None, 79.0), ("na", 87.142857)])
def test_the_missing_data_rule_of_the_green_development_index(
    second: object, expected: float
) -> None:
    entries = [
        indicator("X", weight=0.5, ends=(60, 100)),
        indicator("Y", weight=0.3, ends=(60, 100)),
        indicator("Z", weight=0.2, ends=(60, 100)),
    ]
    frame = framework(entries, scale=Scale(floor=60, top=100), missing=MissingRules())
    data = panel({"x": [[90]], "y": [[second]], "z": [[80]]})
    found = evaluated(data, frame, base_year=2020, run_year=2020)
    assert found.aggregation.index.values[0, 0] == pytest.approx(expected, abs=5e-7)


def test_the_textbook_efficacy_coefficient_is_not_cut_and_the_index_form_is() -> None:
    x = pd.Series([5.81])
    assert efficacy(x, satisfactory=12, not_allowed=6)[0] == pytest.approx(58.73, abs=0.005)
    assert goalposts(x, worst=6, best=12, floor=60)[0] == 60
    assert efficacy(pd.Series([30.0]), satisfactory=20, not_allowed=60)[0] == 90


def test_the_improved_efficacy_total_is_geometric() -> None:
    found = geometric_mean([75.368, 96.844, 74.940, 83.404], [1, 1, 1, 1])
    assert found == pytest.approx(82.185, abs=0.0005)


def test_the_recycling_rate_of_major_wastes_is_a_plain_mean_of_five_rates() -> None:
    rates = {"r06": 85, "r07": 73, "r09": 82, "r10": 20, "r11": 13}
    assert value("mean(r06, r07, r09, r10, r11)", **rates) == float(Fraction(546, 10))
    assert value("(r06 + r07 + r09 + r10 + r11) / 5", **rates) == 54.6


@pytest.mark.parametrize(
    ("generated", "used", "stock", "printed"),
    [(3.5, 1.9, 0.03808, 53.7), (5.3, 4.0, 0.03205, 74.9)],
)
def test_solid_waste_utilisation_counts_old_stock_below_the_line(
    generated: float, used: float, stock: float, printed: float
) -> None:
    rate = 100 * value("u / (g + s)", u=used, g=generated, s=stock)
    assert rate == pytest.approx(printed, abs=1.5)


def test_shares_of_handling_are_another_indicator_than_utilisation() -> None:
    handled = {"used": 8.6, "disposed": 3.8, "stored": 5.5}
    shares = [100 * value(f"{k} / (used + disposed + stored)", **handled) for k in handled]
    assert shares == pytest.approx([48.0, 21.2, 30.7], abs=0.06)
