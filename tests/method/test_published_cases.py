"""Published inputs and outputs: what others printed, this package computes too.

Each section has the source of its numbers. Beside the cases that must come out stand those that must
not: equal weights for the national index, plain sums of falls, naive denominators, stepwise rounding,
short forms of the MCI. More published cases of a method are beside its other tests (efficacy, MCI) and
in tests/examples (material flows).
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cescore.definitions.model import Disclosure, GradeScale, MissingRules, Plan, Scale
from cescore.method.disclosure.rules import is_safe
from cescore.method.grading.assessment import Evidence, assess
from cescore.method.grading.grades import from_the_best, grade_of_bands
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.schedules import (
    cumulate,
    schedule,
    schedule_carbon,
    schedule_log,
    yearly_equivalent,
)
from cescore.method.grading.targets import TargetLine, assess_targets
from cescore.method.index.aggregate import arithmetic_mean, geometric_mean, harmonic_mean
from cescore.method.index.evaluation import evaluate as evaluated
from cescore.method.index.formulas import evaluate
from cescore.method.index.scaling import EFFICACY, efficacy, goalposts, log_goalposts
from cescore.publish.numbers import rounded

from .builders import BANDS_A, LADDER, framework, indicator, panel, plan, scale


def value(formula: str, **cells: float) -> float:
    data = panel({code: [[cell]] for code, cell in cells.items()})
    return float(evaluate(formula, data, base_year=2020).values[0, 0])


# --- 0. Liaoyuan: the draft plan (section 3); Dongliao county's statistical bulletin of 2022 -------------


def test_the_plans_two_forms_of_the_energy_target_imply_its_2020_level() -> None:
    implied = 1.0481 / (1 - 0.15)
    assert implied == pytest.approx(1.23306, abs=5e-6)
    path = [implied * (1 - schedule(0.15, t / 5)) for t in (1, 2, 3, 4, 5)]
    assert path == pytest.approx([1.1936, 1.1555, 1.1185, 1.0827, 1.0481], abs=5e-5)


def test_gdp_of_dongliao_2022_and_its_shares() -> None:
    parts = {"a": 250867, "b": 244433, "c": 584743}
    assert value("total(a, b, c) / 10000", **parts) == pytest.approx(108.0043, abs=1e-9)
    shares = [100 * value(f"{p} / (a + b + c)", **parts) for p in "abc"]
    assert [str(rounded(share, 1)) for share in shares] == ["23.2", "22.6", "54.1"]
    assert sum(rounded(share, 1) for share in shares) < 100  # the bulletin prints 22.7 to force it


# --- 1. Progress against schedule: NBS log form (Qinghai statistics bureau), carbon-intensity form
#        (annex to municipal accounting rules) -------------------------------------------------------------


def test_the_carbon_form_of_progress_against_schedule() -> None:
    due = [100 * schedule(0.18, t / 5) for t in (1, 2, 3, 4, 5)]
    assert due == pytest.approx([3.8913, 7.6311, 11.2255, 14.6800, 18], abs=5e-5)
    rates = [schedule_carbon(k / 100, 0.18, 0.6) for k in (11.2255, 9, -1)]
    assert [100 * r for r in rates if r is not None] == pytest.approx(
        [100, 80.17, -8.91], abs=0.005
    )


def test_yearly_falls_multiply_and_never_add_up() -> None:
    falls = [0.040, 0.041, 0.042, 0.045, 0.050]
    assert 100 * cumulate(falls) == pytest.approx(19.983, abs=5e-4)
    assert 100 * sum(falls) == pytest.approx(21.8)
    even = yearly_equivalent(cumulate(falls), 5)
    assert cumulate([even] * 5) == pytest.approx(cumulate(falls))
    assert yearly_equivalent(0.15, 5) == pytest.approx(0.03198, abs=5e-6)  # not 0.15 / 5


def test_the_two_official_forms_differ_on_the_same_data() -> None:
    # after 3 of 5 years and a goal of 18 %: printed as 26.8 % of the whole and 46.1 % of the schedule
    goal = 0.18
    fall = 1 - (1 - goal) ** 0.268
    assert schedule_log(fall, goal) == pytest.approx(0.268)
    assert schedule_carbon(fall, goal, 0.6) == pytest.approx(0.461, abs=0.0005)


def test_a_straight_line_is_neither_official_form() -> None:
    straight = 0.09 / (0.18 * 3 / 5)
    official = schedule_carbon(0.09, 0.18, 0.6), schedule_log(0.09, 0.18)
    assert all(form is not None and abs(form - straight) > 0.02 for form in official)


def on_target(level: float, year: int) -> TargetLine:
    """A level that is to fall from 1.0 in 2020 to 0.85 in 2025."""
    goal: dict[str, Any] = {"type": "level", "value": 0.85, "unit": "ratio", "op": "<="}
    made = plan({"T": goal})
    data = panel({"P01": [[1.0, *[level] * (year - 2020)]]})
    frame = framework([indicator("P01")])
    [line] = assess_targets(made, data, frame, year=year, base_year=2020)["A"]
    return line


def test_an_unchanged_level_has_completed_nothing() -> None:
    line = on_target(1.0, 2025)
    assert (line.completion, line.points) == (0, 0)
    assert line.value / 1.0 == 0.85  # what a ratio of target to level would have called 85 %


def test_a_level_that_rose_is_printed_negative_and_earns_nothing() -> None:
    line = on_target(1.03, 2025)
    assert line.completion == pytest.approx(-0.2)
    assert line.points == 0


def test_the_ladder_of_several_cities_in_their_forty_points() -> None:
    ladder = PointsLadder(LADDER, "steps", bonus_step=3 / 40, bonus_most=9 / 40)
    shares = (1.0, 0.999, 0.9, 0.5, 0.499, -0.1, 1.09, 1.1, 1.5)
    points = [40 * ladder.points(share) for share in shares]
    assert points == pytest.approx([40, 36, 36, 20, 0, 0, 40, 43, 49])


# --- 2. Energy per GDP, energy use and growth of 2020: table of the provinces, NBS -------------------------


@pytest.mark.parametrize(
    ("intensity", "energy", "gdp"), [(-1.57, 0.8, 2.41), (3.96, 4.6, 0.62), (-0.1, 2.2, 2.30)]
)
def test_intensity_and_energy_use_imply_gdp_growth(
    intensity: float, energy: float, gdp: float
) -> None:
    found = value("(1 + e / 100) / (1 + i / 100) - 1", e=energy, i=intensity)
    assert 100 * found == pytest.approx(gdp, abs=0.1)
    assert (
        abs(found - (energy - intensity) / 100) > 1e-6
    )  # growth rates divide, they do not subtract


# --- 3. 循环经济发展指数 2013: NBS, 2015-03-19; Zhejiang 2010-2014 ------------------------------------------


def test_no_equal_weighting_gives_the_published_nbs_index() -> None:
    groups, equal = [134.7, 146.5, 108.2, 174.6], [1, 1, 1, 1]
    assert arithmetic_mean(groups, equal) == pytest.approx(141.0, abs=0.005)
    assert geometric_mean(groups, equal) == pytest.approx(138.95, abs=0.005)
    assert harmonic_mean(groups, equal) == pytest.approx(136.90, abs=0.005)
    for mean in (arithmetic_mean, geometric_mean, harmonic_mean):
        assert abs(mean(groups, equal) - 137.6) > 0.5
    assert 100 * value("(x / 100) ** (1/8) - 1", x=137.6) == pytest.approx(4.07, abs=0.005)


def test_nor_does_any_split_of_its_sixteen_indicators_at_equal_weight() -> None:
    groups = [134.7, 146.5, 108.2, 174.6]  # five of the sixteen are known to be in the first
    splits = [n for n in itertools.product(range(1, 12), repeat=3) if sum(n) == 11]
    found = [float(arithmetic_mean(groups, [5, *split])) for split in splits]
    assert min(abs(index - 137.6) for index in found) > 0.1  # the groups are printed to 0.05


@pytest.mark.parametrize(
    ("index", "yearly"), [(137.6, 4), (134.7, 3.8), (146.5, 4.9), (108.2, 1), (174.6, 7.2)]
)
def test_the_average_growth_of_the_nbs_groups_is_compound(index: float, yearly: float) -> None:
    assert 100 * ((index / 100) ** (1 / 8) - 1) == pytest.approx(yearly, abs=0.08)


def test_another_province_does_not_weigh_its_groups_equally_either() -> None:
    growth = [24.2, 25.8, 20.0, 8.1]
    assert float(arithmetic_mean(growth, [1] * 4)) == pytest.approx(19.5, abs=0.05)
    assert abs(float(arithmetic_mean(growth, [1] * 4)) - 21.3) > 1


# --- 4. 绿色发展指数: NBS communiqué of 2017-12-26 and its missing-data rules --------------------------------


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


# --- 5. Efficacy coefficient: a statistics textbook (labour and assets of a region, four companies) --------


def test_the_income_index_of_the_human_development_report_is_a_logarithm() -> None:
    """UNDP, HDR 2020, technical note 1: between 100 and 75,000 dollars; 100 is the least, a doubling the same."""
    x = pd.Series([100.0, 75_000.0, 10_000.0, 20_000.0, 40_000.0])
    income = log_goalposts(x, worst=100, best=75_000, scale=Scale(floor=0, top=1))
    assert income[[0, 1]].tolist() == [0, 1]
    assert income[2] == pytest.approx(0.69564, abs=5e-6)  # ln 100 / ln 750
    assert income[3] - income[2] == pytest.approx(income[4] - income[3])


def test_the_textbook_efficacy_coefficient_is_not_cut_and_the_index_form_is() -> None:
    x = pd.Series([5.81])
    assert efficacy(x, satisfactory=12, not_allowed=6)[0] == pytest.approx(58.73, abs=0.005)
    assert goalposts(x, worst=6, best=12, scale=EFFICACY)[0] == 60
    assert efficacy(pd.Series([30.0]), satisfactory=20, not_allowed=60)[0] == 90


def test_the_improved_efficacy_total_is_geometric() -> None:
    found = geometric_mean([75.368, 96.844, 74.940, 83.404], [1, 1, 1, 1])
    assert found == pytest.approx(82.185, abs=0.0005)


# --- 6. 主要废弃物循环利用率: 循环发展引领行动 (2017), target of 2020 ------------------------------------------


def test_the_recycling_rate_of_major_wastes_is_a_plain_mean_of_five_rates() -> None:
    rates = {"r06": 85, "r07": 73, "r09": 82, "r10": 20, "r11": 13}
    assert value("mean(r06, r07, r09, r10, r11)", **rates) == float(Fraction(546, 10))
    assert value("(r06 + r07 + r09 + r10 + r11) / 5", **rates) == 54.6
    # the column of 2015, recalled, gives the 47.6 of the same document
    older = {"r06": 80.1, "r07": 65, "r09": 78, "r10": 10, "r11": 5}
    assert value("mean(r06, r07, r09, r10, r11)", **older) == pytest.approx(47.6, abs=0.05)


def test_weighting_the_five_rates_by_tonnes_gives_another_rate() -> None:
    rates, tonnes = [85, 73, 82, 20, 13], [9, 33, 3, 1, 18]  # 100 Mt, orders of magnitude
    assert abs(float(arithmetic_mean(rates, tonnes)) - 54.6) > 1


# --- 7. Industrial solid waste: national reports on resource use and on solid waste in cities ---------------


@pytest.mark.parametrize(
    ("generated", "used", "stock", "printed"),
    [(3.5, 1.9, 0.03808, 53.7), (5.3, 4.0, 0.03205, 74.9)],
)
def test_solid_waste_utilisation_counts_old_stock_below_the_line(
    generated: float, used: float, stock: float, printed: float
) -> None:
    rate = 100 * value("u / (g + s)", u=used, g=generated, s=stock)
    assert rate == pytest.approx(printed, abs=1.5)
    naive = 100 * value("u / g", u=used, g=generated)
    assert abs(rate - printed) < abs(naive - printed)


def test_a_naive_denominator_passes_a_hundred_per_cent_and_the_right_one_does_not() -> None:
    assert value("u / g", u=120, g=100) > 1
    assert value("u / (g + s)", u=120, g=100, s=30) == pytest.approx(120 / 130)


def test_a_rate_of_several_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    used, made = [90, 10], [100, 1000]
    assert sum(used) / sum(made) == pytest.approx(0.0909, abs=5e-5)
    assert np.mean([u / g for u, g in zip(used, made, strict=True)]) == pytest.approx(0.455)


def test_shares_of_handling_are_another_indicator_than_utilisation() -> None:
    handled = {"used": 8.6, "disposed": 3.8, "stored": 5.5}
    shares = [100 * value(f"{k} / (used + disposed + stored)", **handled) for k in handled]
    assert shares == pytest.approx([48.0, 21.2, 30.7], abs=0.06)
    assert abs(shares[0] - 100 * 1.9 / 3.538) > 5


# --- 8. Disclosure control: Handbook on Statistical Disclosure Control, chapter 4 -----------------------------


def test_dominance_lets_through_what_the_p_percent_rule_stops() -> None:
    parts = np.array([50_000.0, 49_000.0, 600.0, 400.0])
    assert parts.sum() == 100_000
    assert parts[0] <= 0.90 * parts.sum()  # safe under (1, 90)
    assert not is_safe(parts, Disclosure(p_percent=10))
    assert is_safe(np.array([50_000.0, 45_000.0, 2_500.0, 2_500.0]), Disclosure(p_percent=10))


@pytest.mark.parametrize(("contributors", "safe"), [(1, False), (2, False), (3, True)])
def test_the_usual_least_number_of_contributors_is_three(contributors: int, safe: bool) -> None:
    assert is_safe(np.full(contributors, 10.0), Disclosure(min_contributors=3)) is safe
    assert not is_safe(np.full(3, 10.0), Disclosure())  # ours is four: oneself and three others


@pytest.mark.parametrize(("k", "p"), [(80, 25), (95, 5.26)])
def test_dominance_of_two_and_p_percent_are_linked(k: float, p: float) -> None:
    assert 100 * (100 - k) / k == pytest.approx(p, abs=0.005)
    x1 = x2 = k / 2  # the rest as small as (2, k) allows
    parts = np.array([x1, x2, *[(100 - k) / 2] * 2])
    assert is_safe(parts, Disclosure(p_percent=p * 0.99))


# --- 9. Grading: re-evaluation of national eco-parks (2018, 2019); municipal energy-target schemes -------------

BANDS_B = [("超额完成", "", 95), ("完成", "", 80), ("基本完成", "", 60), ("未完成", "", 0)]
BANDS_C = [("优秀", "", 90), ("合格", "", 70), ("不合格", "", 0)]


def graded(total: float, bands: list[tuple[str, str, float]]) -> str:
    return grade_of_bands(total, from_the_best(GradeScale.model_validate(scale("X", bands)))).zh


def test_the_eco_park_scale() -> None:
    totals = [100, 90, 89.99, 80, 79.99, 70, 69.99, 60, 59.99]
    printed = ["优秀", "优秀", "良好", "良好", "中", "中", "合格", "合格", "不合格"]
    assert [graded(total, BANDS_A) for total in totals] == printed


def test_the_energy_target_scale_and_the_provincial_one() -> None:
    totals = [95, 94.99, 80, 79.99, 60, 59.99]
    assert [graded(t, BANDS_B) for t in totals] == [
        "超额完成",
        "完成",
        "完成",
        "基本完成",
        "基本完成",
        "未完成",
    ]
    assert [graded(t, BANDS_C) for t in (90, 89.99, 70, 69.99)] == [
        "优秀",
        "合格",
        "合格",
        "不合格",
    ]


def test_a_total_that_prints_as_90_and_is_not_is_graded_as_it_is() -> None:
    assert str(rounded(89.96, 1)) == "90.0"
    assert graded(89.96, BANDS_A) == "良好"


def test_96_points_with_a_binding_target_unmet_are_not_completion() -> None:
    rules = plan().assessment.model_dump() | {"scales": {"A": scale("A", BANDS_B)}}
    made: Plan = plan(assessment=rules)
    unmet = TargetLine("T", "", "", "level", "%", ">=", 1, "S", "own", points=0.96, scored=True)
    found = assess(
        made, "lake", Evidence(index=96.0, scale=Scale(), is_last_year=True,
        targets=[TargetLine(**{**vars(unmet), "binding": True, "light": "not_met"})],
    ))  # fmt: skip
    assert found.total == pytest.approx(96)
    assert (found.grade_zh, found.reason) == ("未完成", "veto_standing")


# --- 10. Rounding: the practice of bulletins ---------------------------------------------------


def test_bulletins_round_half_up_on_the_original_value_and_never_stepwise() -> None:
    printed = {28.175: "28.18", 28.165: "28.17", 2.675: "2.68", -28.165: "-28.17"}
    assert [str(rounded(x, 2)) for x in printed] == list(printed.values())
    assert str(rounded(15.4546, 0)) == "15"
    assert str(rounded(15.4546, 1)) == "15.5"  # which rounded once more would be 16
    assert round(2.675, 2) == 2.67  # what binary arithmetic makes of it


# --- 11. Energy and CO2: GB/T 2589; the guidelines' default factors -----------------------------------------------


STANDARD_COAL = 7000 * 4.1868  # kJ per kg


def test_standard_coal_is_a_calorific_value_over_that_of_standard_coal() -> None:
    assert pytest.approx(29307.6) == STANDARD_COAL
    assert value("kj / coal", kj=3600, coal=STANDARD_COAL) == pytest.approx(0.1229, abs=1e-4)
    assert value("kj / coal", kj=20_934, coal=STANDARD_COAL) == pytest.approx(0.7143, abs=5e-5)


# the guidelines' default factors: GJ/t, tC/GJ, share oxidised -> t CO2/t
CARBON = {
    "anthracite": (24.515, 0.02749, 0.94, 2.3228),
    "bituminous coal": (23.204, 0.02618, 0.93, 2.0715),
    "lignite": (14.449, 0.02800, 0.96, 1.4241),
    "washed coal": (26.344, 0.02540, 0.93, 2.2818),
    "coke": (28.446, 0.02940, 0.93, 2.8518),
    # GB/T 2589 and the provincial guideline in one published table (book118.com), per kg or m3
    "raw coal": (20.908, 0.02637, 0.94, 1.9003),
    "crude oil": (41.816, 0.0201, 0.98, 3.0202),
    "diesel": (42.652, 0.0202, 0.98, 3.0959),
    "natural gas": (38.931, 0.0153, 0.99, 2.1622),
}


@pytest.mark.parametrize("fuel", CARBON)
def test_carbon_dioxide_is_heat_carbon_oxidation_and_44_over_12(fuel: str) -> None:
    heat, carbon, oxidation, printed = CARBON[fuel]
    found = value("ncv * carbon * oxidised * 44 / 12", ncv=heat, carbon=carbon, oxidised=oxidation)
    assert found == pytest.approx(printed, abs=1.1e-4)
