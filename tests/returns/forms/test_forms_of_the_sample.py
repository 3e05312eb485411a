"""The sample's forms, filled in with its own figures, say what the program says of these figures."""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cescore.definitions.shipped import REPOSITORY
from cescore.intake.workspace import Workspace
from cescore.returns.forms import shape
from cescore.returns.forms.template import FIRST_ROW
from sample.returns import fill_form, rows_of

sys.path.append(str(Path(__file__).parent))
from sheet_formulas import Filled

pytestmark = pytest.mark.soak
HINTS = {
    "usual_range": "请核实：常见",
    "unit_slip": "10的整数次幂",
    "year_on_year": "变动超出",
    "same_as_last_year": "完全相同",
}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.load(REPOSITORY, 2025)


@pytest.mark.parametrize(
    "entity_id", ["220400", "220402", "220421", "PK01", "PK05", "E001", "E017", "E060"]
)
def test_outcomes_and_hints_are_the_findings_of_the_program(
    workspace: Workspace, opened: Any, tmp_path: Path, entity_id: str
) -> None:
    form = opened(REPOSITORY, 2025, entity_id=entity_id)
    blank, filled = tmp_path / "blank.xlsx", tmp_path / "filled.xlsx"
    blank.write_bytes(form.content)
    year = REPOSITORY / "data/2025"
    returned = rows_of([year / "observations.csv"], "variable")
    fill_form(blank, filled, returned, rows_of([year / "measures.csv"], "check_id"))
    form.sheet = Filled(filled.read_bytes())
    own = [f for f in workspace.findings if f.entity_id == entity_id and f.year == 2025]
    expressible = {line.rule.id for line in form.template.rules if line.formula}
    broken = {rule for rule, outcome in form.outcomes().items() if outcome == "不符"}
    assert broken == {f.code for f in own} & expressible
    corrected = {f.variable for f in own if f.status == "corrected"}
    asked = [a.variable.code for a in form.template.contents.variables]
    hints = {code: form.hint(code) for code in asked if code not in corrected}
    for code, words in HINTS.items():
        told = {f.variable for f in own if f.code == code} - corrected
        assert {c for c, hint in hints.items() if words in hint} == told & set(hints), code


def test_a_form_of_the_sample_has_every_row_that_the_sample_returned(opened: Any) -> None:
    returned = rows_of([REPOSITORY / "data/2025/observations.csv"], "variable")
    for entity_id in ("220400", "220402", "PK01", "E001"):
        form = opened(REPOSITORY, 2025, entity_id=entity_id)
        asked = Counter(a.variable.code for a in form.template.contents.variables)
        assert set(returned[entity_id]) <= set(asked)
        assert set(asked.values()) == {1}
        page = form.sheet.book[shape.RETURN.zh]
        assert page.max_row == FIRST_ROW + len(form.template.lines)


@pytest.mark.parametrize("entity_id", ["E057", "PK04", "220421"])
def test_a_form_says_which_checks_are_of_other_industries_or_bodies(
    opened: Any, workspace: Workspace, entity_id: str
) -> None:
    form = opened(REPOSITORY, 2025, entity_id=entity_id)
    sheet = shape.MEASURES
    checks = [line.check for line in form.template.checks]
    body = workspace.register[entity_id].as_asked
    page = load_workbook(io.BytesIO(form.content))[sheet.name("zh")]
    column = sheet.column("status") + 1
    cells = [page.cell(FIRST_ROW + 1 + i, column).value or "" for i in range(len(checks))]
    assert cells == ["" if check.asks(body) else "不适用" for check in checks]
    assert set(cells) == {"", "不适用"}
