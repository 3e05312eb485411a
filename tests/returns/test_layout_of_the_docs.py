"""The layout that the documentation works out reads the workbook that it shows."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import openpyxl

from cescore.definitions.load import load_definitions
from cescore.intake.findings import FindingLog
from cescore.intake.register.register_file import read_register
from cescore.returns.collecting.recognise import take
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.load import load_layouts
from cescore.returns.workbooks.read import read_workbook

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "examples/town"
HEADINGS = {
    "value_added": "增加值（万元）",
    "materials": "主要物质资源（吨）",
    "coal": "煤炭消费量（吨）",
    "electricity": "电力消费量（万千瓦时）",
    "waste": "固体废物产生量（吨）",
    "waste_used": "固体废物综合利用量（吨）",
    "water": "用水量（万立方米）",
    "water_reused": "重复利用水量（万立方米）",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def workbook() -> openpyxl.Workbook:
    """The town's figures of 2025, a row an entity."""
    names = {row["entity_id"]: row["name_zh"] for row in rows_of(TOWN / "data/entities.csv")}
    figures = rows_of(TOWN / "data/2025/observations.csv")
    value = {(row["entity_id"], row["variable"]): float(row["value"]) for row in figures}
    book = openpyxl.Workbook()
    book.active.append(["青溪市循环经济2025年报"])
    book.active.append(["单位名称", *HEADINGS.values()])
    for entity_id, name in names.items():
        book.active.append([name, *(value[entity_id, code] for code in HEADINGS)])
    return book


def test_the_layout_of_the_docs_takes_the_town_in_from_a_row_an_entity(tmp_path):
    page = (ROOT / "docs/returns.md").read_text("utf-8")
    (layout,) = re.findall(r'```yaml title="town/(\S+annual.yml)"\n(.*?)```', page, re.DOTALL)
    root = shutil.copytree(TOWN, tmp_path / "town")
    (root / layout[0]).parent.mkdir()
    (root / layout[0]).write_text(layout[1], "utf-8")
    register, _ = read_register(root / "data/entities.csv", "data/entities.csv", FindingLog())
    expected = Expected(load_definitions(root / "params", 2025), register, 2025)
    workbook().save(tmp_path / "2025年报.xlsx")
    book = read_workbook(tmp_path / "2025年报.xlsx", "2025年报.xlsx")
    taken = take(book, load_layouts(root, expected), expected)
    assert {f.code for f in taken.log.found if f.severity != "info"} == set()
    figures = rows_of(TOWN / "data/2025/observations.csv")
    wanted = {
        (r["entity_id"], r["year"], r["variable"], float(r["value"]), r["basis"]) for r in figures
    }
    read = {(r.entity_id, r.year, r.variable, float(r.value), r.basis) for r in taken.rows}
    assert read == wanted and len(read) == 96
