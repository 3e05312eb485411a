"""Who is in the sample: numbers by year, industry and territory; everything marked synthetic."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FRAME = {
    "钢铁冶金建材": 17, "装备制造矿山机械": 15, "农产品与蛋品加工": 22, "医药健康": 16, "纺织袜业": 12,
    "铝加工": 7, "新能源汽车零部件": 6, "电热气水": 8, "化工包装其他": 8,
}  # fmt: skip
COUNT_BY_YEAR = {2020: 105, 2021: 111, 2022: 116, 2023: 120, 2024: 122, 2025: 124}
IN_THE_CITY = ["220402", "220403", "220421", "220422"]


def firms_of(register: pd.DataFrame, year: int) -> pd.DataFrame:
    firms = register[register["entity_type"] == "enterprise"]
    first = pd.to_numeric(firms["valid_from"]).fillna(0)
    last = pd.to_numeric(firms["valid_to"]).fillna(9999)
    return firms[(first <= year) & (year <= last)]


def district_of(register: pd.DataFrame, entity_id: str) -> str:
    """The smallest district that an entity lies in."""
    while register.at[entity_id, "entity_type"] != "district":
        entity_id = register.at[entity_id, "parent_id"]
    return entity_id


@pytest.mark.parametrize(("year", "count"), COUNT_BY_YEAR.items())
def test_the_number_of_firms_of_each_year_is_the_frame_s(register, year, count):
    assert len(firms_of(register, year)) == count


def test_the_firms_of_2021_split_by_industry_as_the_frame(register):
    assert firms_of(register, 2021)["industry"].value_counts().to_dict() == FRAME


def test_the_firms_of_2021_split_by_territory_as_the_frame(register):
    found = pd.Series([district_of(register, e) for e in firms_of(register, 2021).index])
    expected = {"2204GX": 34, "220402": 22, "220403": 13, "220421": 23, "220422": 19}
    assert found.value_counts().to_dict() == expected


def test_2025_has_139_entities_to_report_on(register):
    assert len(firms_of(register, 2025)) + (register["entity_type"] != "enterprise").sum() == 139


def test_the_register_holds_closed_firms_too(register):
    assert (register["entity_type"] == "enterprise").sum() > 124


def test_everything_is_marked_synthetic(register):
    assert set(register["is_synthetic"]) == {"true"}


def test_firms_have_neutral_names(register):
    firms = register[register["entity_type"] == "enterprise"]
    assert firms["name_zh"].str.fullmatch(r"示例企业[0-9]{3}（.+）").all()
    assert firms["name_en"].str.fullmatch(r"Sample firm [0-9]{3} \(.+\)").all()


def test_the_folder_says_what_it_is():
    text = (Path(__file__).resolve().parents[2] / "data/README.md").read_text("utf-8")
    assert re.search("示例数据", text) and re.search("[Ss]ynthetic", text)


@pytest.mark.parametrize("year", COUNT_BY_YEAR)
def test_total_output_is_between_3_0_and_3_5_million(values, year):
    firms = [e for e in values.xs(year, level="year").index if e.startswith("E")]
    total = values.xs(year, level="year").loc[firms, "output_value"].sum()
    assert 3_000_000 <= total <= 3_500_000


def test_sizes_are_skewed_with_a_few_large_firms(values):
    output = values.xs(2025, level="year").filter(regex="^E", axis=0)["output_value"]
    assert output.min() >= 2000 and 6_000 <= output.median() <= 15_000
    assert 2 <= (output > 300_000).sum() <= 5
    assert (
        abs(np.log(output).skew()) < 1.5
    )  # two steel works of 6 and 7 bn CNY, a hundred small firms


def test_published_figures_are_used_as_they_are(values):
    assert values.at[("220400", 2020), "gdp_current"] == 4_299_000
    county = values.loc[("220422", 2022)]
    assert county["gdp_current"] == 1_080_043
    parts = [county[f"va_{p}"] for p in ("primary", "secondary", "tertiary")]
    assert parts == [250_867, 244_433, 584_743]


def test_census_populations_of_2020_are_published(values):
    census = {
        "220400": (996903, 575248),
        "220402": (327079, 286833),
        "220403": (136337, 120463),
        "220421": (307302, 112665),
        "220422": (226185, 55287),
    }
    for entity_id, (residents, urban) in census.items():
        row = values.loc[(entity_id, 2020)]
        assert (row["pop_resident"], row["pop_urban"]) == (residents, urban)


@pytest.mark.parametrize("year", COUNT_BY_YEAR)
def test_city_rows_are_within_2_percent_of_the_four_bodies(values, year):
    now = values.xs(year, level="year")
    own = now.loc["220400"].dropna()
    for code in own.index.difference(
        ["msw_sorting_coverage", "edit_pass_rate", "submission_on_time"]
    ):
        if code.startswith("mf_") and code.endswith(("inflow", "outflow")):
            continue  # gross flows are not additive: trade inside the city
        if code.startswith("mf_"):
            assert np.isclose(now.loc[IN_THE_CITY, code].sum(), own[code]) or code.endswith(
                "stock_change"
            )
            continue
        assert own[code] == pytest.approx(now.loc[IN_THE_CITY, code].sum(), rel=0.02), code


@pytest.mark.parametrize(("side", "other"), [("inflow", "outflow"), ("outflow", "inflow")])
def test_no_body_moves_more_than_the_city_and_the_other_bodies_can_account_for(values, side, other):
    """What a body takes in comes over the city's border or out of another body of the city."""
    for year in COUNT_BY_YEAR:
        now = values.xs(year, level="year")
        for code in [c for c in now.columns if c.startswith("mf_") and c.endswith(f"_{side}")]:
            city = now.at["220400", code]
            back = now.loc[IN_THE_CITY, code.replace(side, other)]
            if pd.isna(city) or back.isna().any() or now.loc[IN_THE_CITY, code].isna().any():
                continue
            for body in IN_THE_CITY:
                assert now.at[body, code] <= city + back.drop(body).sum() + 1, (year, code, body)


