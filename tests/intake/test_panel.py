"""From rows to columns: four states, flags, and sums over bodies."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cescore.intake.observations.panel import PanelLayout, build_panels, tiling
from cescore.method.column import Flag, State

HEADER = "entity_id,year,variable,value,status,source,basis\n"
YEARS = (2023, 2024)


@pytest.fixture
def lay_out(read, variables) -> Callable[..., PanelLayout]:
    """Panels of 2023 and 2024 from rows of observations."""

    def do(*rows: str, **options) -> PanelLayout:
        result = read({"observations.csv": HEADER + "\n".join(rows) + "\n"}, **options)
        assert result.codes("error") == []
        return build_panels(result.register, result.observations, variables, YEARS)

    return do


def cell(layout: PanelLayout, entity_type: str, entity_id: str, code: str, year: int = 2024):
    """Value, state and flags of one cell."""
    panel = layout.panels[entity_type]
    column = panel.columns[code]
    i, j = panel.row(entity_id), panel.year_position(year)
    return float(column.values[i, j]), State(int(column.state[i, j])), Flag(int(column.flags[i, j]))


def test_zero_missing_and_not_applicable_are_different_states(lay_out):
    layout = lay_out(
        "D1,2024,waste,0,,,", "D1,2024,gdp,,missing,,", "D1,2024,firms,,not_applicable,,"
    )  # fmt: skip
    assert cell(layout, "district", "D1", "waste")[:2] == (0.0, State.PRESENT)
    assert cell(layout, "district", "D1", "gdp")[1] == State.MISSING
    assert cell(layout, "district", "D1", "firms")[1] == State.NOT_APPLICABLE
    assert cell(layout, "district", "D1", "rate")[1] == State.MISSING  # no row at all


def test_an_estimate_is_present_and_flagged(lay_out):
    layout = lay_out("D1,2024,waste,5,estimated,,")
    assert cell(layout, "district", "D1", "waste") == (5.0, State.PRESENT, Flag.ESTIMATED)


def test_codes_are_text_beside_the_columns(lay_out):
    layout = lay_out("D1,2024,audit,due,,,")
    panel = layout.panels["district"]
    assert panel.codes["audit"][panel.row("D1")].tolist() == ["", "due"]
    assert "audit" not in panel.columns


def test_a_variable_of_other_types_makes_no_column(lay_out):
    assert "park_area" not in lay_out("D1,2024,waste,5,,,").panels["district"].columns


def test_a_city_without_a_row_is_the_sum_of_bodies_not_counted_in_another(lay_out):
    layout = lay_out("D1,2024,waste,5,,,", "D2,2024,waste,7,estimated,,", "DX,2024,waste,3,,,")
    flags = Flag.AGGREGATED | Flag.ESTIMATED
    assert cell(layout, "city", "C1", "waste") == (12.0, State.PRESENT, flags)
    assert layout.sources("C1", "waste", 2024) == "sum of D1, D2"


def test_a_sum_needs_every_body(lay_out):
    layout = lay_out("D1,2024,waste,5,,,", "DX,2024,waste,3,,,")
    assert cell(layout, "city", "C1", "waste")[1] == State.MISSING


def test_a_body_where_it_does_not_apply_is_left_out_of_the_sum(lay_out):
    layout = lay_out("D1,2024,waste,5,,,", "D2,2024,waste,,not_applicable,,")
    assert cell(layout, "city", "C1", "waste") == (
        5.0, State.PRESENT, Flag.AGGREGATED | Flag.PARTIAL,
    )  # fmt: skip
    layout = lay_out("D1,2024,waste,,not_applicable,,", "D2,2024,waste,,not_applicable,,")
    assert cell(layout, "city", "C1", "waste")[1] == State.NOT_APPLICABLE


def test_a_rate_is_never_summed(lay_out):
    layout = lay_out("D1,2024,rate,50,,,", "D2,2024,rate,40,,,")
    assert cell(layout, "city", "C1", "rate")[1] == State.MISSING


def test_a_citys_own_row_is_preferred_and_the_sum_kept_beside_it(lay_out):
    layout = lay_out("C1,2024,waste,20,,,", "D1,2024,waste,5,,,", "D2,2024,waste,7,,,")
    assert cell(layout, "city", "C1", "waste") == (20.0, State.PRESENT, Flag.NONE)
    (pair,) = layout.sum_checks
    assert (pair.own, pair.total, pair.parts) == (20.0, 12.0, ("D1", "D2"))


def test_a_row_that_says_missing_is_not_replaced_by_a_sum(lay_out):
    layout = lay_out("C1,2024,waste,,missing,,", "D1,2024,waste,5,,,", "D2,2024,waste,7,,,")
    assert cell(layout, "city", "C1", "waste")[1] == State.MISSING


def test_a_sum_reaches_through_a_level_that_does_not_hold_the_variable(lay_out, variables):
    register = "entity_id,entity_type,parent_id\nN,nation,\nR,region,N\nT1,town,R\nT2,town,R\n"
    variables["waste"] = variables["waste"].model_copy(update={"entity_types": ("nation", "town")})
    layout = lay_out(
        "T1,2024,waste,1,,,", "T2,2024,waste,2,,,", register=register, variables=variables
    )
    assert cell(layout, "nation", "N", "waste")[0] == 3
    assert "waste" not in layout.panels["region"].columns


def test_closed_bodies_count_in_the_years_in_which_they_existed(lay_out):
    register = "entity_id,entity_type,parent_id,valid_to\nC1,city,,\nD1,district,C1,\nD2,district,C1,2023\n"
    rows = [
        f"{e},{y},waste,{v},,," for e, y, v in (("D1", 2023, 1), ("D2", 2023, 2), ("D1", 2024, 3))
    ]
    layout = lay_out(*rows, register=register)
    assert [cell(layout, "city", "C1", "waste", y)[0] for y in YEARS] == [3, 3]


def test_a_body_that_holds_different_types_is_the_sum_of_none(read):
    register = (
        "entity_id,entity_type,parent_id\nC,city,\nD,district,C\nP,park,D\nF,firm,D\nG,firm,P\n"
    )
    tiles = tiling(read({}, register=register).register)
    assert tiles == {"city": "district", "park": "firm"}
    assert tiling(read({}, register=register).register, ["firm"]) == {"city": "district"}


def test_every_value_knows_its_row_and_the_source_the_row_names(lay_out):
    layout = lay_out("D1,2024,waste,5,,x.xlsx!A!B3,", "D2,2024,waste,5,,,")
    assert layout.sources("D1", "waste", 2024) == "data/observations.csv:2 (x.xlsx!A!B3)"
    assert layout.sources("D2", "waste", 2024) == "data/observations.csv:3"
    assert layout.sources("D2", "waste", 2023) == ""
    assert layout.sources.table("D2", ["waste"], YEARS) == {
        "waste": ("", "data/observations.csv:3")
    }


def test_one_value_on_a_statistical_basis_decides_the_entitys_basis(lay_out):
    layout = lay_out(
        "D1,2024,waste,5,,,consented", "D1,2024,gdp,5,,,statistical", "D2,2023,gdp,5,,,statistical"
    )
    assert layout.panels["district"].attributes["basis"] == ("statistical", "", "")
