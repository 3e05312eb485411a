"""A workspace of two libraries, small enough to read, with each kind of variable and rule."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from xlsxwriter.utility import xl_rowcol_to_cell

from cescore.definitions.load import load_definitions
from cescore.returns.forms import shape
from cescore.returns.forms.contents import form_contents
from cescore.returns.forms.history import read_earlier
from cescore.returns.forms.template import FIRST_ROW, FormTemplate
from cescore.returns.forms.workbook import form_workbook

sys.path.append(str(Path(__file__).parent))
from sheet_formulas import Filled

PARAMS = {
    "variables.yml": """
loans: {zh: 借阅册次, en: Loans, unit: count, kind: count, department: 馆务部, required: true, range: {library: [100, 20000]}}
loans_new: {zh: 新书借阅, en: Loans of new books, unit: count, kind: count, department: 馆务部}
electricity: {zh: 购电量, en: Electricity, unit: 1000 kWh, department: 后勤部}
heat: {zh: 购热量, en: Heat, unit: GJ, department: 后勤部}
energy: {zh: 能源合计, en: Energy, unit: GJ, department: 后勤部}
stock_change: {zh: 库存变化, en: Change of stock, unit: GJ, sign: any, department: 后勤部}
open_share: {zh: 开放时间占比, en: Share of hours open, unit: "%", department: 馆务部}
has_cafe: {zh: 有咖啡厅, en: Has a café, unit: bool, kind: flag, department: 馆务部}
heating: {zh: 供热方式, en: Heating, unit: code, kind: code, allowed: [gas, district, none], one_in_series: true, department: 后勤部}
beds: {zh: 床位, en: Beds, unit: count, kind: count}
""",
    "accounts.yml": """
accounts:
  energy_sum: {zh: 能源之和, en: Sum of energy, unit: GJ, formula: "total(electricity, heat, stock_change)", source: s, tag: P}
""",
    "checks.yml": """
rules:
  new_within: {zh: 新书借阅不超过借阅册次, en: New loans are loans, rule: loans_new <= loans, severity: hard, entity_types: [library]}
  energy_is_sum: {zh: 能源合计等于各项之和, en: Energy is its parts, rule: abs(energy - energy_sum) <= 0.01 * energy, severity: hard, entity_types: [library]}
  heated: {zh: 用电或用热, en: Heated, rule: electricity > 0 or heat > 0, severity: soft, entity_types: [library]}
  cafe_is_open: {zh: 有咖啡厅须开放, en: With a café, rule: not (has_cafe == 1 and open_share < 10), severity: soft, entity_types: [library]}
  steady: {zh: 能源不超过上年两倍, en: Steady, rule: energy <= 2 * lag(energy) and energy <= 3 * base(energy), severity: soft, entity_types: [library]}
  ratio: {zh: 每册能耗, en: Energy a loan, rule: energy / loans != 7, severity: soft, entity_types: [library]}
  first: {zh: 首选, en: First, rule: "first_available(heat, electricity) >= min(energy, 5 * electricity)", severity: soft, entity_types: [library]}
  average: {zh: 平均, en: Average, rule: "mean(electricity, heat) == max(electricity, heat)", severity: soft, entity_types: [library]}
  others: {zh: 两馆之和, en: Both, rule: "loans >= sum_known(library, loans)", severity: soft, entity_types: [library]}
""",
    "frameworks/library.yml": """
version: "2024.1"
source: this example
index: {code: LIB, en: Library index}
groups: {use: {en: Use, weight: 1}}
indicators:
  loans_per_energy: {en: Loans per energy, group: use, formula: loans / energy, unit: count/GJ, direction: 1, weight: 1,
    goalposts: {2020: {worst: 0, best: 50, source: s, tag: P}}, source: s, tag: P}
""",
    "runs/2024.yml": "{base_year: 2022, plan: p}\n",
    "plans/p.yml": """
{zh: 规划, en: Plan, base_year: 2022, first_year: 2022, last_year: 2025, source: s,
 systems: {"4": {zh: 体系, en: System}},
 measures: {m1: {zh: 节能改造, en: Retrofits, system: "4", levels: [library], units: [后勤部], checks: [
   {id: m1.a, zh: 完成改造数, en: Retrofits done, levels: [library], type: count},
   {id: m1.b, zh: 印发方案, en: Scheme issued, levels: [library], type: doc}]}}}
