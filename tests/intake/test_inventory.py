"""Everything in data/ and params/ is read or named; what is no file is never opened."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.intake.findings import Finding, FindingLog
from cescore.intake.sources.inventory import find_sources, tell_strays

HEADER = "entity_id,year,variable,value\n"


@pytest.fixture
def strays(tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    """What is told of files with some names and contents, by file."""

    def do(*names: str, content: str = "x\n", year: int = 2024) -> dict[str, Finding]:
        for name in ("data/entities.csv", "data/2024/observations.csv", *names):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
        log = FindingLog()
        find_sources(tmp_path / "data", year, log)
        tell_strays(tmp_path / "params", log)
        return {finding.file: finding for finding in log.found}

    return do


def near(finding: Finding) -> str:
    return str(dict(finding.values).get("near", ""))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("data/2024/Vetoes.csv", "data/2024/vetoes.csv"),
        ("data/2024/vetoes.CSV", "data/2024/vetoes.csv"),
        ("data/2024/vetoes.txt", "data/2024/vetoes.csv"),
        ("data/2024/vetoes.xlsx", "data/2024/vetoes.csv"),
        ("data/2024/vetos.csv", "data/2024/vetoes.csv"),
        ("data/2024/vetoes (1).csv", "data/2024/vetoes.csv"),
        ("data/2024/一票否决.csv", "data/2024/vetoes.csv"),
        ("data/vetoes.csv", "data/<year>/vetoes.csv"),
        ("data/2024/measures_2024.csv", "data/2024/measures.csv"),
        ("data/2024/observation.csv", "data/2024/observations.csv"),
        ("data/2024/observations.tsv", "data/2024/observations.csv"),
        ("data/2024/corrections.yml", "data/corrections.yml"),
        ("data/corrections.yaml", "data/corrections.yml"),
        ("data/Corrections.yml", "data/corrections.yml"),
        ("data/2024/entities.csv", "data/entities.csv"),
        ("data/Entities.csv", "data/entities.csv"),
        ("data/2024/prose/L1.MD", "data/2024/prose/L1.md"),
        ("data/2024/prose/L1.txt", "data/2024/prose/L1.md"),
        ("data/2023年/observations.csv", "data/2023/observations.csv"),
        ("data/FY2022/vetoes.csv", "data/2022/vetoes.csv"),
        ("data/2024/returns/observations.csv", "data/2024/observations.csv"),
        ("data/2024/old/vetoes.csv", "data/2024/vetoes.csv"),
        ("params/checks.yaml", "params/checks.yml"),
        ("params/Checks.yml", "params/checks.yml"),
        ("params/disclosures.yml", "params/disclosure.yml"),
        ("params/frameworks/School.YML", "params/frameworks/School.yml"),
    ],
)
def test_a_file_that_was_meant_to_be_read_is_an_error_with_its_right_name(name, meant, strays):
    finding = strays(name)[name]
    code = "workbook_not_read" if name.endswith(".xlsx") else "file_not_read"
    assert (finding.severity, finding.code, near(finding)) == ("error", code, meant)


@pytest.mark.parametrize(
    ("folder", "meant"),
    [("data/2023年", "data/2023"), ("data/FY2022", "data/2022"), ("data/2024-final", "data/2024"),
     ("params/run", "params/runs"), ("params/Frameworks", "params/frameworks"), ("params/plan", "params/plans")],
)  # fmt: skip
def test_a_folder_that_was_meant_to_be_read_is_an_error_with_its_right_name(folder, meant, strays):
    finding = strays(f"{folder}/a.yml")[folder]
    assert (finding.severity, finding.code, near(finding)) == ("error", "folder_not_read", meant)


@pytest.mark.parametrize("name", ["data/2024/book.xlsx", "data/returns.xls", "data/2024/all.zip"])
def test_a_workbook_that_nobody_reads_is_an_error(name, strays):
    finding = strays(name)[name]
    is_archive = name.endswith(".zip")
    code = "file_not_read" if is_archive else "workbook_not_read"
    assert (finding.severity, finding.code) == ("error", code)
    assert is_archive or "collect" in finding.said("en").expected


def test_a_table_with_our_header_is_an_error_under_any_name(strays):
    name = "data/2024/final version.csv"
    assert strays(name, content=HEADER)[name].severity == "error"


def test_another_file_is_a_warning(strays):
    told = strays("data/2024/gdp.csv", "params/memo.docx", "data/minutes.docx")
    assert {(f.severity, f.code) for f in told.values()} == {("warning", "file_not_read")}
    assert len(told) == 3


def test_what_is_read_is_no_news(strays):
    names = ("data/2024/vetoes.csv", "data/2024/measures.csv", "data/2024/prose/L1.md",
             "data/corrections.yml", "data/README.md", "params/checks.yml", "params/runs/2024.yml",
             "data/2024/observations_codes.PARQUET")  # fmt: skip
    assert strays(*names) == {}


def test_a_later_year_waits_for_its_own_run(strays):
    assert strays("data/2025/Vetoes.csv") == {}


@pytest.mark.parametrize(
    "place", ["data/2024", "data/2024/prose", "data", "params", "params/plans"]
)
@pytest.mark.parametrize("kind", ["is_link", "is_pipe", "is_device"])
def test_what_is_no_file_is_refused_by_name_and_never_opened(
    kind, place, tmp_path, strays, monkeypatch
):
    path = tmp_path / place / "vetoes.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "is_link":
        path.symlink_to("/etc/hostname")
    elif kind == "is_pipe":
        os.mkfifo(path)
    else:
        monkeypatch.chdir(path.parent)  # a socket's own path may have a hundred characters only
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as bound:
            bound.bind("vetoes.csv")
    finding = strays()[f"{place}/vetoes.csv"]
    assert (finding.severity, finding.code) == ("error", "file_refused")
    assert dict(finding.values)["reason"].key == kind


def test_a_name_that_is_no_text_is_refused_in_words_that_are(tmp_path, strays):
    folder = tmp_path / "data" / "2024"
    folder.mkdir(parents=True)
    (folder / os.fsdecode(b"observations\xb1\xb1.csv")).write_text(HEADER)
    (finding,) = strays().values()
    assert finding.code == "file_refused" and finding.file.isascii()
    assert find_sources(tmp_path / "data", 2024, FindingLog())[0].path.name == "observations.csv"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("data/2024/.vetoes.csv", "data/2024/vetoes.csv"), ("data/2024/measures.csv~", "data/2024/measures.csv"),
     ("data/.corrections.yml", "data/corrections.yml"), ("params/.checks.yml", "params/checks.yml")],
)  # fmt: skip
def test_an_input_under_a_hidden_name_is_an_error(name, meant, strays):
    assert (strays(name)[name].severity, near(strays(name)[name])) == ("error", meant)


def test_what_an_editor_leaves_beside_an_input_is_not(strays):
    names = ("data/2024/observations.csv~", "data/2024/.observations.csv", "data/2024/._vetoes.csv",
             "data/2024/~$vetoes.csv", "data/2024/.~lock.vetoes.csv#", "params/.gitkeep")  # fmt: skip
    assert {f.severity for f in strays(*names).values()} == {"info"}


def test_corrections_under_any_name_are_an_error(strays):
    content = "- {variable: gdp, entity_id: E1, year: 2024, action: drop, reason: x}\n"
    assert strays("data/修正.yml", content=content)["data/修正.yml"].severity == "error"
