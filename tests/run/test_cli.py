"""The command's words: run is the default, mistakes are told without a traceback."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.cli import main as cli
from cescore.cli.main import with_command
from cescore.publish.pages.index.listing import IndexPage, Line, Section
from cescore.publish.pages.index.page import index_page
from cescore.run.building.edition import is_selected
from cescore.run.job import Outcome
from cescore.run.processes import executor
from cescore.run.results.tables import sheet_name
from cescore.run.telling.summary import exit_status, summary
from tests.run import small_city
from tests.run.in_this_process import InThisProcess

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "tests" / "unseen" / "workspace"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process: its exit status, what it printed, what it complained of."""
    monkeypatch.setattr(cli, "listen", lambda: None)
    monkeypatch.setattr(executor, "open_executor", lambda *_, **__: InThisProcess())

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main([str(word) for word in arguments])
        status = end.value.code
        assert isinstance(status, int)
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["run"]),
        (["--root", "x"], ["run", "--root", "x"]),
        (["--root", "check"], ["run", "--root", "check"]),
        (["--root", "x", "check"], ["check", "--root", "x"]),
        (["preview", "E001"], ["preview", "E001"]),
        (["--help"], ["--help"]),
        (["explode"], ["explode"]),
    ],
)
def test_run_is_meant_where_no_command_is_named(given: list[str], meant: list[str]) -> None:
    assert with_command(given) == meant


HEAVY = {"pandas", "matplotlib", "weasyprint", "SALib", "scipy", "dask", "papermill"}
# nor what only data, params or processes need
UNSAID = {"numpy", "pint", "psutil", "yaml", "cescore.definitions.model"}
LOADED = f"""
import sys
from cescore.cli import main as cli
try:
    cli.main(sys.argv[1:])
finally:
    print("loaded:", sorted({(HEAVY | UNSAID)!r} & sys.modules.keys()), file=sys.stderr)
"""


@pytest.mark.parametrize(("word", "status"), [("--help", 0), ("explode", 2)])
def test_help_and_a_mistake_load_nothing_heavy(word: str, status: int) -> None:
    line = [sys.executable, "-c", LOADED, word]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == status
    assert "loaded: []" in done.stderr and "Traceback" not in done.stderr


def test_a_run_that_finds_nothing_changed_loads_no_more(command: Command, tmp_path: Path) -> None:
    root = small_city.make(tmp_path / "town")
    assert command("--root", root)[0] == 0
    line = [sys.executable, "-c", LOADED, "--root", str(root)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert "loaded: []" in done.stderr and done.returncode == 0


def test_a_check_after_a_change_loads_what_it_computes_with_alone(tmp_path: Path) -> None:
    root = small_city.make(tmp_path / "town")
    line = [sys.executable, "-c", LOADED, "check", "--root", str(root)]
    for _ in range(2):  # the first reads params, with the unit library
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
        with next((root / "data").glob("*/observations.csv")).open("a", encoding="utf-8") as file:
            file.write("\n")
    assert "loaded: ['cescore.definitions.model', 'numpy'" in done.stderr
    assert not (HEAVY | {"pint"}) & set(re.findall(r"'(\w+)'", done.stderr.partition("loaded:")[2]))


@pytest.mark.parametrize(
    "arguments", [["explode"], ["--root", "/"], ["--lang", "fr"], ["check", "--year", "x"]]
)
def test_mistakes_in_the_command_exit_2(command: Command, arguments: list[str]) -> None:
    assert command(*arguments)[0] == 2


def test_a_folder_that_is_no_workspace_is_told_so(command: Command, tmp_path: Path) -> None:
    status, _, said = command("check", "--root", tmp_path)
    assert status == 2
    assert "lacks what makes a workspace: data, params" in " ".join(said.replace("│", " ").split())


def test_params_that_cannot_be_read_exit_2_and_name_the_file(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "variables.yml").write_text("gdp: {unit: [}", encoding="utf-8")
    status, _, said = command("check", "--root", tmp_path, "--year", 2025)
    assert status == 2
    assert "variables.yml" in said


def test_an_output_that_cannot_be_written_exits_2_and_is_named(
    command: Command, tmp_path: Path
) -> None:
    root = tmp_path / 'with blanks, 中文 \'and "quotes" [1] {{7}}'
    shutil.copytree(WORKSPACE, root)
    (root / "output").write_text("a file", encoding="utf-8")
    status, _, said = command("--root", root, "--year", 2023)
    assert status == 2
    assert "output/2023: not a folder" in said


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The workspace in a place of its own: what a command keeps beside it is no other test's."""
    return Path(shutil.copytree(WORKSPACE, tmp_path / "copied"))


@pytest.mark.parametrize("year", ["1", "-5", "99999999999999999999", "1990", "2099"])
def test_a_year_without_data_or_sense_exits_2(command: Command, copied: Path, year: str) -> None:
    status, _, said = command("check", "--root", copied, "--year", year)
    assert status == 2
    assert year in said


def test_only_may_be_given_several_times(command: Command, copied: Path) -> None:
    asked = ("--only", "H1", "--only", "H[34]")
    status, said, _ = command("plan", "--root", copied, "--year", 2023, *asked)
    assert status == 0
    assert said.splitlines()[-1] == "3 to build, 0 up to date, 0 blocked"


@pytest.mark.parametrize(
    ("only", "selected"),
    [
        ("", True),
        ("E001", True),
        ("enterprise/*", True),
        ("park/*,E00?", True),
        ("E002", False),
        ("park/*", False),
    ],
)
def test_only_takes_ids_and_patterns(only: str, selected: bool) -> None:
    assert is_selected("enterprise", "E001", only) is selected


def test_the_summary_accounts_for_every_entity() -> None:
    counts = {"built": 3, "up_to_date": 2, "failed": 1, "skipped": 4}
    outcomes = [
        Outcome(f"{s}{i}", "firm", s, seconds=i) for s, n in counts.items() for i in range(n)
    ]  # type: ignore[arg-type]
    lines = list(summary(outcomes, 12.0, "en"))
    assert lines[0] == "3 built + 2 up to date + 1 failed + 4 skipped = 10 entities, in 12 s"
    assert lines[-1] == "slowest: firm/built2 2.0 s, firm/built1 1.0 s, firm/built0 0.0 s"
    assert exit_status(outcomes) == 1
    assert exit_status([o for o in outcomes if o.status != "failed"]) == 0


def page(**changes: object) -> str:
    line = Line(
        "E1", "<script>alert(1)</script>", "A & B", "firm/E1", True, index=71.25, progress=None
    )
    fields = {"year": 2025, "place": "样例市", "lang": "zh", "is_sample": True}
    return index_page(IndexPage(**{**fields, "sections": [Section("firm", [line])], **changes}))  # type: ignore[arg-type]


def test_the_index_page_shows_names_as_they_are_written_and_links_the_report() -> None:
    html = page()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'href="firm/E1/scorecard.pdf"' in html
    assert "71.3" in html
    assert "示例数据" in html
    assert "示例数据" not in page(is_sample=False)


def test_the_index_page_needs_no_other_file_but_the_reports() -> None:
    assert "http:" not in page() and "https:" not in page()
    assert "src=" not in page()


@pytest.mark.parametrize(
    ("name", "sheet"), [("district", "district"), ("a/b:c", "a_b_c"), ("x" * 40, "x" * 31)]
)
def test_sheet_names_are_what_a_workbook_accepts(name: str, sheet: str) -> None:
    assert sheet_name(name) == sheet
