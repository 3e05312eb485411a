"""Documents of a run: the method book of every workspace, a sheet for each responsible unit."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from rich.console import Console

from cescore.definitions.model import Disclosure
from cescore.desk.documents import OpenDocument, unit_sheet
from cescore.disclosure.documents.other_documents import STATUSES, UnitSheet
from cescore.disclosure.making.sheets import Sheets, released_counts, unit_slugs
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import Workspace
from cescore.publish.render import render
from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.commands.planning import plan
from cescore.run.processes.executor import open_executor
from cescore.run.tree.manifest import read_manifest

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "unseen" / "workspace"
RENDER = "tests.run.stub_renders:render"
HIDDEN = None


@pytest.fixture(scope="module")
def sheets(liaoyuan: Workspace) -> list[UnitSheet]:
    return list(Sheets(liaoyuan))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "hospitals"
    shutil.copytree(SMALL, root)
    return root


def built(root: Path, only: str = "") -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=200)
    with closing(open_executor(2, render=RENDER)) as executor:
        status = build(Asked(root, 2023, only, "en"), executor, console)
    return status, console.file.getvalue()  # type: ignore[attr-defined]


# --- in the build -----------------------------------------------------------------------------


def test_documents_are_counted_apart_from_the_entities(root: Path) -> None:
    status, said = built(root)
    assert status == 0
    assert "4 built + 0 up to date + 0 failed + 0 skipped = 4 entities" in said
    assert "and 1 built + 0 up to date + 0 failed + 0 skipped = 1 document" in said


def test_the_book_stands_in_its_folder_in_the_manifest_and_on_the_index_page(root: Path) -> None:
    built(root)
    output = root / "output" / "2023-en"
    names = ["method-book.html", "method-book.ipynb", "method-book.pdf"]
    assert sorted(p.name for p in (output / "method-book").iterdir()) == names
    manifest = read_manifest(output)
    assert set(manifest["documents"]) == {"method-book"}
    assert sorted(manifest["documents"]["method-book"]["outputs"]) == names
    assert 'href="method-book/method-book.pdf"' in (output / "index.html").read_text("utf-8")


def test_a_second_run_makes_no_document_again_and_plan_says_so(root: Path) -> None:
    built(root)
    assert "and 0 built + 1 up to date" in built(root)[1]
    console = Console(file=io.StringIO(), width=200)
    plan(Asked(root, 2023, lang="en"), console)
    assert "documents: 0 to build, 1 up to date" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_changed_weight_makes_the_book_out_of_date_and_a_changed_return_does_not(
    root: Path,
) -> None:
    built(root)
    data = root / "data/2023/observations.csv"
    text = data.read_text(encoding="utf-8")
    data.write_text(text.replace("H1,2023,bed_days,50440", "H1,2023,bed_days,50441"), "utf-8")
    assert "and 0 built + 1 up to date" in built(root)[1]
    path = root / "params/frameworks/hospital.yml"
    text = path.read_text(encoding="utf-8")
    spot = text.index("weight:", text.index("indicators:"))
    path.write_text(text[:spot] + text[spot:].replace("weight: ", "weight: 1", 1), "utf-8")
    assert "and 1 built + 0 up to date" in built(root)[1]


def test_only_may_ask_for_a_document_alone(root: Path) -> None:
    status, said = built(root, "method-book")
    assert status == 0
    assert "0 built + 0 up to date + 0 failed + 4 skipped = 4 entities" in said
    assert "and 1 built" in said
    assert "and 0 built + 1 up to date" in built(root)[1]


# --- supervision sheets -----------------------------------------------------------------------


def test_on_a_sheet_what_is_held_against_nothing_is_recorded_and_gets_no_verdict(
    sheets: list[UnitSheet],
) -> None:
    unmeasured = [
        body.status
        for sheet in sheets
        for measure in sheet.measures
        for check in measure.checks
        if check.yardstick == "none"
        for body in check.bodies
    ]
    assert set(unmeasured) == {"recorded", "not_applicable", "not_inspected"}


def test_every_unit_of_the_plan_has_a_sheet_with_a_safe_and_stable_name(
    liaoyuan: Workspace, sheets: list[UnitSheet]
) -> None:
    plan = liaoyuan.definitions.plan
    assert plan is not None
    units = {unit for measure in plan.measures.values() for unit in measure.units}
    assert {sheet.unit for sheet in sheets} == units
    assert len(units) == 30
    assert all(re.fullmatch(r"U\d\d", sheet.document_id) for sheet in sheets)
    assert [s.document_id for s in sheets] == list(unit_slugs(plan))


def recorded(kinds: Sequence[str], liaoyuan: Workspace) -> Counter[tuple[str, str]]:
    """Check and status in measures.csv, read here as plain text; done needs its evidence."""
    found: Counter[tuple[str, str]] = Counter()
    with (ROOT / "data/2025/measures.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if liaoyuan.register[row["entity_id"]].entity_type in kinds:
                unproven = row["status"] == "done" and not row["evidence_ref"].strip()
                found[row["check_id"], "partial" if unproven else row["status"]] += 1
    return found


def test_the_counts_of_public_bodies_are_those_of_the_inspection_records(
    liaoyuan: Workspace, sheets: list[UnitSheet]
) -> None:
    expected = recorded(("city", "district", "park"), liaoyuan)
    for sheet in sheets:
        for check in (check for measure in sheet.measures for check in measure.checks):
            counts = Counter(body.status for body in check.bodies)
            found = ("done", "partial", "not_done")
            if counts["recorded"]:  # some of what was found is held against nothing
                inspected = sum(expected[check.id, status] for status in found)
                assert sum(counts[s] for s in (*found, "recorded")) == inspected
                found = ()
            for status in (*found, "not_applicable"):
                assert counts[status] == expected[check.id, status], (sheet.unit, check.id, status)
    assert any(sum(sheet.counts().values()) > 100 for sheet in sheets)


def test_the_counts_of_firms_are_those_of_the_records_where_they_are_shown(
    liaoyuan: Workspace, sheets: list[UnitSheet]
) -> None:
    expected = recorded(("enterprise",), liaoyuan)
    shown = 0
    for check in (c for sheet in sheets for m in sheet.measures for c in m.checks):
        for status, count in check.respondents.items():
            if count is not HIDDEN and status != "not_inspected":
                assert count == expected[check.id, status], (check.id, status)
                shown += 1
    assert shown


def test_no_sheet_names_a_firm(liaoyuan: Workspace, sheets: list[UnitSheet]) -> None:
    firms = [e for e in liaoyuan.entities() if e.entity_type == "enterprise"]
    texts = "\n".join(sheet.to_bytes().decode() for sheet in sheets)
    assert [e for e in firms if f'"{e.entity_id}"' in texts or e.name_zh in texts] == []


def firm(number: int, holding: str = "") -> Entity:
    return Entity(f"F{number}", "firm", holding_id=holding)


def statuses(**counts: int) -> list[tuple[Entity, str]]:
    words = [status for status, count in counts.items() for _ in range(count)]
    return [(firm(number), status) for number, status in enumerate(words)]


RULES = Disclosure(min_contributors=4)


def test_a_small_count_of_firms_is_hidden_and_with_it_the_smallest_one_shown() -> None:
    found = released_counts(statuses(done=20, partial=6, not_done=1), RULES)
    assert found == {"done": 20, "partial": HIDDEN, "not_done": HIDDEN, "not_applicable": 0, "not_inspected": 0}  # fmt: skip


def test_two_small_counts_hide_each_other_only_if_enough_firms_are_behind_them() -> None:
    enough = released_counts(statuses(done=20, partial=2, not_done=2), RULES)
    assert enough["done"] == 20
    too_few = released_counts(statuses(done=20, partial=1, not_done=2), RULES)
    assert set(too_few.values()) == {HIDDEN, 0}


def test_too_few_firms_have_no_counts_at_all() -> None:
    assert released_counts(statuses(done=3), RULES) == {}


def test_the_firms_of_a_holding_are_one_contributor() -> None:
    group = [(firm(number, "H"), "partial") for number in range(100, 110)]
    found = released_counts([*statuses(done=20), *group], RULES)
    assert found["partial"] is HIDDEN and found["done"] is HIDDEN


def test_large_counts_are_all_shown() -> None:
    found = released_counts(statuses(done=20, partial=6, not_done=4), RULES)
    assert found == {**dict.fromkeys(STATUSES, 0), "done": 20, "partial": 6, "not_done": 4}


def pages(sheet: UnitSheet, lang: str) -> Iterator[str]:
    opened = OpenDocument(sheet, sheet.hash, lang)
    for part in ("front", "overview", "grid", "open_checks", "firms", "values", "reply"):
        yield re.sub(r"<[^>]*>", " ", unescape(getattr(unit_sheet, part)(opened).html))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_holds_its_measures_checks_bodies_and_due_dates(
    sheets: list[UnitSheet], lang: str
) -> None:
    for sheet in (sheets[0], sheets[-1]):
        text = " ".join(pages(sheet, lang))
        assert sheet.unit in text
        for measure in sheet.measures:
            assert f"{measure.id}  {measure.name(lang)}" in text
        for body in (b for m in sheet.measures for c in m.checks for b in c.bodies):
            assert body.status not in ("partial", "not_done") or body.due_date in text


def test_a_sheet_becomes_a_pdf(sheets: list[UnitSheet], tmp_path: Path) -> None:
    smallest = min(sheets, key=lambda s: len(s.to_bytes()))
    path = tmp_path / "bundle.json"
    path.write_bytes(smallest.to_bytes())
    found = render(path, tmp_path / "pages", "zh", notebook=ROOT / "notebooks/unit_sheet.ipynb")
    assert set(found.outputs) == {"sheet.pdf", "sheet.html", "sheet.ipynb"}
    assert found.warnings == []
