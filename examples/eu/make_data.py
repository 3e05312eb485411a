"""Turn Eurostat's published table into this workspace's entities.csv and data/<year>/observations.csv.

Run from this folder: ``python make_data.py``. Every value is carried over as published, with the
row and column it came from; a cell that Eurostat leaves empty is not published, and stays absent.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "source" / "eurostat_circular_economy.csv"
YEARS = range(2010, 2024)
UNION = "EU27_2020"

# column of the source -> variable of params/variables.yml
VARIABLES = {
    "cmu_pct": "circular_material_use_rate",
    "ghg_production_kg_cap": "ghg_production",
    "material_footprint_t_cap": "material_footprint",
    "material_import_dependency_pct": "material_import_dependency",
    "municipal_waste_kg_cap": "municipal_waste",
    "packaging_waste_kg_cap": "packaging_waste",
    "plastic_packaging_waste_kg_cap": "plastic_packaging_waste",
    "recycling_all_ex_mineral_pct": "recycling_all_waste",
    "recycling_municipal_pct": "recycling_municipal",
    "recycling_weee_pct": "recycling_weee",
    "resource_productivity_index2000": "resource_productivity",
    "total_waste_kg_cap": "total_waste",
    "waste_ex_mineral_kg_per_kEUR_clv10": "waste_per_gdp",
    "recycling_packaging_w150101_pct": "recycling_paper_packaging",
    "recycling_packaging_w150102_pct": "recycling_plastic_packaging",
    "recycling_packaging_w150103_pct": "recycling_wood_packaging",
    "recycling_packaging_w150104_pct": "recycling_metal_packaging",
    "recycling_packaging_w150107_pct": "recycling_glass_packaging",
    "recycling_packaging_w1501_pct": "recycling_packaging",
    "patents_per_million_published": "patents",
    "GVA_PC_GDP": "ce_value_added_share",
    "INV_PC_GDP": "ce_investment_share",
}

NAMES_ZH = {
    "AT": "奥地利", "BE": "比利时", "BG": "保加利亚", "CY": "塞浦路斯", "CZ": "捷克", "DE": "德国",
    "DK": "丹麦", "EE": "爱沙尼亚", "EL": "希腊", "ES": "西班牙", "FI": "芬兰", "FR": "法国",
    "HR": "克罗地亚", "HU": "匈牙利", "IE": "爱尔兰", "IT": "意大利", "LT": "立陶宛", "LU": "卢森堡",
    "LV": "拉脱维亚", "MT": "马耳他", "NL": "荷兰", "PL": "波兰", "PT": "葡萄牙", "RO": "罗马尼亚",
    "SE": "瑞典", "SI": "斯洛文尼亚", "SK": "斯洛伐克", UNION: "欧盟27国",
}  # fmt: skip


def main() -> None:
    """Write the register and one observations file per year."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        rows = [(line, row) for line, row in enumerate(csv.DictReader(file), start=2)]
    names: dict[str, str] = {}
    by_year: dict[int, list[list[str]]] = defaultdict(list)
    for line, row in rows:
        if row["geo"] not in NAMES_ZH or int(row["year"]) not in YEARS:
            continue
        names[row["geo"]] = row["geo_name"]
        for column, variable in VARIABLES.items():
            if row[column]:
                origin = f"eurostat_circular_economy.csv:{line}:{column}"
                by_year[int(row["year"])].append(
                    [
                        row["geo"],
                        row["year"],
                        variable,
                        row[column],
                        "reported",
                        origin,
                        "administrative",
                        "",
                    ]
                )
    write(
        HERE / "data" / "entities.csv",
        ["entity_id", "entity_type", "name_zh", "name_en", "parent_id"],
        [
            [geo, "union" if geo == UNION else "country", NAMES_ZH[geo],
             "European Union (27)" if geo == UNION else names[geo], "" if geo == UNION else UNION]
            for geo in sorted(NAMES_ZH, key=lambda geo: (geo != UNION, geo))
        ],
    )  # fmt: skip
    header = ["entity_id", "year", "variable", "value", "status", "source", "basis", "note"]
    for year, observations in sorted(by_year.items()):
        write(HERE / "data" / str(year) / "observations.csv", header, observations)


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """One CSV file, UTF-8, Unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
