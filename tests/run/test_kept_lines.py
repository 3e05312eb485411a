"""Lines of results that are taken from the last run's file are those that would be laid out anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cescore.method.index.result_rows import Cells, ResultColumn
from cescore.run.kept.kept_work import KeptWork
from cescore.run.results import kept_lines
from cescore.run.results.kept_lines import KeptLines
from cescore.run.results.result_lines import lines_of

Written = Callable[..., list[str]]
CELLS = Cells("firm", np.array(["E1", "字,2"], object), np.array([2024, 2025]))


def column(code: str, *values: float) -> ResultColumn:
    words = np.array(["reported", "missing"], object)
    return ResultColumn(CELLS, "indicator", code, "t", np.array(values), words)


A, B = column("A", 0.1, np.nan), column("B", 3.0, 4.0)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Writes columns as a run would, and checks the file; which of them were laid out for it."""
    laid_out: list[str] = []

    def noted(part: ResultColumn) -> str:
        laid_out.append(part.code)
        return lines_of(part)

    monkeypatch.setattr(kept_lines, "lines_of", noted)
    file, making = tmp_path / "results.csv", tmp_path / "results.part"

    def run(*parts: ResultColumn) -> list[str]:
        laid_out.clear()
        kept = KeptWork.of_run(tmp_path, "code")
        with making.open("wb") as stream, KeptLines.of_run(file, kept) as lines:
            for part in parts:
                lines.write(part, stream)
        making.replace(file)
        assert file.read_text("utf-8") == "".join(map(lines_of, parts))
        return list(laid_out)

    return run


def test_only_columns_that_changed_are_laid_out_again(written: Written) -> None:
    assert written(A, B) == ["A", "B"]
    assert written(B, column("A", 0.2, np.nan)) == ["A"]  # B at another place in the file


@pytest.mark.parametrize(
    "changed",
    [
        replace(A, unit="kg"),
        replace(A, kind="group"),
        replace(A, status=np.array(["reported", "absent"], object)),
        replace(A, cells=replace(CELLS, year=np.array([2024, 2026]))),
        replace(A, cells=replace(CELLS, entity_type="park")),
        column("A", -0.0, np.nan),
    ],
)
def test_whatever_a_line_says_lays_it_out_again(written: Written, changed: ResultColumn) -> None:
    written(column("A", 0.0, np.nan) if changed.value[0] == 0 else A)
    assert written(changed) == ["A"]


def test_lines_that_somebody_altered_are_laid_out_again(written: Written, tmp_path: Path) -> None:
    written(A, B)
    file = tmp_path / "results.csv"
    file.write_bytes(file.read_bytes().replace(b"3.0", b"9.0"))
    assert written(A, B) == ["B"]
    file.unlink()
    assert written(A, B) == ["A", "B"]
