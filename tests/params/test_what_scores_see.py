"""What an enterprise and a park take and give off moves their scores: each quantity by itself."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from shipped import liaoyuan

from cescore.definitions.industry_mix import parts_of
from cescore.definitions.model import Account
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.column import Column, Panel
from cescore.method.index.evaluation import evaluate

FUELS = (
    "raw_coal", "washed_coal", "coke", "gasoline", "diesel", "fuel_oil", "lpg", "natural_gas",
    "electricity", "heat",
)  # fmt: skip
BY_FUELS = "CO2 of fuels, where none is returned"
TAKEN_AND_GIVEN_OFF = {
    "energy": ("energy_total_tce",),
    "water": ("water_industry",),
    "CO2": ("co2_energy",),
    BY_FUELS: tuple(f"energy_{fuel}" for fuel in FUELS),
    **{name: (f"em_{name}",) for name in ("so2", "nox", "cod", "nh3n", "voc")},
    "hazardous waste": ("hw_generated",),
    "general waste": ("gisw_generated", "gisw_utilised", "gisw_disposed"),
}
PRODUCTS = (*liaoyuan().variables["product_code"].words, "a product of no table")
ENERGY = "energy, with its CO2"
MIXED = "农产品与蛋品加工（corn）50%；钢铁冶金建材（cement）25%；化工包装其他（chemical）25%"
OUTPUT = 10_000.0  # 10k CNY
SITE: dict[str, float] = {
    "output_constant": OUTPUT, "va_industry_constant": 2500, "mat_total_input": 1000,
    "mat_virgin_input": 900, "mat_recycled_input": 100, "land_industrial": 8,
    "park_land_built": 20, "water_industry_reused": 12, "wastewater_reused": 1.0,
    "industrial_wastewater_discharge": 3.0, "energy_biomass": 0.0, "power_supplied": 0.0,
    "energy_transformation_output": 0.0, "heat_supplied": 0.0, "gisw_from_stock": 0.0,
    "gisw_disposed": 60.0,
}  # fmt: skip


def returns(product: str) -> dict[str, float]:
    """A firm that meets every reference of its product as it stands."""
    known = liaoyuan()
    at = {
        code: line.value * OUTPUT
        for code, table in known.accounts.items()
        if code.startswith("ref_") and (line := table.line(product)) is not None
    }
    return {
        **SITE,
        **{f"em_{p}": at[f"ref_{p}"] / 1e3 for p in ("so2", "nox", "cod", "nh3n", "voc")},
        **{f"energy_{fuel}": 0.0 for fuel in FUELS},
        "energy_raw_coal": at["ref_co2"] / 1.87,
        "energy_total_tce": at["ref_energy"],
        "product_output": at["ref_energy"] * 1000 / 94,
        "co2_energy": at["ref_co2"],
        "water_industry": at["ref_water"] / 1e4,
        "hw_generated": at["ref_hw"] / 1e3,
        "gisw_generated": at["ref_gisw"],
        "gisw_utilised": 0.8 * at["ref_gisw"],
    }


def as_park(product: str) -> str:
    """A park of one product, as the register names it."""
    word = liaoyuan().variables["product_code"]
    assert product in word.words
    return f"{INDUSTRY_OF.get(product, '化工包装其他')}（{product}）100%"


def park_returns(industry: str) -> dict[str, float]:
    """A park that stands at the reference of its products in all that it takes and gives off."""
    parts = [(float(part.share), returns(part.product)) for part in parts_of(industry)]
    return {code: sum(share * of[code] for share, of in parts) for code in parts[0][1]}


def listed() -> list[tuple[str, str]]:
    """Industry and product of every firm of the sample."""
    root = Path(__file__).parents[2] / "data"
    with (root / "entities.csv").open(encoding="utf-8") as file:
        industries = {row["entity_id"]: row["industry"] for row in csv.DictReader(file)}
    with (root / "2025" / "observations.csv").open(encoding="utf-8") as file:
        return [
            (industries[row["entity_id"]], row["value"])
            for row in csv.DictReader(file)
            if row["variable"] == "product_code" and row["value"]
        ]


INDUSTRY_OF = {product: industry for industry, product in listed()}
INDUSTRIES = (*(as_park(product) for product in PRODUCTS[:-1]), MIXED)


@cache
def park_scores() -> Mapping[tuple[str, str], float]:
    """(industry, what is doubled) -> the index of a park at the level of its industries."""
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for industry in INDUSTRIES:
        plain = park_returns(industry)
        also = {"": (), "no CO2 returned": (), ENERGY: ("energy_total_tce", "co2_energy")}
        for name, codes in {**also, **TAKEN_AND_GIVEN_OFF}.items():
            rows[industry, name] = plain | {code: 2 * plain[code] for code in codes}
            if name in ("no CO2 returned", BY_FUELS):
                rows[industry, name].pop("co2_energy")
    columns = {
        code: Column.of(np.array([[row.get(code, np.nan)] for row in rows.values()]))
        for code in park_returns(INDUSTRIES[0])
    }
    names = tuple(industry for industry, _ in rows)
    panel = Panel(
        tuple(map(str, range(len(rows)))), (2025,), columns, attributes={"industry": names}
    )
    index = evaluate(panel, liaoyuan().frameworks["park"], base_year=2025, run_year=2025)
    return dict(zip(rows, index.aggregation.index.values[:, 0].tolist(), strict=True))


@cache
def scores(entity_type: str) -> Mapping[tuple[str, str], float]:
    """(product, what is doubled) -> the index; all in one panel, "" being the return as it stands."""
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for product in PRODUCTS:
        plain = returns(product)
        for name, codes in {"": (), "no CO2 returned": (), **TAKEN_AND_GIVEN_OFF}.items():
            rows[product, name] = plain | {code: 2 * plain[code] for code in codes}
            if name in ("no CO2 returned", BY_FUELS):
                rows[product, name].pop("co2_energy")
        rows[f"{product} without its code", ""] = plain
    keys = list(rows)
    columns = {
        code: Column.of(np.array([[row.get(code, np.nan)] for row in rows.values()]))
        for code in returns(PRODUCTS[0])
    }
    words = np.array([[p if p in PRODUCTS else ""] for p, _ in keys], object)
    panel = Panel(
        tuple(map(str, range(len(keys)))), (2025,), columns, codes={"product_code": words}
    )
    framework = liaoyuan().frameworks[entity_type]
    index = evaluate(panel, framework, base_year=2025, run_year=2025).aggregation.index
    return dict(zip(keys, index.values[:, 0].tolist(), strict=True))


SHARED = {  # of a park -> of a firm
    "K_mat": "E01", "K_en": "E_en", "K_wa": "E_wa", "K09": "E07", "K10": "E05", "K_recycled": "E09",
    "K_co2": "E_co2", "K_hw": "E_hw", "K_gw": "E_gisw",
    **{f"K_{name}": f"E_{name}" for name in ("so2", "nox", "cod", "nh3n", "voc")},
}  # fmt: skip


@pytest.mark.parametrize("product", PRODUCTS[:-1])
def test_a_park_whose_only_firm_is_f_scores_what_f_scores_on_all_that_both_are_asked(
    product: str,
) -> None:
    plain = {code: 1.3 * v for code, v in returns(product).items()} | {"output_constant": OUTPUT}
    columns = {code: Column.of(np.array([[value]])) for code, value in plain.items()}
    park = Panel(("P",), (2025,), columns, attributes={"industry": (as_park(product),)})
    firm = Panel(
        ("F",), (2025,), columns, codes={"product_code": np.array([[product]], object)},
        attributes={"industry": (parts_of(as_park(product))[0].industry,)},
    )  # fmt: skip
    of_park, of_firm = (
        evaluate(panel, liaoyuan().frameworks[kind], base_year=2025, run_year=2025).scores
        for kind, panel in (("park", park), ("enterprise", firm))
    )
    found = {code: of_park.column(code).values[0, 0] for code in SHARED}
    assert found == pytest.approx({k: of_firm.column(e).values[0, 0] for k, e in SHARED.items()})


@pytest.mark.parametrize(("rate", "part", "whole", "table", "quantity"), [
    ("K_recycled", "mat_recycled_input", "mat_total_input", "ref_material", "recycled_input"),
    ("K10", "water_industry_reused", "water_gross_industry", "ref_water_gross", "water_reuse"),
])  # fmt: skip
def test_a_park_of_two_firms_that_need_unlike_amounts_scores_what_their_pooled_rates_give(
    rate: str, part: str, whole: str, table: str, quantity: str
) -> None:
    known = liaoyuan()
    ends = known.ends.quantities[quantity].ends_by_industry
    made = {"steel": ("钢铁冶金建材", 0.25 * OUTPUT), "sock": ("纺织袜业", 0.75 * OUTPUT)}
    needs = {p: known.accounts[table].values[p].value * output for p, (_, output) in made.items()}
    midway = {p: sum(ends[industry]) / 200 for p, (industry, _) in made.items()}  # % of a rate
    plain = returns("steel") | {
        part: sum(needs[p] * midway[p] for p in made), whole: sum(needs.values()),
        "water_industry": 0.0,
    }  # fmt: skip
    if whole == "water_gross_industry":  # an account: fresh and reused
        plain["water_industry"] = plain.pop(whole) - plain[part]
    columns = {code: Column.of(np.array([[value]])) for code, value in plain.items()}
    industry = "钢铁冶金建材（steel）25%；纺织袜业（sock）75%"
    park = Panel(("P",), (2025,), columns, attributes={"industry": (industry,)})
    scores = evaluate(park, known.frameworks["park"], base_year=2025, run_year=2025).scores
    assert scores.column(rate).values[0, 0] == pytest.approx(50)  # each firm stands midway


@pytest.mark.parametrize("points", [0, 60, 100])
@pytest.mark.parametrize("product", ["chemical", "sock", "steel"])
@pytest.mark.parametrize("share", [25, 90])
def test_a_park_of_a_power_firm_and_another_stands_where_the_other_stands_on_its_material(
    share: int, product: str, points: float
) -> None:
    industry = parts_of(as_park(product))[0].industry
    known = liaoyuan().frameworks
    ends = known["enterprise"].indicators["E01"].ends_in(2025, industry)
    assert ends is not None
    per_tonne = ends[0] * (ends[1] / ends[0]) ** (points / 100)  # CNY/t of the one firm
    plain = returns(product) | {
        "output_constant": OUTPUT, "mat_total_input": share / 100 * OUTPUT * 10_000 / per_tonne,
    }  # fmt: skip
    columns = {code: Column.of(np.array([[value]])) for code, value in plain.items()}
    mix = f"电热气水（power）{100 - share}%；{industry}（{product}）{share}%"
    park = Panel(("P",), (2025,), columns, attributes={"industry": (mix,)})
    scores = evaluate(park, known["park"], base_year=2025, run_year=2025).scores
    assert scores.column("K_mat").values[0, 0] == pytest.approx(points, abs=1e-9)


@pytest.mark.parametrize("name", TAKEN_AND_GIVEN_OFF)
@pytest.mark.parametrize("industry", INDUSTRIES)
def test_twice_as_much_of_anything_lowers_the_score_of_a_park(industry: str, name: str) -> None:
    found = park_scores()
    before = found[industry, "no CO2 returned" if name == BY_FUELS else ""]
    assert found[industry, name] < before - 0.3


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_twice_the_energy_costs_a_park_eight_points_whatever_it_consists_of(industry: str) -> None:
    found = park_scores()
    assert found[industry, ""] - found[industry, ENERGY] >= 8


@pytest.mark.parametrize("name", TAKEN_AND_GIVEN_OFF)
@pytest.mark.parametrize("product", PRODUCTS)
def test_twice_as_much_of_anything_taken_or_given_off_lowers_the_score_of_a_firm(
    product: str, name: str
) -> None:
    found = scores("enterprise")
    before = found[product, "no CO2 returned" if name == BY_FUELS else ""]
    assert found[product, name] < before - 0.1


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_blank_product_code_earns_no_better_a_score(product: str) -> None:
    found = scores("enterprise")
    assert found[f"{product} without its code", ""] < found[product, ""]


def at_level(code: str, indicator: str, product: str, points: float) -> float:
    """What of energy or water per product stands at a level of its norm scores, in points."""
    known = liaoyuan()
    rule = known.ends.rules["norm_levels"]
    quantity = known.ends.quantities[code]
    level = next(name for name, p in rule.points.items() if p == points)
    line = known.accounts[quantity.levels[level]].line(product)
    assert line is not None
    plain = returns(product) | {"product_output": 1000.0}
    plain |= {
        "energy_total_tce": line.value,
        "water_industry": line.value / 10,
    }  # t from kg, 10k m3
    panel = Panel(
        ("A",), (2025,), {k: Column.of(np.array([[v]])) for k, v in plain.items()},
        codes={"product_code": np.array([[product]], object)},
    )  # fmt: skip
    found = evaluate(panel, known.frameworks["enterprise"], base_year=2025, run_year=2025)
    return float(found.scored.scores.column(indicator).values[0, 0])


NORMS = [
    (quantity, indicator, product)
    for quantity, indicator in (("energy_level", "E_enlim"), ("water_level", "E_walim"))
    for product in liaoyuan().accounts[liaoyuan().ends.quantities[quantity].levels["limit"]].values
]


@pytest.mark.parametrize(("quantity", "indicator", "product"), NORMS)
@pytest.mark.parametrize("points", liaoyuan().ends.rules["norm_levels"].points.values())
def test_at_each_level_of_its_norm_a_firm_has_the_points_of_the_level(
    quantity: str, indicator: str, product: str, points: float
) -> None:
    assert at_level(quantity, indicator, product, points) == pytest.approx(points, abs=1e-9)


def test_beyond_the_limit_of_a_norm_the_score_falls_below_the_pass_line_and_ends_soon() -> None:
    ends = liaoyuan().frameworks["enterprise"].indicators["E_enlim"].goalposts_in(2025)
    assert ends is not None
    known = liaoyuan().accounts
    for product in known["norm_energy"].values:
        limit, entry = (
            known[code].values[product].value for code in ("norm_energy", "norm_energy_entry")
        )
        none_at = (limit / entry) ** (ends.worst - 3)  # times the limit
        assert 1.2 < none_at < 1.4


REFERENCES = [a for c, a in liaoyuan().accounts.items() if c.startswith("ref_")]
MIXED_BY = {q.mixed_by for q in liaoyuan().ends.quantities.values()}  # no score is against these
AGAINST = [a for a in REFERENCES if a.code not in MIXED_BY]


@pytest.mark.parametrize("table", AGAINST, ids=lambda table: table.code)
def test_a_product_that_no_reference_lists_has_none_laxer_than_a_listed_one_of_its_industry(
    table: Account,
) -> None:
    lines = dict.fromkeys((industry, product) for industry, product in listed())
    assert lines
    for industry, product in lines:
        own, other = table.line(product, industry), table.line("a product of no table", industry)
        assert own is not None and other is not None and other.value <= own.value
    general = table.line("a product of no table")
    assert general is not None
    assert general.value <= min(line.value for line in table.values.values())


@pytest.mark.parametrize("table", REFERENCES, ids=lambda table: table.code)
def test_a_reference_value_of_the_sample_is_called_that_and_no_norm_of_an_industry(
    table: Account,
) -> None:
    assert "样本参考值" in table.zh and "行业" not in table.zh
    assert "示例数据" in table.source and "待核实" in table.source and table.tag == "P"
    assert not table.level


@pytest.mark.parametrize(
    ("code", "veto"), [("P01", "V_district_energy"), ("P02", "V_district_carbon")]
)
def test_a_district_above_its_base_year_in_energy_or_carbon_is_proposed_for_a_veto(
    yearly: YearlyEvaluation, code: str, veto: str
) -> None:
    found = yearly.evaluations["district"].indicators
    values = found.column(code).values
    now, base = found.year_position(yearly.year), found.year_position(2020)
    risen = {
        e for e in found.entities if values[found.row(e), now] > 1.01 * values[found.row(e), base]
    }
    proposed = {
        entity
        for entity in found.entities
        if any(v.id == veto and v.status == "proposed" for v in yearly.assessments[entity].vetoes)
    }
    assert risen and proposed == risen
