"""Forms of a year: who gets one, what is left alone, what is said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from cescore.errors import RunError
from cescore.run.asked import Asked
from cescore.run.commands.forms import FormsMade, make_forms

PARAMS = {
    "variables.yml": "loans: {en: Loans, unit: count}\ndays: {en: Days open, unit: count}\n",
    "frameworks/library.yml": """
version: "1"
source: s
index: {code: LIB, en: Index}
groups: {use: {en: Use, weight: 1}}
indicators:
  loans_a_day: {en: Loans a day, group: use, formula: loans / days, unit: ratio, direction: 1, weight: 1,
    goalposts: {2020: {worst: 0, best: 50, source: s, tag: P}}, source: s, tag: P}
""",
}
REGISTER = """entity_id,entity_type,name_en,valid_to
L1,library,North,
L2,library,South,2023
L3,library,West,
X1,museum,Museum,
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in PARAMS.items():
        path = tmp_path / "params" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/entities.csv").write_text(REGISTER, encoding="utf-8")
    return tmp_path


def made(
    root: Path, only: str = "", *, force: bool = False, jobs: int = 1
) -> tuple[FormsMade, str]:
    said = io.StringIO()
    asked = Asked(root, 2024, only, force=force, progress="quiet")
    return make_forms(asked, None, jobs, Console(file=said, width=200)), said.getvalue()


def test_every_entity_of_the_year_with_a_framework_gets_one(root: Path) -> None:
    forms, _ = made(root)
    folder = root / "output/forms/2024/library"
    assert sorted(path.name for path in folder.iterdir()) == ["L1.xlsx", "L3.xlsx"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert forms.exit_status == 0
    assert "2 份填报表 = 新制 2 + 已有 0 + 未成 0" in next(forms.lines())


def test_only_names_who_gets_one(root: Path) -> None:
    assert [o.entity_id for o in made(root, "L3")[0].outcomes] == ["L3"]
    with pytest.raises(RunError, match="--only 'L2'"):
        made(root, "L2")


def test_a_form_that_was_filled_in_is_replaced_by_force_alone(root: Path) -> None:
    made(root)
    path = root / "output/forms/2024/library/L1.xlsx"
    blank = path.read_bytes()
    path.write_bytes(b"filled in")
    forms, _ = made(root)
    assert path.read_bytes() == b"filled in"
    assert forms.exit_status == 1
    assert "L1.xlsx 已有且内容不同" in forms.outcomes[0].cause
    made(root, force=True)
    assert path.read_bytes() == blank


@pytest.mark.soak  # each process imports the package anew
def test_several_processes_make_the_same_bytes(root: Path) -> None:
    rows = "".join(f"M{i},library,Branch {i},\n" for i in range(30))
    with (root / "data/entities.csv").open("a", encoding="utf-8") as stream:
        stream.write(rows)
    made(root)
    folder = root / "output/forms/2024/library"
    alone = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    made(root, jobs=2)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == alone


def test_errors_of_earlier_returns_stop_no_form_and_are_told(root: Path) -> None:
    (root / "data/2023").mkdir()
    text = "entity_id,year,variable,value\nL1,2023,loans,many\nL1,2023,days,300\n"
    (root / "data/2023/observations.csv").write_text(text, encoding="utf-8")
    forms, said = made(root)
    assert forms.exit_status == 0
    assert "data/2023/observations.csv" in said
    assert "名录或以往数据有 1 个错误" in said
