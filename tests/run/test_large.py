"""Types larger than a run works out whole: the same rows as Parquet, and what is left out says so."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from cescore.desk import open_bundle
from cescore.desk.tables import uncertainty_note
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.index.result_rows import RESULT_COLUMNS
from cescore.run.asked import Asked
from cescore.run.commands.checking import check
from cescore.run.results.parquet_results import FOLDER
from cescore.run.results.tables import INDICES, WIDE_KINDS, tables_in, write_tables

SMALL = Path(__file__).parents[1] / "unseen" / "workspace"


def evaluated(folder: Path, large_above: int) -> YearlyEvaluation:
    """The small workspace under a run that works out so many entities of a type whole."""
    root = folder / f"above_{large_above}"
    shutil.copytree(SMALL, root)
    (root / "params/runs").mkdir()
    text = f"year: 2023\nlarge_above: {large_above}\n"
    (root / "params/runs/2023.yml").write_text(text, encoding="utf-8")
    return evaluate_workspace(Workspace.load(root))


@pytest.fixture
def large(tmp_path: Path) -> YearlyEvaluation:
    return evaluated(tmp_path, 3)  # there are four hospitals


def test_a_large_types_results_are_the_same_rows_as_parquet(
    large: YearlyEvaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cescore.run.results.parquet_results.ROWS_IN_PART", 20)
    out = tmp_path / "out"
    out.mkdir()
    shown = write_tables(out, large)
    parts = [name for name in tables_in(out) if name.startswith(FOLDER)]
    assert len(parts) > 1
    rows = pd.concat([pd.read_parquet(out / name) for name in parts], ignore_index=True)
    assert tuple(rows.columns) == RESULT_COLUMNS
    pd.testing.assert_frame_equal(rows, large.results(), check_dtype=False)
    csv = pd.read_csv(out / "results.csv", keep_default_na=False)
    assert set(csv["kind"]) <= set(WIDE_KINDS)
    assert set(csv["year"]) == {2023}
    assert set(shown["kind"]) <= set(INDICES)


def test_a_smaller_type_has_all_in_results_csv_and_no_parquet_of_an_earlier_run(
    large: YearlyEvaluation, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_tables(out, large)
    whole = evaluated(tmp_path, 4)
    write_tables(out, whole)
    assert not (out / FOLDER).exists()
    assert len(pd.read_csv(out / "results.csv")) == len(whole.results())


def test_bands_that_are_left_out_are_said_to_be(large: YearlyEvaluation, tmp_path: Path) -> None:
    table = large.uncertainty()
    told = table[table["kind"] == "band"]
    assert told[["code", "value"]].to_numpy().tolist() == [["left_out", 4.0]]
    whole = evaluated(tmp_path, 4).uncertainty()
    assert "left_out" not in set(whole["code"])
    others = [t[t["kind"] != "band"].reset_index(drop=True) for t in (table, whole)]
    pd.testing.assert_frame_equal(*others)
    note = uncertainty_note(open_bundle("H1", 2023, root=large.workspace.root))
    assert "超过3个" in str(note)
    bundle = Bundler(large).bundle("H1")
    assert bundle.uncertainty is None
    assert result_json(bundle, "")["uncertainty"] == {
        "left_out_above": 3
    }  # how many there are is not for a page


def test_the_sample_on_shelves_and_in_portions_is_the_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = Path(__file__).parents[2]
    plain = evaluate_workspace(Workspace.load(root, 2025))
    monkeypatch.setattr("cescore.intake.observations.arrays.LARGE", 1)
    monkeypatch.setattr("cescore.method.index.portions.LARGE", 1)
    monkeypatch.setattr("cescore.method.index.portions.AT_ONCE", 7)
    laid_down = evaluate_workspace(Workspace.load(root, 2025))
    assert laid_down.workspace.findings == plain.workspace.findings
    pd.testing.assert_frame_equal(laid_down.results(), plain.results(), check_exact=True)


def test_of_many_findings_the_first_are_printed_and_all_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "w"
    shutil.copytree(SMALL, root)
    with (root / "data/2023/observations.csv").open("a", encoding="utf-8") as stream:
        stream.writelines(f"nobody{i},2023,linen_bought,1\n" for i in range(40))
    monkeypatch.setattr("cescore.run.commands.checking.FINDINGS_SHOWN", 10)
    said = io.StringIO()
    asked = Asked(root=root, year=2023, lang="en")
    assert check(asked, Console(file=said, width=200)) == 1
    workspace = Workspace.load(root, 2023)
    lines = said.getvalue().splitlines()
    assert sum("nobody" in line for line in lines) == 10
    more = len(workspace.findings) - 10
    assert any(f"and {more} more findings" in line for line in lines)
    written = pd.read_csv(asked.output("2023") / "findings.csv")
    assert len(written) == len(workspace.findings)
    text = (asked.output("2023") / "findings.csv").read_text(encoding="utf-8")
    assert all(f"nobody{i}" in text for i in range(40))
