"""A folder taken in: what is written, what counts, what is said again the second time, what is never lost."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from rich.console import Console

import cescore.run.commands.collect as driver
from cescore.errors import CescoreError, DataError, RunError
from cescore.intake.workspace import Workspace
from cescore.returns.collecting.kept import KeptReturns
from cescore.returns.collecting.submissions import Circumstances
from cescore.returns.collecting.untaken import owner_by_name
from cescore.returns.marked.unfiled import unfiled_list
from cescore.returns.workbooks.kinds import ACCEPTED
from cescore.returns.workbooks.read import read_workbook
from cescore.returns.workbooks.readers import ReadFile, ReceivedFile
from cescore.returns.workbooks.refusal import FileRefused
from cescore.run.asked import Asked
from cescore.run.commands.collect import CollectOptions, collect
from cescore.run.tree.lock import HeldByAnother, locked
from tests.returns.books import SOUND, YEAR, form_of, row_of

Collect = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sound returns."""
    made = tmp_path / "received"
    made.mkdir()
    for entity_id in ("D1", "D2"):
        form_of(entity_id).save(made / f"{entity_id}.xlsx")
    return made


class ReadersHere:
    """Reads in this process, which is quicker; `test_readers` proves the processes."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def __enter__(self) -> ReadersHere:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was started."""

    def read(self, files: Iterable[ReceivedFile]) -> Iterator[ReadFile]:
        for received in files:
            try:
                yield ReadFile(received, read_workbook(received.path, received.name))
            except FileRefused as refused:
                yield ReadFile(received, None, refused.reason)


@pytest.fixture
def take(city: Path, folder: Path, request: pytest.FixtureRequest, monkeypatch) -> Collect:
    """Collects the folder: exit status and everything that was said."""
    if request.node.name != "test_every_number_of_the_panel_leads_back_to_its_cell":
        monkeypatch.setattr(driver, "Readers", ReadersHere)

    def do(lang: str = "en", **options: object) -> tuple[int, str]:
        console = Console(file=io.StringIO(), width=200, soft_wrap=True)
        circumstances = Circumstances(
            str(options.pop("received", "")), str(options.pop("reason", ""))
        )
        asked = Asked(city, YEAR, lang=lang, progress="quiet")
        status = collect(
            asked,
            CollectOptions(
                options.pop("folder", folder), jobs=1, circumstances=circumstances, **options
            ),
            console,
        )  # type: ignore[arg-type]
        return status, console.file.getvalue()  # type: ignore[attr-defined]

    return do


def tree(root: Path) -> dict[str, str]:
    """Every file below a folder by its hash."""
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file()
    }


def value_of(city: Path, entity_id: str, code: str) -> tuple[float, str]:
    """A value of the panel, and where it stands."""
    workspace = Workspace.load(city, YEAR)
    panel = workspace.panels["district"]
    at = panel.entities.index(entity_id), panel.year_position(YEAR)
    return float(panel.columns[code].values[at]), workspace.sources(entity_id, code, YEAR)


def test_every_number_of_the_panel_leads_back_to_its_cell(take, city):
    status, said = take()
    assert status == 0 and "2 new, 0 replaced" in said
    value, source = value_of(city, "D2", "coal")
    assert value == 300 and "D2.xlsx!填报表!D7" in source
    assert re.search(r"D1.xlsx \(form\): 7 input cells = 7 taken over", said)


def test_collecting_again_changes_nothing(take, city):
    take()
    before = tree(city / "data")
    status, said = take()
    assert tree(city / "data") == before and status == 0 and "0 new, 0 replaced" in said


def test_received_files_are_kept_as_they_came_and_read_only(take, city, folder):
    take(received="2026-02-01")
    kept = KeptReturns(city, YEAR).original("D1.xlsx", "D1")
    assert kept.read_bytes() == (folder / "D1.xlsx").read_bytes()
    assert not kept.stat().st_mode & 0o222
    assert "D1,form,1,D1.xlsx" in (city / "data/2025/returns/submissions.csv").read_text("utf-8")


