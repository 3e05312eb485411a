"""A small city with two districts, and a reader of what they send."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cescore.definitions.load import load_definitions
from cescore.intake.findings import FindingLog
from cescore.intake.register.register_file import read_register
from cescore.returns.collecting.counting import count_cells, judged
from cescore.returns.collecting.reading import FileReading
from cescore.returns.collecting.recognise import take
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.load import load_layouts
from cescore.returns.workbooks.read import read_workbook
from tests.returns.books import YEAR, Read, Reader

VARIABLES = """
gdp: {zh: 地区生产总值, en: GDP, unit: 10k CNY, entity_types: [district], required: true}
coal: {zh: 煤炭消费量, en: Coal used, unit: t, entity_types: [district]}
power: {zh: 用电量, en: Electricity, unit: 10k kWh, entity_types: [district]}
stock: {zh: 库存变动, en: Change of stocks, unit: t, entity_types: [district], sign: any}
reuse: {zh: 再生水利用率, en: Water reused, unit: "%", entity_types: [district]}
plants: {zh: 污水处理厂数, en: Plants, unit: count, kind: count, entity_types: [district]}
grid: {zh: 已联网, en: On the grid, unit: "", kind: flag, entity_types: [district]}
"""
FRAMEWORK = """
version: "1"
source: a test
index: {code: X, en: Index}
headline: {resource_output_rate: per_coal, resource_recycling_rate: reuse_rate}
groups: {all: {en: All, weight: 1}}
indicators:
  per_coal: {en: GDP per coal, group: all, formula: gdp / coal, unit: CNY/t, direction: 1, weight: 1, tag: P,
    goalposts: {2020: {worst: 0, best: 10000, source: test, tag: P}}, source: test}
  reuse_rate: {en: Water reused, group: all, formula: reuse, unit: "%", direction: 1, weight: 1, tag: P,
    goalposts: {2020: {worst: 0, best: 100, source: test, tag: P}}, source: test}
"""
ENTITIES = """entity_id,entity_type,name_zh,name_en
D1,district,龙城区,Longcheng
D2,district,双塔区,Shuangta
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A workspace without anything received."""
    root = tmp_path / "city"
    (root / "params/frameworks").mkdir(parents=True)
    (root / "params/runs").mkdir()
    (root / "data").mkdir()
    (root / "params/variables.yml").write_text(VARIABLES, "utf-8")
    (root / "params/frameworks/district.yml").write_text(FRAMEWORK, "utf-8")
    (root / f"params/runs/{YEAR}.yml").write_text(f"year: {YEAR}\nbase_year: {YEAR}\n", "utf-8")
    (root / "data/entities.csv").write_text(ENTITIES, "utf-8")
    return root


@pytest.fixture
def against(city: Path) -> Expected:
    register, _ = read_register(city / "data/entities.csv", "data/entities.csv", FindingLog())
    return Expected(load_definitions(city / "params"), register, YEAR)


@pytest.fixture
def read(tmp_path: Path, city: Path, against: Expected) -> Reader:
    """Reads a workbook (of openpyxl, or a file) as collecting does, without what is written after."""

    def do(book: openpyxl.Workbook | Path, layout: str = "", name: str = "a.xlsx") -> Read:
        path = book if isinstance(book, Path) else tmp_path / name
        if not isinstance(book, Path):
            book.save(path)
        taken = take(read_workbook(path, path.name), load_layouts(city, against), against, layout)
        reading = FileReading.of(taken, "0" * 64)
        rows = judged(reading, against, taken.id_cells)
        return Read(reading, count_cells(reading, rows), (*reading.findings, *rows.told))

    return do
