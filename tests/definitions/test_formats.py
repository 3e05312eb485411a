"""docs/formats.md: the workspace it shows is one, and what it says of the formats is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from params_builder import load, write

from cescore.definitions import model, pictures
from cescore.definitions.formulas.formula import FUNCTIONS
from cescore.definitions.formulas.units import Units
from cescore.definitions.load import load_definitions
from cescore.intake.workspace import Workspace
from cescore.method.index.evaluation import evaluate

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
FILE = re.compile(r'```\w+ title="([^"]+)"\n(.*?)```', re.DOTALL)
DESCRIBED = [
    described
    for room in (model, pictures)
    for described in vars(room).values()
    if isinstance(described, type) and issubclass(described, model.Definition)
]
# said by an entry's key or a nested group, or written as one key (range, names) on the page
SAID_OTHERWISE = {"code", "id", "members", "low", "high", "zh", "en", "year", "parent"}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, content in FILE.findall(PAGE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path


def test_the_workspace_of_the_page_loads(workspace: Path) -> None:
    found = load_definitions(workspace / "params", 2024).frameworks["library"]
    assert found.accounts["energy"].executable == "total(electricity, heat * (5/18))"
    assert found.indicators["repair_rate"].factor == "100"


def test_its_index_is_the_one_worked_out_on_the_page(workspace: Path) -> None:
    loaded = Workspace.load(workspace, 2024)
    panel = loaded.panels["library"]
    framework = loaded.definitions.frameworks["library"]
    found = evaluate(panel, framework, base_year=2024, run_year=2024)
    index = found.aggregation.index.values[panel.row("L1"), panel.year_position(2024)]
    assert "index (1 × 60 + 2 × 75) / 3 = 70" in PAGE
    assert index == pytest.approx(70)


def test_its_data_has_no_errors(workspace: Path) -> None:
    findings = Workspace.load(workspace, 2024).findings
    assert [finding for finding in findings if finding.severity == "error"] == []


@pytest.mark.parametrize("described", DESCRIBED, ids=lambda kind: kind.__name__)
def test_every_key_a_file_may_have_is_on_the_page(described: type[model.Definition]) -> None:
    keys = set(described.model_fields) - {*described.filled} - SAID_OTHERWISE
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", PAGE)) == []


def test_every_function_of_formulas_is_on_the_page() -> None:
    assert [name for name in FUNCTIONS if f"{name}(" not in PAGE] == []


def test_every_unit_named_on_the_page_is_known(units: Units) -> None:
    section = PAGE.split("### Units")[1].split("`/` or")[0]
    for text in re.findall(r"`([^`]+)`", section):
        units.parse(text)


def test_the_rule_and_the_unit_of_the_page_work(tmp_path: Path) -> None:
    unit = PAGE.split("```text\n")[1].split("```")[0]
    assert load(tmp_path, {"units.txt": unit}).units.factor("砖", "kg") == 3.5
    rules = PAGE.split("### checks.yml")[1].split("```yaml\n")[1].split("```")[0]
    changed = rules.replace("books_repaired", "reused").replace("books_damaged", "waste")
    params = write(tmp_path, **{"checks.yml": changed})
    assert load_definitions(params, 2025).checks[0].executable == "reused <= waste"