""",
}
REGISTER = (
    "entity_id,entity_type,name_zh,name_en\nL1,library,北馆,North Library\nL2,library,南馆,South\n"
)
HEAD = "entity_id,year,variable,value,status\n"
EARLIER = {
    2022: {"energy": 100, "loans": 400, "electricity": 30},
    2023: {"loans": 4321, "loans_new": 5, "energy": 200.5, "electricity": 300.75, "heat": 50},
}


def written(tmp_path: Path) -> Path:
    """The workspace, with two years of returns of one library."""
    for name, text in PARAMS.items():
        path = tmp_path / "params" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "entities.csv").write_text(REGISTER, encoding="utf-8")
    for year, values in EARLIER.items():
        returned(tmp_path, year, {code: (value, "") for code, value in values.items()})
    with (tmp_path / "data/2023/observations.csv").open("a", encoding="utf-8") as stream:
        stream.write("L1,2023,heating,gas,\nL1,2023,beds,,not_applicable\n")
    return tmp_path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The workspace, for a test to change."""
    return written(tmp_path)


def returned(root: Path, year: int, values: Mapping[str, tuple[object, str]]) -> None:
    """Write what the first library returned for a year: value and status by code."""
    folder = root / "data" / str(year)
    folder.mkdir(exist_ok=True)
    rows = [f"L1,{year},{code},{value},{status}\n" for code, (value, status) in values.items()]
    (folder / "observations.csv").write_text(HEAD + "".join(rows), encoding="utf-8")


@pytest.fixture
def write_return() -> Callable[[Path, int, Mapping[str, tuple[object, str]]], None]:
    return returned


@dataclass
class OpenForm:
    """A form of the first library, and the spreadsheet that has it open."""

    template: FormTemplate
    content: bytes

    def __post_init__(self) -> None:
        self.sheet = Filled(self.content)

    def place(self, key: str, code: str) -> str:
        """The cell of a variable in a column of the return."""
        column = shape.RETURN.column(key)
        return str(xl_rowcol_to_cell(self.template.row_of(code), column))

    def fill(self, code: str, value: object, status: str = "") -> None:
        """Write a value and a status, as a respondent does: with the words of the form."""
        words = {word.key: word.name(self.template.lang) for word in shape.status_words()}
        name = shape.RETURN.name(self.template.lang)
        self.sheet.fill(name, self.place("value", code), None if value == "" else value)
        self.sheet.fill(name, self.place("status", code), words.get(status))

    def accepts(self, code: str) -> bool:
        """Whether the value's cell takes what stands in it."""
        return self.sheet.accepts(shape.RETURN.name(self.template.lang), self.place("value", code))

    def hint(self, code: str) -> str:
        return str(
            self.sheet.value(shape.RETURN.name(self.template.lang), self.place("hint", code))
        )

    def outcomes(self) -> dict[str, str]:
        """Each rule's outcome, as the sheet of rules shows it."""
        name, column = shape.RULES.name(self.template.lang), shape.RULES.column("outcome")
        return {
            line.rule.id: self.sheet.value(name, xl_rowcol_to_cell(FIRST_ROW + i, column))
            for i, line in enumerate(self.template.rules)
        }


def open_form(root: Path, year: int = 2024, lang: str = "zh", entity_id: str = "L1") -> OpenForm:
    """A form as it is sent out."""
    definitions = load_definitions(root / "params", year)
    earlier = read_earlier(root, definitions)
    entity = earlier.register[entity_id]
    contents = form_contents(definitions, entity.entity_type, earlier.base_year)
    template = FormTemplate(contents, lang, definitions.page.words)
    figures = earlier.of(entity_id, contents, template.words.not_applicable, template.history)
    return OpenForm(template, form_workbook(template, entity, figures))


@pytest.fixture(scope="session")
def sent_out(tmp_path_factory: pytest.TempPathFactory) -> OpenForm:
    """The first library's form for 2024, made once."""
    return open_form(written(tmp_path_factory.mktemp("library")))


@pytest.fixture
def form(sent_out: OpenForm) -> OpenForm:
    """The same, opened anew."""
    return OpenForm(sent_out.template, sent_out.content)


@pytest.fixture
def opened() -> Callable[..., OpenForm]:
    """Opens the form of an entity of any workspace."""
    return open_form