def test_city_population_is_exactly_the_sum(values):
    for year in COUNT_BY_YEAR:
        now = values.xs(year, level="year")["pop_resident"]
        assert now["220400"] == now[IN_THE_CITY].sum()


def test_the_zone_is_within_its_district_in_every_variable(values):
    for year in COUNT_BY_YEAR:
        now = values.xs(year, level="year")
        whole, part = now.loc["220402"], now.loc["2204GX"]
        rates = ["msw_sorting_coverage", "edit_pass_rate", "submission_on_time"]
        codes = [
            c for c in part.dropna().index if c not in rates and not c.endswith("stock_change")
        ]
        assert (part[codes] <= whole[codes] + 1e-6).all()


def test_parks_cover_their_member_firms_and_little_more(register, values):
    """W3: park total at least the sum of its firms for energy, water, waste; at most 40 % above."""
    moved = {"E057"}  # its register row names the present park
    for year in COUNT_BY_YEAR:
        now = values.xs(year, level="year")
        firms = [e for e in firms_of(register, year).index if e in now.index and e not in moved]
        for park in (f"PK{k:02d}" for k in range(1, 9)):
            inside = [e for e in firms if park in parents(register, e)]
            for code in ("energy_total_tce", "gisw_generated"):
                members = now.loc[inside, code].sum()
                assert members <= now.at[park, code] + 1e-6, (park, year, code)
                if park != "PK08":  # one of its firms did not file 2025, one moved in
                    assert now.at[park, code] <= 1.4 * members + 1, (park, year, code)


def parents(register: pd.DataFrame, entity_id: str) -> list[str]:
    found = []
    while register.at[entity_id, "parent_id"]:
        entity_id = register.at[entity_id, "parent_id"]
        found.append(entity_id)
    return found


def test_firms_are_within_their_district(register, values):
    """X4: energy and waste of a district include more than the frame's firms."""
    for year in COUNT_BY_YEAR:
        now = values.xs(year, level="year")
        firms = [e for e in firms_of(register, year).index if e in now.index]
        for district in ("220402", "220403", "220421", "220422", "2204GX"):
            inside = [e for e in firms if district in parents(register, e)]
            for code in ("energy_total_tce", "gisw_generated", "va_industry_constant"):
                assert now.loc[inside, code].sum() <= now.at[district, code], (district, year, code)


def test_every_filed_return_is_complete(register, observations):
    """Each firm answers each variable of its type, each year, if only with not_applicable."""
    per_return = (
        observations[observations["entity_id"].str.startswith("E")]
        .groupby(["entity_id", "year"])["variable"]
        .nunique()
    )
    assert per_return.nunique() == 1
