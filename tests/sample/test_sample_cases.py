"""Each awkward case is in the data files, and surfaces where a reader should meet it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cescore.definitions.formulas.formula import parse
from cescore.method.column import Flag, State
from sample import AWKWARD
from sample.cases import MOVED
from sample.confirmed import MOVED_WITH

DATA = Path(__file__).resolve().parents[2] / "data"
LAST = 2025


def cell(values: pd.DataFrame, case: str, code: str, year: int = LAST) -> float:
    return float(values.at[(AWKWARD[case].entity_id, year), code])


def has_finding(workspace, case: str, code: str, status: str, variable: str = "") -> bool:
    where = AWKWARD[case]
    return any(
        f.code == code
        and f.entity_id == where.entity_id
        and f.status == status
        and where.year in (None, f.year)
        and variable in ("", f.variable)
        for f in workspace.findings
    )


def state_of(panel, entity_id: str, code: str, year: int = LAST) -> State:
    return State(panel.column(code).state[panel.row(entity_id), panel.year_position(year)])


def test_each_case_says_where_it_surfaces():
    assert all(case.surfaces for case in AWKWARD.values())


def test_no_hard_rule_is_broken_and_nobody_is_blocked(workspace):
    assert [f for f in workspace.findings if f.severity == "error"] == []
    assert workspace.blocked == {}
    assert len(workspace.entities()) == 139


def test_soft_findings_are_few_enough_to_read(workspace):
    open_ones = [f for f in workspace.findings if f.status == "open"]
    assert 20 <= len(open_ones) <= 300


# Membership


def test_a_firm_lies_in_no_park(register):
    assert register.at[AWKWARD["firm_in_no_park"].entity_id, "parent_id"] == "220402"


def test_a_park_has_no_firm_in_the_frame(register, values):
    assert "PK09" not in set(register["parent_id"])
    assert cell(values, "park_without_firm", "n_above_scale") == 0


def test_a_park_lies_in_another_which_counts_it(register, values):
    assert register.at["PK05", "parent_id"] == "PK01"
    now = values.xs(LAST, level="year")
    assert now.at["PK01", "n_above_scale"] > now.at["PK05", "n_above_scale"] > 0
    assert now.at["PK01", "energy_total_tce"] > now.at["PK05", "energy_total_tce"]


def test_a_park_has_one_dominant_firm(register, values):
    now = values.xs(LAST, level="year")
    firms = register.index[(register["parent_id"] == "PK04") & register.index.isin(now.index)]
    energy = now.loc[firms, "energy_total_tce"].sort_values()
    assert energy.index[-1] == AWKWARD["dominant_firm"].entity_id
    assert energy.iloc[-1] > 0.7 * energy.sum()


def test_three_firms_belong_to_one_holding(register):
    assert (register["holding_id"] == "H01").sum() == 3


# Districts


def test_an_urban_district_has_no_farmland(statuses, yearly):
    row = statuses.loc[("220403", LAST)]
    assert all(row[code] == "not_applicable" for code in AWKWARD["no_farmland"].variables)
    indicators = yearly.evaluations["district"].indicators
    for code in ("R06", "P05", "P06"):
        assert state_of(indicators, "220403", code) == State.NOT_APPLICABLE


@pytest.mark.parametrize("entity_id", ["220421", "220422"])
def test_districts_without_flows_fall_back_on_the_energy_balance(statuses, yearly, entity_id):
    row = statuses.loc[(entity_id, LAST)]
    assert row["mf_coal_inflow"] == "missing" and row["mf_limestone_inflow"] == "estimated"
    accounts = yearly.evaluations["district"].accounts
    coal = accounts.column("ac_coal")
    at = accounts.row(entity_id), accounts.year_position(LAST)
    assert coal.state[at] == State.PRESENT and coal.flags[at] & Flag.ESTIMATED
    productivity = yearly.evaluations["district"].indicators.column("R01")
    assert productivity.flags[at] & Flag.ESTIMATED


def test_film_recovered_exceeds_film_used_through_a_year_lag(values, workspace):
    assert cell(values, "film_lag", "film_recovered", 2023) > cell(
        values, "film_lag", "film_used", 2023
    )
    assert has_finding(workspace, "film_lag", "film_within", "confirmed")


def test_energy_intensity_rises_in_one_district_alone(values):
    def rise(entity_id: str) -> float:
        row = values.loc[entity_id]
        intensity = row["energy_total_tce"] / row["gdp_constant"]
        return intensity[LAST] / intensity[2020] - 1

    assert rise("220403") > 0.02
    assert all(rise(e) < -0.05 for e in ("220402", "220421", "220422", "2204GX"))


def test_the_citys_base_intensity_conflicts_with_the_plans_two_forms(values, yearly):
    row = values.loc[("220400", 2020)]
    assert row["energy_total_tce"] / row["gdp_constant"] == pytest.approx(1.2496, abs=1e-4)
    assert pytest.approx(1.2331, abs=1e-4) == 1.0481 / 0.85


def test_one_target_is_missed_one_exceeded_one_on_schedule(results):
    def fall(entity_id: str, code: str) -> float:
        return float(results.at[(entity_id, LAST, "target", code), "value"])

    assert fall("220422", "T3") < 0.5 * 16
    assert fall("2204GX", "T1a") > 1.3 * 15
    assert 15 <= fall("220421", "T1a") < 1.05 * 15
    lights = results.xs((LAST, "target"), level=("year", "kind"))["status"]
    assert {"met", "not_met"} <= set(lights)


def test_a_part_of_r02_that_was_not_returned_leaves_r02_uncomputed(yearly):
    indicators = yearly.evaluations["district"].indicators
    assert state_of(indicators, "2204GX", "R10") == State.MISSING
    assert state_of(indicators, "2204GX", "R02") != State.PRESENT


# Firms: figures


def test_a_zero_denominator_gives_no_rate(values, yearly):
    assert cell(values, "zero_denominator", "gisw_generated") == 0
    indicators = yearly.evaluations["enterprise"].indicators
    assert (
        state_of(indicators, AWKWARD["zero_denominator"].entity_id, "E07") == State.NOT_COMPUTABLE
    )


def test_a_firm_on_recycled_input_alone_has_no_output_per_virgin_tonne(values, yearly):
    assert cell(values, "no_virgin_input", "mat_virgin_input") == 0
    indicators = yearly.evaluations["enterprise"].indicators
    assert (
        state_of(indicators, AWKWARD["no_virgin_input"].entity_id, "E_rp") == State.NOT_COMPUTABLE
    )


def test_old_stock_lifts_use_above_what_is_generated_but_not_the_rate_above_100(values, yearly):
    used, made = (cell(values, "old_stock", f"gisw_{k}") for k in ("utilised", "generated"))
    assert used > 1.1 * made
    indicators = yearly.evaluations["enterprise"].indicators
    at = indicators.row(AWKWARD["old_stock"].entity_id), indicators.year_position(LAST)
    assert 90 < indicators.column("E07").values[at] <= 100


def test_a_net_seller_of_heat_is_confirmed_on_record(values, workspace):
    assert cell(values, "net_heat_seller", "energy_heat") < 0
    assert has_finding(
        workspace, "soft_finding_confirmed", "usual_range", "confirmed", "energy_heat"
    )


def test_one_firm_has_negative_value_added(values, workspace):
    assert cell(values, "negative_value_added", "va_industry_current") < 0
    assert (values.xs(LAST, level="year")["va_industry_current"] < 0).sum() == 1
    assert has_finding(workspace, "negative_value_added", "firm_va_sign", "open")


def test_a_unit_slip_of_10_000_is_corrected_on_record(values, workspace):
    entity_id = AWKWARD["unit_slip"].entity_id
    sent, before = (cell(values, "unit_slip", "water_industry", y) for y in (LAST, 2024))
    assert 5_000 < sent / before < 20_000
    assert has_finding(workspace, "unit_slip", "correction_scale", "corrected")
    column = workspace.panels["enterprise"].column("water_industry")
    panel = workspace.panels["enterprise"]
    at = panel.row(entity_id), panel.year_position(LAST)
    assert column.values[at] == pytest.approx(sent / 10_000)
    assert column.flags[at] & Flag.CORRECTED


def test_a_value_equals_last_years_to_the_digit(values, workspace):
    now, before = (cell(values, "same_as_last_year", "product_output", y) for y in (LAST, 2024))
    assert now == before
    assert has_finding(
        workspace, "same_as_last_year", "same_as_last_year", "open", "product_output"
    )


def test_some_values_are_estimated_some_missing(statuses, yearly):
    now = statuses.xs(LAST, level="year")
    assert (
        now.loc["220421", [c for c in now if c.endswith("_generated_est")]] == "estimated"
    ).all()
    where = AWKWARD["missing_value"]
    assert now.at[where.entity_id, "water_industry_reused"] == "missing"
    assert (
        state_of(yearly.evaluations["enterprise"].indicators, where.entity_id, "E05")
        == State.MISSING
    )


def test_energy_intensity_rises_in_some_firms(values):
    firms = values[values.index.get_level_values("entity_id").str.startswith("E")]
    intensity = (firms["energy_total_tce"] / firms["output_constant"]).unstack("year")
    rising = intensity[LAST] > 1.02 * intensity[2020]
    assert rising[AWKWARD["firm_with_rising_intensity"].entity_id]
    assert 2 <= rising.sum() <= 25


# Firms: how they filed


def test_a_renamed_firm_keeps_its_id_and_history(register, values):
    entity_id = AWKWARD["renamed_firm"].entity_id
    assert "更名" in register.at[entity_id, "name_zh"]
    assert len(values.loc[entity_id]) == 6


def test_a_closed_firm_has_no_rows_afterwards(register, values, yearly):
    entity_id = AWKWARD["closed_firm"].entity_id
    assert register.at[entity_id, "valid_to"] == "2021"
    assert values.loc[entity_id].index.max() == 2021
    assert entity_id not in {e.entity_id for e in yearly.entities}


def test_a_new_firm_has_one_year(register, values):
    entity_id = AWKWARD["new_firm"].entity_id
    assert register.at[entity_id, "valid_from"] == str(LAST)
    assert values.loc[entity_id].index.tolist() == [LAST]


def test_a_firm_that_moved_counts_in_its_former_park_until_then(register, values, observations):
    entity_id = AWKWARD["moved_park"].entity_id
    former, year = MOVED[entity_id]
    present = register.at[entity_id, "parent_id"]
    assert present != former
    firm = values.loc[entity_id]["output_value"]
    assert values.at[(former, year - 1), "output_value"] > firm[year - 1]
    notes = observations[(observations["entity_id"] == entity_id) & (observations["year"] == year)]
    assert notes["note"].str.contains(former).any()
    for park, change in ((former, -1), (present, 1)):
        counts = values.loc[park]["n_above_scale"]
        assert change * (counts[year] - counts[year - 1]) >= 0


def test_a_late_return_is_marked_and_its_check_not_done(values):
    assert cell(values, "late_filing", "submission_on_time") == 0
    checks = pd.read_csv(DATA / "2025/measures.csv", dtype=str).set_index(["entity_id", "check_id"])
    assert checks.at[(AWKWARD["late_filing"].entity_id, "7.2.a"), "status"] == "not_done"


def test_a_firm_that_did_not_file_is_in_the_year_all_the_same(values, yearly):
    entity_id = AWKWARD["did_not_file"].entity_id
    assert (entity_id, LAST) not in values.index
    assert entity_id in {e.entity_id for e in yearly.entities}
    assert not yearly.workspace.filed(entity_id)


def test_a_firm_rests_on_a_statistical_survey_alone_and_is_not_graded(observations, results):
    entity_id = AWKWARD["statistical_basis"].entity_id
    firms = observations[observations["entity_id"].str.startswith("E")]
    basis = firms.groupby("entity_id")["basis"].unique().str.join(",")
    assert basis[entity_id] == "statistical"
    assert set(basis.drop(entity_id)) == {"consented"}
    assert results.at[(entity_id, LAST, "assessment", "total"), "status"] == "statistical_basis"


# Inspections and the spread over entities


def test_measures_hold_all_five_statuses():
    checks = pd.read_csv(DATA / "2025/measures.csv", dtype=str, keep_default_na=False)
    expected = {"done", "partial", "not_done", "not_applicable", "not_inspected"}
    assert set(checks["status"]) == expected
    assert (checks.loc[checks["status"] == "done", "evidence_ref"] != "").all()


def test_one_veto_stands_some_bodies_are_cleared_of_all_and_the_others_were_not_checked(yearly):
    records = pd.read_csv(DATA / "2025/vetoes.csv", dtype=str)
    assert (records["status"] == "standing").sum() == 1
    assert AWKWARD["veto_clear"].entity_id in set(records.query("status == 'clear'")["entity_id"])
    assert not any(yearly.assessments[entity].doubts for entity in ("2204GX", "PK03"))
    standing = AWKWARD["veto_standing"].entity_id
    assert yearly.assessments[standing].grade_zh == "不合格"
    assert yearly.assessments["220421"].provisional


def test_the_poor_and_the_excellent_firm_are_far_apart(results):
    def index(case: str) -> float:
        rows = results.xs((AWKWARD[case].entity_id, LAST, "index"))
        return float(rows["value"].iloc[0])

    assert index("poor_firm") < 40 < 85 < index("excellent_firm")


@pytest.mark.parametrize("entity_type", ["district", "park", "enterprise"])
def test_indices_differ_over_entities_and_move_smoothly(yearly, entity_type):
    index = yearly.evaluations[entity_type].aggregation.index.values
    now = index[:, -1][np.isfinite(index[:, -1])]
    assert now.max() - now.min() > 8
    steps = np.abs(np.diff(index, axis=1))
    assert np.nanmedian(steps) < 4


def test_grades_differ(yearly):
    grades = {a.grade_zh for a in yearly.assessments.values() if a.grade_zh}
    assert {"良好", "中", "合格", "不合格"} <= grades  # four of the five


def test_a_firm_that_stated_another_basis_for_one_year_is_told(workspace):
    assert has_finding(workspace, "mixed_bases", "mixed_bases", "open", "energy_basis")


def test_what_bodies_hold_agrees_with_what_lies_in_them(workspace):
    """Parks cover their firms, districts their firms and zones, the city its districts; the moved
    firm is the one exception, and it is on record."""
    across = {rule.id for rule in workspace.definitions.checks if parse(rule.rule, True).across}
    found = [f for f in workspace.findings if f.code in across]
    assert {(f.entity_id, f.status) for f in found} == {
        ("PK03", "confirmed"),
        ("PK08", "confirmed"),
    }
    counted = {(f.code, f.entity_id) for f in found if f.code == "firms_counted"}
    assert counted == {("firms_counted", "PK03"), ("firms_counted", "PK08")}
    rest = {f.code for f in found} - {"firms_counted"}
    assert rest == set(MOVED_WITH)


def test_constant_prices_that_were_not_returned_are_deflated_and_say_so(workspace):
    firm, panel = AWKWARD["deflated"].entity_id, workspace.panels["enterprise"]
    i, city = panel.row(firm), workspace.panels["city"]
    found, current = panel.column("output_constant"), panel.column("output_value")
    ratio = (
        city.column("va_industry_constant").values[0, -1]
        / city.column("va_industry_current").values[0, -1]
    )
    assert found.values[i, -1] == pytest.approx(current.values[i, -1] * ratio, rel=1e-12)
    assert found.flags[i, -1] == Flag.ESTIMATED
    assert workspace.sources(firm, "output_constant", LAST).startswith("estimated: output_value *")


def test_net_flows_that_the_city_does_not_return_are_summed_over_its_districts(workspace):
    city, districts = workspace.panels["city"], workspace.panels["district"]
    four = [districts.row(d) for d in ("220402", "220403", "220421", "220422")]
    into, out = (
        districts.column(f"mf_grain_{flow}").values[four] for flow in ("inflow", "outflow")
    )
    summed = city.column("nif_grain")
    assert summed.values[0].tolist() == pytest.approx((into - out).sum(axis=0).tolist())
    assert (summed.flags & Flag.AGGREGATED).all()
    assert "nif_coal" not in city.columns  # it returned its own flows of coal
