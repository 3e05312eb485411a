"""A workspace the package has never seen: its own type, units, four levels of groups, no code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def build(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "build.py"), *arguments, "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("unseen") / "hospitals"
    shutil.copytree(HERE / "workspace", root)
    done = build(root, "--year", "2023", "--lang", "en")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "hospitals"
    shutil.copytree(HERE / "workspace", root)
    return root


def result(root: Path, entity: str) -> dict:
    folder = root / "output" / "2023-en" / "hospital" / entity
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def pdf_text(root: Path, entity: str) -> str:
    path = root / "output" / "2023-en" / "hospital" / entity / "scorecard.pdf"
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))


def test_it_builds_every_report_without_code(built: Path) -> None:
    names = {path.parent.name for path in built.glob("output/2023-en/hospital/*/scorecard.pdf")}
    assert names == {"H1", "H2", "H3", "H4"}


def test_four_places_agree_on_the_index(built: Path) -> None:
    table = pd.read_csv(built / "output" / "2023-en" / "results.csv")
    index = table[(table.kind == "index") & (table.year == 2023)].set_index("entity_id")["value"]
    for entity in ("H1", "H2", "H3", "H4"):
        value = result(built, entity)["index"]["value"]
        assert value == pytest.approx(index[entity], rel=1e-12)
        assert f"{value:.1f}" in pdf_text(built, entity)


def test_names_with_markup_are_printed_literally(built: Path) -> None:
    assert '"the Bridge" <b>' in " ".join(pdf_text(built, "H2").split())
    assert "$x_1$" in pdf_text(built, "H4")


def test_a_zero_denominator_is_not_computable_and_never_a_number(built: Path) -> None:
    share = next(i for i in result(built, "H4")["indicators"] if i["code"] == "sorted_share")
    assert share["status"] == "not_computable" and share["value"] is None


def test_an_unreturned_value_is_missing(built: Path) -> None:
    share = next(i for i in result(built, "H3")["indicators"] if i["code"] == "mended_share")
    assert share["status"] == "missing" and share["value"] is None


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FRAMEWORK = "params/frameworks/hospital.yml"
MISTAKES: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "a typo in a formula": (
        lambda root: edit(root, FRAMEWORK, "bed_days / energy", "bed_day / energy"),
        ("hospital.yml", "care_per_energy", "bed_day", "bed_days"),
    ),
    "a unit of the wrong dimension": (
        lambda root: edit(root, FRAMEWORK, "unit: kg/count", "unit: kWh/count"),
        ("hospital.yml", "waste_per_bed_day", "kWh/count"),
    ),
    "a missing goalpost": (
        lambda root: edit(
            root, FRAMEWORK, "goalposts: {2022: {worst: 8", "goalposts: {2024: {worst: 8"
        ),
        ("hospital.yml", "waste_per_bed_day", "2023"),
    ),
    "a duplicate key": (
        lambda root: edit(
            root, "params/variables.yml", "heat: {", "waste: {en: again, unit: t}\nheat: {"
        ),
        ("variables.yml", "waste", "duplicate"),
    ),
    "an unknown group": (
        lambda root: edit(root, FRAMEWORK, "group: cloth", "group: clothes"),
        ("hospital.yml", "clothes", "cloth"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_params_stops_the_run_and_is_named(mistake: str, copy: Path) -> None:
    spoil, words = MISTAKES[mistake]
    spoil(copy)
    done = build(copy, "check", "--year", "2023")
    message = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in message
    for word in words:
        assert word in message, (word, message)


def test_all_mistakes_come_out_in_one_pass(copy: Path) -> None:
    for mistake in ("a typo in a formula", "a unit of the wrong dimension", "an unknown group"):
        MISTAKES[mistake][0](copy)
    message = build(copy, "check", "--year", "2023").stderr
    for word in ("bed_day", "kWh/count", "clothes"):
        assert word in message


def test_a_text_in_a_numeric_cell_fails_its_entity_only_and_names_the_cell(copy: Path) -> None:
    edit(copy, "data/2023/observations.csv", "H1,2023,bed_days,50440", "H1,2023,bed_days,about 50")
    done = build(copy, "--year", "2023", "--only", "hospital/H[12]", "--lang", "en")
    message = done.stdout + done.stderr
    assert done.returncode == 1
    assert "observations.csv" in message and "about 50" in message and "H1" in message
    assert (copy / "output/2023-en/hospital/H2/scorecard.pdf").exists()
    assert not (copy / "output/2023-en/hospital/H1/scorecard.pdf").exists()


def test_two_values_for_one_entity_year_name_both_rows(copy: Path) -> None:
    path = copy / "data/2023/observations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, "H1,2023,bed_days,1"]) + "\n", encoding="utf-8")
    done = build(copy, "check", "--year", "2023")
    message = done.stdout + done.stderr
    assert done.returncode == 1
    assert "H1" in message and "bed_days" in message and str(len(lines) + 1) in message