def test_an_error_in_a_cell_blocks_its_entity_and_no_other(take, city, folder):
    form_of("D1", gdp="约1200").save(folder / "D1.xlsx")
    status, said = take()
    workspace = Workspace.load(city, YEAR)
    (reason,) = workspace.blocked["D1"]
    assert status == 1 and set(workspace.blocked) == {"D1"}
    assert (reason.code, reason.at.cell) == ("not_a_number", "填报表!D6")
    assert "D1.xlsx, 填报表!D6" in said


def test_what_was_found_about_a_form_is_found_by_every_later_check(take, city, folder):
    form_of("D1", gdp="=A1*2").save(folder / "D1.xlsx")
    take()
    assert [f.code for f in Workspace.load(city, YEAR).blocked["D1"]][:1] == [
        "formula_not_computed"
    ]


def test_a_resubmission_replaces_cell_by_cell_and_both_are_kept(take, city, folder):
    form_of("D1", coal="约300").save(folder / "D1.xlsx")
    take()
    form_of("D1", coal=310).save(folder / "D1.xlsx")
    status, said = take(reason="corrected by the respondent")
    assert status == 0 and "D1: submission 2 in place of 1, 1 change" in said
    assert "Coal used coal This year: 约300 → 310" in said
    [gone] = [line for line in said.splitlines() if "findings gone:" in line]
    assert "not_a_number" in gone and gone.endswith("coal")
    assert value_of(city, "D1", "coal")[0] == 310
    record = (city / "data/2025/returns/submissions.csv").read_text("utf-8")
    assert "D1,form,2,D1.xlsx" in record and ",1,corrected by the respondent" in record
    originals = list((city / "data/2025/returns").rglob("D1.xlsx"))
    assert len(originals) == 2


def test_what_a_resubmission_changed_is_said_in_the_words_of_the_form(take, folder):
    take()
    book = form_of("D1")
    book.active.cell(row_of("coal"), 5).value = "测算"
    book.save(folder / "D1.xlsx")
    assert "煤炭消费量 coal 数据状态：— → 测算" in take("zh")[1]


def test_a_replacement_without_a_reason_is_told_until_there_is_one(take, city, folder):
    take()
    form_of("D1", coal=310).save(folder / "D1.xlsx")
    assert "replaced_without_reason" in take()[1]
    codes = {f.code for f in Workspace.load(city, YEAR).findings}
    assert "replaced_without_reason" in codes


def test_an_old_submission_does_not_come_back_by_mistake(take, city, folder):
    old = (folder / "D1.xlsx").read_bytes()
    take()
    form_of("D1", coal=310).save(folder / "D1.xlsx")
    take(reason="x")
    (folder / "D1.xlsx").write_bytes(old)
    assert "replaced_already" in take()[1] and value_of(city, "D1", "coal")[0] == 310


def test_two_returns_of_one_entity_are_both_named_and_neither_is_used(take, city, folder):
    form_of("D1", coal=999).save(folder / "D1 (2).xlsx")
    status, said = take()
    assert status == 1 and said.count("two_returns") == 2
    assert "D1," not in (city / "data/2025/observations_returns.csv").read_text("utf-8")


def test_one_file_under_two_names_is_one_submission(take, folder):
    shutil.copy(folder / "D1.xlsx", folder / "copy of D1.xlsx")
    status, said = take()
    assert status == 0 and "same_file_twice" in said


def standing(city: Path) -> dict[str, tuple[str, str]]:
    """What every later check says of received files: by file the code and whose it is."""
    lines = (city / "data/2025/returns/not_taken.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return {one["at"][0]: (f"{one['severity']} {one['code']}", one["entity_id"]) for one in told}


def test_a_refused_file_is_found_by_every_later_check_until_its_entity_reports(take, city, folder):
    (folder / "D1.xlsx").write_bytes(b"PK\x03\x04")
    status, said = take()
    assert status == 1 and "nothing usable came from: D1" in said
    assert Workspace.load(city, YEAR).blocked["D1"][0].code == "return_refused"
    (folder / "D1.xlsx").unlink()
    assert "D1" in Workspace.load(city, YEAR).blocked and take()[0] == 0
    assert standing(city) == {"D1.xlsx": ("error return_refused", "D1")}  # as nothing came for it
    form_of("D1").save(folder / "龙城区.xlsx")
    assert take()[0] == 0 and standing(city) == {} and not Workspace.load(city, YEAR).blocked


def test_a_refused_resubmission_leaves_the_figures_and_a_warning(take, city, folder):
    take()
    (folder / "D1 新.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "D1.xlsx").unlink()
    assert take()[0] == 1 and value_of(city, "D1", "coal")[0] == 300
    assert standing(city) == {"D1 新.xlsx": ("warning return_refused", "D1")}


def test_what_lies_beside_a_return_that_was_taken_is_gone_with_the_next_collection(
    take, city, folder
):
    (folder / "龙城区盖章件.pdf").write_bytes(b"%PDF-1.7")
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7")
    assert take()[0] == 1
    refused = ("error return_refused", "")
    assert standing(city) == {"龙城区盖章件.pdf": refused, "letter.pdf": refused}
    (folder / "letter.pdf").unlink()
    (folder / "龙城区盖章件.pdf").unlink()
    assert take()[0] == 0 and standing(city) == {}


def test_conflicting_returns_stay_an_error_until_one_of_them_comes_alone(take, city, folder):
    form_of("D1", coal=999).save(folder / "D1 (2).xlsx")
    take()
    assert {f.code for f in Workspace.load(city, YEAR).blocked["D1"]} == {"two_returns"}
    (folder / "D1.xlsx").unlink()
    assert take()[0] == 0 and standing(city) == {} and value_of(city, "D1", "coal")[0] == 999


def test_a_form_of_nobody_is_known_by_the_name_of_its_file(take, city, folder):
    form_of("").save(folder / "D1.xlsx")
    assert take()[0] == 1
    assert standing(city)["D1.xlsx"] == ("error form_of_nobody", "D1")


@pytest.mark.parametrize(
    ("file", "entity_id"),
    [
        ("D1.xlsx", "D1"), ("district/d1 (2).xls", "D1"), ("2025_双塔区_v3.xlsx", "D2"), ("双塔区/附表.xls", "D2"),
        ("D10.xlsx", ""), ("AD1.xlsx", ""), ("D1 D2.xlsx", ""), ("附表.xlsx", ""), ("", ""),
        ("Longcheng return.xls", "D1"),
    ],
)  # fmt: skip
def test_whose_a_file_is_that_cannot_be_read_is_told_by_its_name_or_not_at_all(
    against, file, entity_id
):
    assert owner_by_name(file, against.register) == entity_id


def test_only_some_files_leave_the_others_as_they_were(take, city, folder):
    take()
    (folder / "D2.xlsx").unlink()
    form_of("D1", coal=310).save(folder / "D1.xlsx")
    take(reason="x")
    assert value_of(city, "D2", "coal")[0] == 300 and value_of(city, "D1", "coal")[0] == 310


def test_a_table_edited_by_hand_is_never_written_over_in_silence(take, city, folder):
    take()
    table = city / "data/2025/observations_returns.csv"
    table.write_text(table.read_text("utf-8").replace(",300,", ",301,", 1), "utf-8")
    form_of("D1", power=1).save(folder / "D1.xlsx")
    before = tree(city / "data")
    with pytest.raises(DataError, match=r"observations_returns.csv:3 .*301"):
        take()
    assert tree(city / "data") == before
    assert take(discards_edits=True, reason="x")[0] == 0
    (edited,) = (city / "data/2025/returns/edited").iterdir()
    assert ",301," in edited.read_text("utf-8") and ",301," not in table.read_text("utf-8")


def test_two_collections_at_once_are_one_too_many_in_any_language(take, city):
    place = city / "output/collect-2025"
    place.mkdir(parents=True)
    with locked(place, "collecting"), pytest.raises(HeldByAnother, match="collecting") as caught:
        take(lang="en")
    assert caught.value.exit_status == 75 and not (city / "data/2025").exists()
    assert take()[0] == 0


def test_rows_of_another_source_are_a_conflict_that_is_told_and_not_doubled(take, city):
    (city / "data/2025").mkdir()
    (city / "data/2025/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2025,coal,300\nD1,2025,power,41\n", "utf-8"
    )
    status, said = take()
    assert status == 1 and "conflicting_rows" in said and "duplicate_row" in said
    assert value_of(city, "D1", "coal")[0] == 300


def test_values_may_go_into_a_parquet_file(take, city, tmp_path):
    into = tmp_path / "values.parquet"
    assert take(into=into)[0] == 0
    assert pq.read_table(into).num_rows == 14
    assert "build.py check --year 2025" in take(into=into)[1]
    assert not (city / "data/2025/observations_returns.csv").exists()
    take(into=into)  # its own file it may write again
    into.write_bytes(b"somebody's")
    with pytest.raises(CescoreError, match="no file that collect wrote"):
        take(into=into)


def test_a_parquet_file_in_the_year_is_read_like_the_table(take, city):
    said = take(into=city / "data/2025/observations_returns.parquet")[1]
    assert "are not: put it" not in said  # all rules were asked
    value, source = value_of(city, "D2", "coal")
    assert value == 300 and "D2.xlsx!填报表!D7" in source


def test_a_table_of_another_year_alone_is_refused_whole(take, city, folder):
    (folder / "old.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,coal,1\nD2,2024,coal,2\n"
    )
    status, said = take()
    assert status == 1 and "old.csv  2025  table_of_year: all rows are of 2024" in said
    assert "old.csv (table): 2 input cells = 0 taken over + 2 refused" in said
    assert "2 new, 0 replaced" in said  # the two forms


def table_of(folder: Path, name: str, *rows: tuple[object, ...]) -> None:
    book = openpyxl.Workbook()
    for row in (("entity_id", "year", "variable", "value"), *rows):
        book.active.append(row)
    book.save(folder / name)


def test_a_mistyped_id_is_named_at_its_cell_and_gone_with_the_corrected_file(take, city, folder):
    (folder / "D2.xlsx").unlink()
    table_of(folder, "firms.xlsx", ("D1", YEAR, "coal", 5), ("D22", YEAR, "coal", 6))
    (folder / "D1.xlsx").unlink()
    _, said = take()
    assert (
        "firms.xlsx, Sheet!A3  2025 coal  unknown_entity: 'D22'" in said
        and "1 taken over + 1 refused" in said
    )
    assert "D22 (firms.xlsx); their figures are not taken: correct the file" in said
    assert {f.code for f in Workspace.load(city, YEAR).findings} >= {"unknown_entity"}
    (folder / "firms.xlsx").rename(folder.parent / "firms.xlsx")
    form_of("D2").save(folder / "D2.xlsx")
    take()  # of others: the table still counts for D1, and what it says of D22 is open
    assert standing(city) == {"firms.xlsx": ("error unknown_entity", "")}
    table_of(folder, "firms.xlsx", ("D1", YEAR, "coal", 5))
    take(reason="corrected")
    assert standing(city) == {} and not Workspace.load(city, YEAR).blocked


def test_an_id_that_lost_its_zeros_stands_until_its_entity_reports(take, city, folder):
    with (city / "data/entities.csv").open("a", encoding="utf-8") as register:
        register.write("007,district,凌源市,Lingyuan\n")
    table_of(folder, "t.xlsx", (7, YEAR, "coal", 5))
    _, said = take()
    assert "t.xlsx, Sheet!A2  007 2025 coal  leading_zeros_lost" in said
    assert "nothing usable came from: 007" in said and "2 new" in said
    assert "7," not in (city / "data/2025/returns/submissions.csv").read_text("utf-8")[:60]
    (folder / "t.xlsx").unlink()
    form_of("007").save(folder / "other name.xlsx")
    take()
    assert standing(city) == {}


@pytest.mark.parametrize("year", [YEAR, YEAR - 1])
def test_a_return_with_nothing_usable_is_not_new_and_the_next_one_replaces_nothing(
    take, folder, year
):
    form_of("D1", year, **dict.fromkeys(SOUND, "约1")).save(folder / "D1.xlsx")
    _, said = take()
    assert "nothing usable came from: D1" in said and "1 new, 0 replaced" in said
    form_of("D1").save(folder / "D1.xlsx")
    status, said = take()
    assert status == 0 and "1 new, 0 replaced" in said and "without_reason" not in said


def test_every_file_of_the_folder_is_accounted_for(take, folder):
    (folder / "~$D1.xlsx").write_bytes(b"x")
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7")
    (folder / "broken.xlsx").write_bytes(b"PK")
    shutil.copy(folder / "D1.xlsx", folder / "D1 again.xlsx")
    counted = "6 files = 2 read + 1 the same again + 0 of answers + 2 refused + 1 ignored"
    assert counted in take()[1]


def test_a_folder_that_is_none_or_holds_nothing_is_named_and_changes_nothing(take, city, folder):
    (folder / "D9.pdf").write_bytes(b"%PDF-1.4")
    take()
    before = tree(city)
    (folder.parent / "empty" / "inner").mkdir(parents=True)
    for name, said in (("nowhere", "no folder"), ("empty", "an empty folder")):
        with pytest.raises(RunError, match=f"{name}: {said}, expected one with received returns"):
            take(folder=folder.parent / name)
    assert tree(city) == before


def test_the_programs_own_tables_are_no_returns(take, city, folder):
    for place in (city, city / "data", city / "data/2025"):
        place.mkdir(exist_ok=True)
        with pytest.raises(RunError, match="the workspace's own data/"):
            take(folder=place)


def test_a_spreadsheet_of_another_kind_is_refused_with_what_to_do(take, folder):
    (folder / "D1.xlsb").write_bytes(b"PK")
    _, said = take("zh")
    assert "另存为 .xlsx" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_program_writes_for_people_is_said_to_be_no_return(take, city, folder, lang):
    form_of("D1", gdp="约1").save(folder / "D1.xlsx")
    take(lang)
    take(lang, is_preview=True)
    output = next((city / "output").glob("collect-2025*"))
    shutil.copy(output / "preview/D1.xlsx.xlsx", folder / "preview.xlsx")
    shutil.copy(output / "findings.csv", folder / "findings.csv")
    (folder / "未报送名单.xlsx").write_bytes(unfiled_list([], YEAR, lang))
    _, said = take(lang)
    assert said.count("own_table") == 3 and "no_layout" not in said
    assert set(standing(city)) == set()


def test_a_workbook_under_another_ending_is_told_what_it_is(take, folder):
    (folder / "D1.xlsx").rename(folder / "D1.xlsb")
    _, said = take("zh")
    assert "扩展名是 .xlsb，内容是" in said and "请把扩展名改为 .xlsx" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_refusal_lists_all_kinds_of_files_that_are_taken(take, folder, lang):
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7")
    _, said = take(lang)
    [line] = [line for line in said.splitlines() if "return_refused" in line]
    assert all(ending in line for ending in ACCEPTED)


def test_a_reason_can_be_given_afterwards_with_the_same_file(take, city, folder):
    take()
    form_of("D1", gdp=1300).save(folder / "D1.xlsx")
    assert "replaced_without_reason" in take()[1]
    assert "replaced_without_reason" not in take(reason="corrected")[1]
    assert "corrected" in (city / "data/2025/returns/submissions.csv").read_text("utf-8")


def test_who_filed_in_vain_is_not_said_to_have_filed_nothing(take, folder, city):
    form_of("D1", gdp=1300).save(folder / "D1 again.xlsx")
    _, said = take()
    assert "D1 2025  two_returns" in said and "D1 2025  not_filed" not in said


def account(said: str) -> list[str]:
    """The lines that say what became of each file's cells."""
    return re.findall(r".*input cells = \d+ taken over \+ \d+ refused.*", said)


def test_a_preview_says_of_two_returns_what_collecting_says(take, folder):
    form_of("D1", coal=301).save(folder / "D1-copy.xlsx")
    status, shown = take(is_preview=True)
    _, said = take()
    told = [line for line in shown.splitlines() if "two_returns" in line]
    assert status == 1 and len(told) == 2 and all(line in said for line in told)
    assert "neither is used; not the same in them: Coal used coal (301, 300)" in told[0]
    assert account(shown) == account(said)
    taken_over = [int(re.findall(r"(\d+) taken over", line)[0]) for line in account(shown)]
    assert taken_over == [0, 0, 7]  # D2 alone


def test_a_preview_says_which_values_stand_twice_in_a_table_and_a_form(take, folder):
    rows = "D1,2025,gdp,1200\nD1,2025,coal,301\n"
    (folder / "t.csv").write_text(f"entity_id,year,variable,value\n{rows}", "utf-8")
    status, said = take(is_preview=True)
    assert re.search(r"D1 2025 gdp  duplicate_row: .*D1.xlsx.*t.csv", said)
    assert re.search(r"D1 2025 coal  conflicting_rows: .*300.*301", said) and status == 1


def test_a_preview_changes_nothing_and_shows_each_cell_as_it_is_read(take, city, folder):
    form_of("D1", gdp="约1").save(folder / "D1.xlsx")
    before = tree(city / "data")
    status, said = take(is_preview=True)
    assert tree(city / "data") == before and status == 1 and "not_a_number" in said
    shown = openpyxl.load_workbook(city / "output/collect-2025-en/preview/D1.xlsx.xlsx")
    sheet = shown["1 填报表"]
    assert sheet.cell(row_of("gdp"), 4).fill.fgColor.rgb == "FFF4B183"  # as in the account
    assert sheet.cell(row_of("coal"), 4).fill.fgColor.rgb == "FFC6E0B4"
    assert "Longcheng (D1) 2025 GDP (gdp) = 约1" in sheet.cell(row_of("gdp"), 4).comment.text
    assert "Not a number (not_a_number)" in sheet.cell(row_of("gdp"), 4).comment.text
    counts = {row[0].value: row[1].value for row in shown["Preview"].iter_rows(min_row=3)}
    assert counts["value: taken over"] == 6 and "= 6 taken over + 1 refused" in said


def test_what_systems_leave_is_ignored_and_what_is_no_return_is_named(take, folder):
    for name in ("~$D1.xlsx", ".DS_Store", "Thumbs.db", "x.tmp"):
        (folder / name).write_bytes(b"x")
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7")
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04")
    os.symlink("/etc/passwd", folder / "link.xlsx")
    (folder / "deep/er").mkdir(parents=True)
    status, said = take()
    assert status == 1 and said.count("file_ignored") == 4 and said.count("return_refused") == 3
    assert "2 new" in said


def test_a_folder_that_holds_nothing_usable_ends_with_status_2(take, folder):
    for path in folder.iterdir():
        path.write_bytes(b"no workbook")
    assert take()[0] == 2


def test_long_tables_come_as_csv_in_any_encoding(take, city, folder):
    for path in folder.iterdir():
        path.unlink()
    text = "单位代码,年份,指标代码,数值\nD1,2025,gdp,1200\nD1,2025,coal,１００\n"
    (folder / "t.csv").write_bytes(text.encode("gb18030"))
    status, said = take()
    assert status == 0 and "encoding" in said
    assert value_of(city, "D1", "coal") == (
        100,
        "data/2025/observations_returns.csv:3 (t.csv!CSV!D3)",
    )


def test_a_long_table_under_english_headings_is_no_form(take, city, folder):
    (folder / "D1.xlsx").unlink()
    (folder / "t.csv").write_text(
        "entity_id,year,variable,value,note\nD1,2025,coal,7,=1+1\n", "utf-8"
    )
    take()
    assert value_of(city, "D1", "coal")[0] == 7
    assert "'=1+1" in (city / "data/2025/observations_returns.csv").read_text("utf-8")


def test_hostile_ids_and_names_stay_texts(take, city, folder):
    (folder / "=cmd.csv").write_text(
        "entity_id,year,variable,value\n=cmd|' /C calc'!A0,2025,coal,7\n../../x,2025,gdp,1\n",
        "utf-8",
    )
    form_of("=1+1").save(folder / "x.xlsx")
    status, said = take()
    assert status == 1 and said.count("bad_id") == 2 and "form_of_nobody" in said
    written = [p for p in (city / "data").rglob("*.csv") if not p.name.startswith("=")]
    for path in written:
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@"))], path
    assert not any("cmd" in str(p.relative_to(city).parent) for p in city.rglob("*"))


def test_a_workbook_with_two_hundred_faults_says_all_of_them_at_once(take, folder):
    book = form_of("D1")
    for n in range(200):
        book.active.append([f"nothing_{n}", "", "t", f"约{n}"])
    book.save(folder / "D1.xlsx")
    status, said = take()
    assert status == 1 and said.count("unknown_variable") == 200


def test_both_languages_say_the_same(take, folder):
    form_of("D1", gdp="约1200").save(folder / "D1.xlsx")
    assert "“约1200”" in take(lang="zh")[1] and "'约1200'" in take(lang="en")[1]
